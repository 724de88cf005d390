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
with placed as (
    select
        meeting_key,
        count(*) as copies,
        min(place) as changed_last,
        min(case when organizer is not null then place end) as changed_last_with_organizer
    from stage.meeting_version
    group by meeting_key
),

merged as (
    select
        placed.meeting_key,
        placed.copies,
        version.start_at,
        version.end_at,
        version.is_all_day,
        version.is_cancelled,
        organized.organizer
    from placed
    inner join stage.meeting_version as version on version.place = placed.changed_last
    left join stage.meeting_version as organized on organized.place = placed.changed_last_with_organizer
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
