-- Own addresses that any message or meeting has.
-- One row: an own address in a span.
-- Grain: none
-- Kept: by span
--
-- own_no | int not null |  | number of the own address
with attendee as (
    select unnest(attendees) as attendee
    from stage.meeting_version
),

met as (
    select attendee['address'] as address from attendee
    union
    select organizer as address from stage.meeting_version
),

seen as (
    select unnest(own_addresses) as own_no
    from stage.message_people
    union all
    select known.own_no
    from met
    inner join stage.known_address as known on known.address = met.address
)

select distinct own_no
from seen
where own_no is not null
