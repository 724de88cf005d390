-- Counted messages by account (METRICS section 2).
-- One row: a message that counts for an account.
-- Grain: customer_no, message_hash
-- Kept: by span
--
-- customer_no  | int not null      |  | the account
-- message_key  | text not null     |  | the message
-- message_hash | int not null      |  | hash of its key
-- direction    | text not null     |  | `to` the account or `from` it
-- sent_at      | instant not null  |  | sent time
-- sent_on      | date not null     |  | local day of the sent time
-- conversation | int not null      |  | hash of the conversation key
-- in_reply_to  | int               |  | hash of the id of the message that this one says it answers
-- own          | int list not null |  | own people among sender and recipients
-- contacts     | int list not null |  | contacts of the account among them
with counted as (
    select
        message_key, message_hash, is_from_own, sent_at, sent_on, conversation, in_reply_to, own,
        unnest(accounts) as account
    from stage.message
    where not_counted is null
)

select
    account['customer_no'] as customer_no,
    message_key,
    message_hash,
    case when is_from_own then 'to' else 'from' end as direction,
    sent_at,
    sent_on,
    conversation,
    in_reply_to,
    own,
    account['contacts'] as contacts
from counted
