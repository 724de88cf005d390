-- Counted messages by account (METRICS section 2).
-- One row: a message that counts for an account.
-- Grain: customer_no, message_no
-- Kept: by span
--
-- customer_no  | int not null      |  | the account
-- message_no   | int not null      |  | the message
-- message_key  | text not null     |  | its key
-- message_hash | int not null      |  | hash of the key
-- direction    | text not null     |  | `to` the account or `from` it
-- sent_at      | instant not null  |  | sent time
-- sent_on      | date not null     |  | local day of the sent time
-- conversation | int not null      |  | hash of the conversation key
-- in_reply_to  | int               |  | hash of the id of the message that this one says it answers
-- own          | int list not null |  | own people among sender and recipients
-- contacts     | int list not null |  | contacts of the account among them
with countable as (
    select message_no, own, is_from_own, contact_sides
    from stage.message_people
    where array_length(own) > 0 and array_length(contact_sides) > 0
),

side as (
    select message_no, is_from_own, unnest(contact_sides) as contact_side
    from countable
),

directed as (
    select
        contact.customer_no,
        side.message_no,
        bool_or(side.is_from_own) as is_to,
        bool_or(side.contact_side % 2 = 1) as is_from,
        set_union(contact.contact_no) as contacts
    from (select distinct contact_no, customer_no from stage.contact) as contact
    inner join side on side.contact_side / 2 = contact.contact_no
    group by contact.customer_no, side.message_no
)

select
    directed.customer_no,
    directed.message_no,
    message.message_key,
    message.message_hash,
    case when directed.is_to then 'to' else 'from' end as direction,
    message.sent_at,
    message.sent_on,
    message.conversation,
    message.in_reply_to,
    countable.own,
    directed.contacts
from directed
inner join countable on countable.message_no = directed.message_no
inner join stage.message on message.message_no = directed.message_no
where (directed.is_to or directed.is_from) and message.not_counted is null
