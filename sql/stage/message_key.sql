-- By what a message is known again in another span.
-- One row: a message.
-- Grain: none
-- Kept: by span
--
-- key | int not null |  | hash of the message's key
select message_hash as key
from stage.merged_message
order by key
