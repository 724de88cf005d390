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
-- attendees    | attendee list    |  | attendees that are ours or a contact: address, answer, its time and whether they are a resource
with copy as (
    select
        case when item_id <> '' then xxh3(concat(mailbox, ' ', item_id)) end as item_hash,
        mailbox,
        item_id,
        modified_at,
        -- the newest first, one that was never dated last
        coalesce(-cast(modified_at as bigint), 9223372036854775807) as age,
        concat(
            coalesce(ical_uid, concat(mailbox, ' ', item_id)), ' ',
            cast(cast(start_at as bigint) as varchar)
        ) as meeting_key,
        start_at,
        end_at,
        is_all_day,
        is_cancelled,
        organizer,
        known_attendees('stage.known_address', attendees) as attendees
    from activity.meeting_copy
),

-- an item is one meeting: where its newest versions disagree on which, the smallest key decides
in_force as (
    select item_hash, min(age) as age, min_by(meeting_key, age) as meeting_key
    from copy
    where item_hash is not null
    group by item_hash
)

select
    copy.meeting_key,
    copy.item_hash,
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
right join copy on copy.item_hash = in_force.item_hash
where
    -- an item without an id has no versions
    copy.item_hash is null
    or copy.meeting_key = in_force.meeting_key and copy.age = in_force.age
