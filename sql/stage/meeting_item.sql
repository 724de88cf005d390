-- The version of each calendar item that is in force: the one changed last (METRICS section 3).
-- One row: a calendar item of one mailbox; several only where exports repeat the very same version of it.
-- Grain: none
-- Kept: by span
--
-- meeting_key  | text not null    |  | iCalUId and start instant; mailbox and item id stand in for a missing iCalUId
-- item_hash    | int              |  | hash of mailbox and item id; null where the item has no id
-- mailbox      | text not null    |  | the mailbox; empty where the export does not tell
-- item_id      | text not null    |  | id of the calendar item in its mailbox
-- modified_at  | instant          |  | when the item was changed last
-- start_at     | instant not null |  | start
-- end_at       | instant not null |  | end
-- is_all_day   | bool not null    |  | all-day meeting
-- is_cancelled | bool not null    |  | cancelled
-- organizer    | text             |  | organizer, address normal form
-- attendees    | attendee list    |  | attendees with answer, time of the answer and whether they are a resource
with copy as (
    select
        mailbox,
        item_id,
        modified_at,
        concat(
            coalesce(ical_uid, concat(mailbox, ' ', item_id)), ' ',
            cast(cast(start_at as bigint) as varchar)
        ) as meeting_key,
        start_at,
        end_at,
        is_all_day,
        is_cancelled,
        organizer,
        attendees
    from activity.meeting_copy
),

latest as (
    select mailbox, item_id, max(modified_at) as modified_at
    from copy
    where item_id <> ''
    group by mailbox, item_id
),

-- an item is one meeting: where its newest versions disagree on which, the smallest key decides
in_force as (
    select latest.mailbox, latest.item_id, latest.modified_at, min(copy.meeting_key) as meeting_key
    from latest
    inner join copy on copy.mailbox = latest.mailbox and copy.item_id = latest.item_id
    -- one that was never dated is in force as it is
    where copy.modified_at = latest.modified_at or latest.modified_at is null
    group by latest.mailbox, latest.item_id, latest.modified_at
)

select
    copy.meeting_key,
    case when copy.item_id <> '' then xxh3(concat(copy.mailbox, ' ', copy.item_id)) end as item_hash,
    copy.mailbox,
    copy.item_id,
    copy.modified_at,
    copy.start_at,
    copy.end_at,
    copy.is_all_day,
    copy.is_cancelled,
    copy.organizer,
    copy.attendees
from in_force
right join copy on copy.mailbox = in_force.mailbox and copy.item_id = in_force.item_id
where
    -- an item without an id has no versions
    copy.item_id = ''
    or copy.meeting_key = in_force.meeting_key
    and (copy.modified_at = in_force.modified_at or in_force.modified_at is null)
