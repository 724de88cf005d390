-- The version of each calendar item that is in force: the one changed last (METRICS section 3).
-- One row: a calendar item of one mailbox; several only where copies of the item carry the same time of change.
-- Grain: none
--
-- meeting_key | text not null    |  | iCalUId and start instant; mailbox and item id stand in for a missing iCalUId
-- item_id     | text not null    |  | id of the calendar item in its mailbox
-- modified_at | instant          |  | when the item was changed last
-- start_at    | instant not null |  | start
-- end_at      | instant not null |  | end
-- is_all_day  | bool not null    |  | all-day meeting
-- is_cancelled | bool not null   |  | cancelled
-- organizer   | text             |  | organizer, address normal form
-- attendees   | attendee list    |  | attendees with answer, time of the answer and whether they are a resource
with ranked as (
    select
        *,
        rank() over (
            -- an item without an id has no earlier version to replace: its meeting stands in for the id
            partition by mailbox, item_id, case when item_id = '' then concat(ical_uid, cast(start_at as varchar)) end
            order by modified_at desc nulls last
        ) as version_rank
    from activity.meeting_copy
)

select
    concat(coalesce(ical_uid, concat(mailbox, ' ', item_id)), ' ', cast(cast(start_at as bigint) as varchar)) as meeting_key,
    item_id,
    modified_at,
    start_at,
    end_at,
    is_all_day,
    is_cancelled,
    organizer,
    attendees
from ranked
where version_rank = 1
