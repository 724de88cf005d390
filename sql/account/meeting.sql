-- Meetings by account (METRICS section 3).
-- One row: a meeting with an account.
-- Grain: customer_no, meeting_hash
-- Kept: by span
--
-- customer_no  | int not null      |    | the account
-- meeting_hash | int not null      |    | the meeting
-- direction    | text              |    | `from` the account or `to` it, by the organizer; null if organised by anybody else
-- start_on     | date not null     |    | local day of the start
-- duration_us  | int               | µs | end minus start; null for an all-day meeting
-- own          | int list not null |    | own people among the participants
-- contacts     | int list not null |    | contacts of the account among the participants
with met as (
    select
        participant.meeting_hash,
        set_union(party.person_no) as own,
        set_union(party.contact) as contacts
    from stage.party as party
    inner join stage.meeting_participant as participant on participant.address_no = party.address_no
    group by participant.meeting_hash
),

counted as (
    select
        meeting.meeting_hash, meeting.organizer, meeting.start_on, meeting.duration_us, met.own,
        unnest(by_customer(met.contacts, met.contacts)) as account
    from met
    inner join stage.meeting on meeting.meeting_hash = met.meeting_hash
    where not is_empty(met.own) and meeting.not_counted is null
)

select
    counted.account['customer_no'] as customer_no,
    counted.meeting_hash,
    organizer.direction,
    counted.start_on,
    counted.duration_us,
    counted.own,
    counted.account['contacts'] as contacts
from counted
left join stage.organizer as organizer
    on organizer.address = counted.organizer
    and (organizer.customer_no is null or organizer.customer_no = counted.account['customer_no'])
