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
        *,
        concat(
            coalesce(ical_uid, concat(mailbox, ' ', item_id)), ' ',
            cast(cast(start_at as bigint) as varchar)
        ) as meeting_key
    from activity.meeting_copy
),

latest as (
    select mailbox, item_id, max(modified_at) as modified_at
    from copy
    where item_id <> ''
    group by mailbox, item_id
),

newest as (
    select copy.*
    from copy
    left join latest on latest.mailbox = copy.mailbox and latest.item_id = copy.item_id
    where
        -- an item without an id has no versions; one that was never dated is in force as it is
        copy.item_id = ''
        or copy.modified_at = latest.modified_at
        or latest.modified_at is null
),

-- an item is one meeting: where its newest versions disagree on which, the smallest key decides
meeting as (
    select mailbox, item_id, min(meeting_key) as meeting_key
    from newest
    where item_id <> ''
    group by mailbox, item_id
)

select
    newest.meeting_key,
    case when newest.item_id <> '' then xxh3(concat(newest.mailbox, ' ', newest.item_id)) end as item_hash,
    newest.mailbox,
    newest.item_id,
    newest.modified_at,
    newest.start_at,
    newest.end_at,
    newest.is_all_day,
    newest.is_cancelled,
    newest.organizer,
    newest.attendees
from newest
left join meeting on meeting.mailbox = newest.mailbox and meeting.item_id = newest.item_id
where newest.item_id = '' or newest.meeting_key = meeting.meeting_key
