-- The versions in force, each in the span of its start, in the order of their meetings.
-- One row: a calendar item of one mailbox; several only where exports repeat the very same version of it.
-- Grain: place
-- Kept: by span
--
-- place        | int not null     |  | place in one order of all versions: a meeting's copies together, the one changed last first
-- meeting_hash | int not null     |  | the meeting: hash of its key
-- start_at     | instant not null |  | start
-- end_at       | instant not null |  | end
-- is_all_day   | bool not null    |  | all-day meeting
-- is_cancelled | bool not null    |  | cancelled
-- organizer    | text             |  | organizer, address normal form
-- attendees    | attendee list    |  | attendees that are ours or a contact: address, answer, its time and whether they are a resource
with item as (
    select *
    from stage.meeting_item as item
    where not exists (select 1 from straddling.meeting_item_key as straddling where straddling.key = item.item_hash)
    union all
    select *
    from straddling.meeting_item
)

select
    cast(row_number() over (
        order by
            meeting_hash, modified_at desc nulls last, item_id, mailbox,
            end_at, is_all_day, is_cancelled, organizer
    ) as bigint) as place,
    meeting_hash,
    start_at,
    end_at,
    is_all_day,
    is_cancelled,
    organizer,
    attendees
from (select xxh3(meeting_key) as meeting_hash, * from item) as hashed
