-- Counted messages by account (METRICS section 2).
-- One row: a message that counts for an account.
-- Grain: customer_id, message_key
-- Kept: yes
--
-- customer_id  | text not null    |  | the account
-- message_key  | text not null    |  | the message
-- direction    | text not null    |  | `to` the account or `from` it
-- sent_at      | instant not null |  | sent time
-- sent_on      | date not null    |  | local day of the sent time
-- conversation | text not null    |  | conversation key
-- in_reply_to  | text             |  | id of the message that this one says it answers
-- parties      | text list        |  | sender and recipients
with counted as (
    select message_key, sender, unnest(recipients) as recipient
    from stage.message
    where not_counted is null
),

directed as (
    select contact.customer_id, counted.message_key, 'to' as direction
    from counted
    inner join run.own_address as own on own.address = counted.sender
    inner join run.contact_address as contact on contact.address = counted.recipient
    union
    select contact.customer_id, counted.message_key, 'from' as direction
    from counted
    inner join run.contact_address as contact on contact.address = counted.sender
    inner join run.own_address as own on own.address = counted.recipient
)

select
    directed.customer_id,
    directed.message_key,
    directed.direction,
    message.sent_at,
    message.sent_on,
    message.conversation,
    message.in_reply_to,
    array_append(message.recipients, message.sender) as parties
from directed
inner join stage.message on message.message_key = directed.message_key
