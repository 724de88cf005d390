-- People on either side of the meetings with an account.
-- One row: an own person or a contact of the account that takes part in a meeting that has both.
-- Grain: customer_id, meeting_key, side, person_id
-- Kept: yes
--
-- customer_id | text not null |  | the account
-- meeting_key | text not null |  | the meeting
-- side        | text not null |  | `own` or `contact`
-- person_id   | text not null |  | own person or contact id
with participant as (
    select participant.meeting_key, participant.address
    from stage.meeting_participant as participant
    inner join stage.meeting on meeting.meeting_key = participant.meeting_key
    where meeting.not_counted is null
),

own as (
    select distinct participant.meeting_key, own.person_id
    from participant
    inner join run.own_address as own on own.address = participant.address
),

contact as (
    select distinct contact.customer_id, participant.meeting_key, contact.contact_id
    from participant
    inner join run.contact_address as contact on contact.address = participant.address
)

select distinct contact.customer_id, own.meeting_key, 'own' as side, own.person_id
from own
inner join contact on contact.meeting_key = own.meeting_key
union all
select contact.customer_id, contact.meeting_key, 'contact' as side, contact.contact_id as person_id
from contact
where contact.meeting_key in (select own.meeting_key from own)
