-- Domains of strangers in messages with an own address, by day.
-- One row: a domain and a day.
-- Grain: none
-- Kept: by span
--
-- domain   | text not null |          | domain of an address that is neither own nor a contact
-- day      | date not null |          | local day of the messages
-- messages | int not null  | messages | messages that may count, with an own address
with met as (
    select sent_on as day, unnest(stranger_domains) as domain
    from stage.message
    where
        (not_counted is null or not_counted = 'no own address and contact on opposite sides')
        and not is_empty(own)
)

select domain, day, count(*) as messages
from met
group by domain, day
