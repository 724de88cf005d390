-- Participants: the organizer and every attendee that is no resource and has not declined (METRICS section 3).
-- One row: an address that takes part in a meeting.
-- Grain: meeting_key, address
-- Kept: yes
--
-- meeting_key | text not null |  | the meeting
-- address     | text not null |  | the participant, address normal form
with listed as (
    select meeting_key, unnest(attendees) as attendee
    from stage.meeting_version
),

answer as (
    select
        meeting_key,
        attendee['address'] as address,
        attendee['is_resource'] as is_resource,
        attendee['responded_at'] as responded_at,
        case when attendee['response'] not in ('', 'none', 'notresponded') then attendee['response'] end as response
    from listed
),

attendee as (
    select
        meeting_key,
        address,
        bool_or(is_resource) as is_resource,
        first_value(response order by responded_at desc nulls last, response) filter (where response is not null) as response
    from answer
    group by meeting_key, address
)

select meeting_key, address
from attendee
where not is_resource and coalesce(response, '') <> 'declined'
union
select meeting_key, organizer as address
from stage.meeting
where organizer is not null
