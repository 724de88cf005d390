-- Meetings: the copies of one meeting in several calendars merged into one (METRICS section 3).
-- One row: a meeting, occurrence or exception.
-- Grain: meeting_key
-- Kept: yes
--
-- meeting_key | text not null    |         | iCalUId and start instant
-- start_on    | date not null    |         | local day of the start
-- duration_us | int              | µs      | end minus start; null for an all-day meeting
-- organizer   | text             |         | organizer by the copy changed last that has one
-- copies      | int not null     | rows    | calendar items merged into this meeting
-- not_counted | text             |         | why the meeting counts for nobody, null if it may count
with merged as (
    -- one order for all of them, so that they come from one copy
    select
        meeting_key,
        min(start_at) as start_at,
        first_value(end_at order by modified_at desc nulls last, item_id, mailbox, end_at, is_all_day, is_cancelled, organizer) as end_at,
        first_value(is_all_day order by modified_at desc nulls last, item_id, mailbox, end_at, is_all_day, is_cancelled, organizer) as is_all_day,
        first_value(is_cancelled order by modified_at desc nulls last, item_id, mailbox, end_at, is_all_day, is_cancelled, organizer) as is_cancelled,
        first_value(organizer order by modified_at desc nulls last, item_id, mailbox, end_at, is_all_day, is_cancelled, organizer)
            filter (where organizer is not null) as organizer,
        count(*) as copies
    from stage.meeting_version
    group by meeting_key
),

dated as (
    select merged.*, local_day(start_at, timezone) as start_on, as_of_on
    from run.setting
    cross join merged
)

select
    meeting_key,
    start_on,
    case when not is_all_day then cast(end_at as bigint) - cast(start_at as bigint) end as duration_us,
    organizer,
    copies,
    case
        when is_cancelled then 'cancelled'
        when start_on > as_of_on then 'after the as-of day'
    end as not_counted
from dated
