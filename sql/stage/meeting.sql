-- Meetings: the copies of one meeting in several calendars merged into one (METRICS section 3).
-- One row: a meeting, occurrence or exception.
-- Grain: meeting_key
-- Kept: yes
--
-- meeting_key | text not null    |         | iCalUId and start instant
-- start_on    | date not null    |         | local day of the start
-- duration_us | int              | µs      | end minus start; null for an all-day meeting
-- organizer   | text             |         | organizer by the copy changed last; where it has none, the smallest of any copy
-- copies      | int not null     | rows    | calendar items merged into this meeting
-- not_counted | text             |         | why the meeting counts for nobody, null if it may count
with ordered as (
    -- one order over everything, in which the copies of a meeting stand together, the one changed last first
    select
        *,
        coalesce(lag(meeting_key) over copy_order <> meeting_key, true) as is_last_changed
    from stage.meeting_version
    window copy_order as (
        order by
            meeting_key, modified_at desc nulls last, item_id, mailbox,
            end_at, is_all_day, is_cancelled, organizer
    )
),

counted as (
    select meeting_key, count(*) as copies, min(organizer) as any_organizer
    from stage.meeting_version
    group by meeting_key
),

merged as (
    select
        ordered.meeting_key,
        ordered.start_at,
        ordered.end_at,
        ordered.is_all_day,
        ordered.is_cancelled,
        coalesce(ordered.organizer, counted.any_organizer) as organizer,
        counted.copies
    from ordered
    inner join counted on counted.meeting_key = ordered.meeting_key
    where ordered.is_last_changed
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
