-- Participants: the organizer and every attendee that is no resource and has not declined (METRICS section 3).
-- One row: an address that takes part in a meeting.
-- Grain: meeting_no, address
--
-- meeting_no | int not null  |  | the meeting
-- address    | text not null |  | the participant, address normal form
with listed as (
    select meeting_no, unnest(attendees) as attendee
    from stage.meeting_version
),

answer as (
    select
        meeting_no,
        attendee['address'] as address,
        attendee['is_resource'] as is_resource,
        -- the latest answer first, one without a time last
        coalesce(-cast(attendee['responded_at'] as bigint), 9223372036854775807) as answered,
        case when attendee['response'] not in ('', 'none', 'notresponded') then attendee['response'] end as response
    from listed
),

attendee as (
    select
        meeting_no,
        address,
        bool_or(is_resource) as is_resource,
        min_by(response, answered) as response
    from answer
    group by meeting_no, address
)

select meeting_no, address
from attendee
where not is_resource and coalesce(response, '') <> 'declined'
union
select meeting_no, organizer as address
from stage.meeting
where organizer is not null
