-- Meetings by account (METRICS section 3).
-- One row: a meeting with an account.
-- Grain: customer_no, meeting_no
-- Kept: by span
--
-- customer_no | int not null      |    | the account
-- meeting_no  | int not null      |    | the meeting
-- direction   | text              |    | `from` the account or `to` it, by the organizer; null if organised by anybody else
-- start_on    | date not null     |    | local day of the start
-- duration_us | int               | µs | end minus start; null for an all-day meeting
-- own         | int list not null |    | own people among the participants
-- contacts    | int list not null |    | contacts of the account among the participants
with known as (
    select participant.meeting_no, known.person_no, known.contact_no
    from stage.meeting_participant as participant
    inner join stage.known_address as known on known.address = participant.address
),

own as (
    select meeting_no, set_union(person_no) as own
    from known
    where person_no is not null
    group by meeting_no
),

met as (
    select contact.customer_no, known.meeting_no, set_union(known.contact_no) as contacts
    from known
    inner join (select distinct contact_no, customer_no from stage.contact) as contact
        on contact.contact_no = known.contact_no
    group by contact.customer_no, known.meeting_no
),

organizer as (
    select address, cast(null as int) as customer_no, 'to' as direction
    from run.own_address
    union all
    select distinct address, customer_no, 'from' as direction
    from stage.contact
)

select
    met.customer_no,
    met.meeting_no,
    organizer.direction,
    meeting.start_on,
    meeting.duration_us,
    own.own,
    met.contacts
from met
inner join own on own.meeting_no = met.meeting_no
inner join stage.meeting on meeting.meeting_no = met.meeting_no
left join organizer
    on organizer.address = meeting.organizer
    and (organizer.customer_no is null or organizer.customer_no = met.customer_no)
where meeting.not_counted is null
