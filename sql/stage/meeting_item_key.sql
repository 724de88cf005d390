-- By what a calendar item is known again in another span.
-- One row: a version of an item.
-- Grain: none
-- Kept: by span
--
-- key | int not null |  | hash of mailbox and item id
select item_hash as key
from stage.meeting_item
where item_hash is not null
order by key
