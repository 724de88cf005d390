-- Counted messages by account (METRICS section 2).
-- One row: a message that counts for an account.
-- Grain: customer_no, message_no
-- Kept: by span
--
-- customer_no  | int not null     |  | the account
-- message_no   | int not null     |  | the message
-- message_key  | text not null    |  | its key
-- message_hash | int not null     |  | hash of the key
-- direction    | text not null    |  | `to` the account or `from` it
-- sent_at      | instant not null |  | sent time
-- sent_on      | date not null    |  | local day of the sent time
-- conversation | int not null     |  | hash of the conversation key
-- in_reply_to  | int              |  | hash of the id of the message that this one says it answers
-- own          | int list         |  | own people among sender and recipients
-- contacts     | int list         |  | contacts of the account among them
with countable as (
    select *
    from stage.message_people
    where not_counted is null and array_length(own) > 0 and array_length(contact_sides) > 0
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
    from side
    inner join (select distinct contact_no, customer_no from stage.contact) as contact
        on contact.contact_no = side.contact_side / 2
    group by contact.customer_no, side.message_no
)

select
    directed.customer_no,
    countable.message_no,
    countable.message_key,
    countable.message_hash,
    case when directed.is_to then 'to' else 'from' end as direction,
    countable.sent_at,
    countable.sent_on,
    countable.conversation,
    countable.in_reply_to,
    countable.own,
    directed.contacts
from directed
inner join countable on countable.message_no = directed.message_no
where directed.is_to or directed.is_from
