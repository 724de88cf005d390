-- Versions of calendar items of which another span has versions as well: meetings that were moved.
-- One row: a version of a calendar item in one mailbox.
-- Grain: none
-- Kept: by span
--
-- mailbox      | text not null    |  | the mailbox
-- item_id      | text not null    |  | id of the calendar item in its mailbox
-- ical_uid     | text             |  | id of the meeting in all calendars
-- start_at     | instant not null |  | start
-- end_at       | instant not null |  | end
-- modified_at  | instant          |  | when the item was changed last
-- is_all_day   | bool not null    |  | all-day meeting
-- is_cancelled | bool not null    |  | cancelled
-- organizer    | text             |  | organizer, address normal form
-- attendees    | attendee list    |  | attendees with answer, time of the answer and whether they are a resource
select *
from activity.meeting_copy
where item_id <> '' and xxh3(concat(mailbox, ' ', item_id)) in (select key from straddling.meeting_item_key)
