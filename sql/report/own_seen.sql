-- Own addresses that any message or meeting has.
-- One row: an own address in a span.
-- Grain: none
-- Kept: by span
--
-- address_no | int not null |  | number of the own address
with attendee as (
    select unnest(attendees) as attendee
    from stage.meeting_version
),

met as (
    select lookup('stage.own_address', recipients) as addresses
    from activity.message_copy
    where not is_draft
    union all
    select own_sender as addresses
    from stage.message
    union all
    select lookup('stage.own_address', organizer) as addresses
    from stage.meeting_version
)

select unnest(set_union(addresses)) as address_no
from met
union
select own.address_no
from attendee
inner join stage.own_address as own on own.address_no = attendee.attendee['address_no']
