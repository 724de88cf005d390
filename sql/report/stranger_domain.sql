-- Domains of strangers in messages with an own address, by day.
-- One row: a domain and a day.
-- Grain: none
-- Kept: by span
--
-- domain   | text not null |          | domain of an address that is neither own nor a contact
-- day      | date not null |          | local day of the messages
-- messages | int not null  | messages | messages that may count, with an own address
with met as (
    select message.sent_on as day, unnest(people.stranger_domains) as domain
    from stage.message_people as people
    inner join stage.message on message.message_no = people.message_no
    where message.not_counted is null and array_length(people.own) > 0 and array_length(people.stranger_domains) > 0
)

select domain, day, count(*) as messages
from met
group by domain, day
