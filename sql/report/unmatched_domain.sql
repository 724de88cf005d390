-- External domains most often met without a contact; for the operator only, never published.
-- One row: a domain of an address that is neither own nor a contact, in messages with an own address.
-- Grain: domain
--
-- domain   | text not null |          | domain of the address
-- messages | int not null  | messages | distinct messages
with met as (
    select stranger.domain, stranger.messages
    from run.period
    cross join report.stranger_domain as stranger
    where stranger.day <= period.as_of_on
)

select domain, sum(messages) as messages
from met
where domain not in (select split_part(own_address.address, '@', -1) from run.own_address)
group by domain
order by messages desc, domain
limit 10
