-- Meetings by account (METRICS section 3).
-- One row: a meeting with an account.
-- Grain: customer_id, meeting_key
-- Kept: yes
--
-- customer_id | text not null |    | the account
-- meeting_key | text not null |    | the meeting
-- direction   | text          |    | `from` the account or `to` it, by the organizer; null if organised by anybody else
-- start_on    | date not null |    | local day of the start
-- duration_us | int           | µs | end minus start; null for an all-day meeting
with met as (
    select distinct customer_id, meeting_key
    from account.meeting_person
),

organizer as (
    select address, cast(null as varchar) as customer_id, 'to' as direction
    from run.own_address
    union all
    select distinct address, customer_id, 'from' as direction
    from run.contact_address
)

select
    met.customer_id,
    met.meeting_key,
    organizer.direction,
    meeting.start_on,
    meeting.duration_us
from met
inner join stage.meeting on meeting.meeting_key = met.meeting_key
left join organizer
    on organizer.address = meeting.organizer
    and (organizer.customer_id is null or organizer.customer_id = met.customer_id)
