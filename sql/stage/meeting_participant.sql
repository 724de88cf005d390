-- Participants that are ours or a contact: organizers, and attendees that are no resource and have not declined (METRICS section 3).
-- One row: an address that takes part in a meeting.
-- Grain: meeting_hash, address_no
--
-- meeting_hash | int not null |  | the meeting
-- address_no   | int not null |  | the address, as `stage.known_address` has it
with listed as (
    select meeting_hash, unnest(attendees) as attendee
    from stage.meeting_version
),

answer as (
    select
        meeting_hash,
        attendee['address_no'] as address_no,
        attendee['is_resource'] as is_resource,
        -- the latest answer first, one without a time last
        coalesce(-cast(attendee['responded_at'] as bigint), 9223372036854775807) as answered,
        case when attendee['response'] not in ('', 'none', 'notresponded') then attendee['response'] end as response
    from listed
),

attendee as (
    select
        meeting_hash,
        address_no,
        bool_or(is_resource) as is_resource,
        min_by(response, answered) as response
    from answer
    group by meeting_hash, address_no
),

organizer as (
    select meeting_hash, lookup('stage.known_address', organizer)[1] as address_no
    from stage.meeting
)

select meeting_hash, address_no
from attendee
where not is_resource and coalesce(response, '') <> 'declined'
union
select meeting_hash, address_no
from organizer
where address_no is not null
