-- Meetings: the copies of one meeting in several calendars merged into one (METRICS section 3).
-- One row: a meeting, occurrence or exception.
-- Grain: meeting_hash
-- Kept: by span
--
-- meeting_hash | int not null  |      | the meeting: hash of iCalUId and start
-- start_on     | date not null |      | local day of the start
-- duration_us  | int           | µs   | end minus start; null for an all-day meeting
-- organizer    | text          |      | organizer by the copy changed last that has one
-- copies       | int not null  | rows | calendar items merged into this meeting
-- not_counted  | text          |      | why the meeting counts for nobody on any as-of day, null if it may count
with placed as (
    select
        meeting_hash,
        count(*) as copies,
        min(place) as changed_last,
        min_by(organizer, place) as organizer
    from stage.meeting_version
    group by meeting_hash
)

select
    placed.meeting_hash,
    local_day(version.start_at, setting.timezone) as start_on,
    case when not version.is_all_day then cast(version.end_at as bigint) - cast(version.start_at as bigint) end as duration_us,
    placed.organizer,
    placed.copies,
    case when version.is_cancelled then 'cancelled' end as not_counted
from run.setting
cross join placed
inner join stage.meeting_version as version on version.place = placed.changed_last
