-- People on either side of the counted messages, by day.
-- One row: an own person or a contact of the account, and a day on which they sent or received.
-- Grain: customer_id, day, side, person_id
-- Kept: yes
--
-- customer_id | text not null |  | the account
-- day         | date not null |  | local day of the messages
-- side        | text not null |  | `own` or `contact`
-- person_id   | text not null |  | own person or contact id
with party as (
    select customer_id, sent_on as day, unnest(parties) as address
    from account.email
)

select party.customer_id, party.day, 'own' as side, own.person_id
from party
inner join run.own_address as own on own.address = party.address
union
select party.customer_id, party.day, 'contact' as side, contact.contact_id as person_id
from party
inner join run.contact_address as contact
    on contact.address = party.address and contact.customer_id = party.customer_id
