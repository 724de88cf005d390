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
    from stage.message_people
    where not_counted is null and array_length(own) > 0
)

select domain, day, count(*) as messages
from met
group by domain, day
