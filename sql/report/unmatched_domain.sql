-- External domains most often met without a contact; for the operator only, never published.
-- One row: a domain of an address that is neither own nor a contact, in messages with an own address.
-- Grain: domain
--
-- domain   | text not null |          | domain of the address
-- messages | int not null  | messages | distinct messages
with met as (
    select
        message.message_key,
        unnest(array_append(message.recipients, message.sender)) as address
    from stage.message
    where message.not_counted is null
),

party as (
    select
        met.message_key,
        split_part(met.address, '@', -1) as domain,
        own.address is not null as is_own,
        contact.address is not null as is_contact
    from met
    left join run.own_address as own on own.address = met.address
    left join (select distinct address from run.contact_address) as contact on contact.address = met.address
    where met.address like '%@%'
)

select stranger.domain, count(distinct stranger.message_key) as messages
from party as stranger
where
    not stranger.is_own
    and not stranger.is_contact
    and stranger.message_key in (select party.message_key from party where party.is_own)
    and stranger.domain not in (select split_part(own_address.address, '@', -1) from run.own_address)
group by stranger.domain
order by messages desc, domain
limit 10
