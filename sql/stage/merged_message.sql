-- The copies of one message merged into one, and the accounts that it counts for (METRICS section 2).
-- One row: a message that at least one mailbox holds as more than a draft.
-- Grain: message_hash
-- Kept: by span
--
-- message_hash     | int not null          |      | hash of `message_key`
-- message_key      | text not null         |      | internet message id; for a message without one, its sender, sent time and recipients
-- sent_at          | instant not null      |      | earliest sent time of any copy
-- sent_on          | date not null         |      | local day of `sent_at`
-- is_from_own      | bool not null         |      | the sender of the earliest copy that has one is an own address
-- own_sender       | int list not null     |      | number of this own address
-- own              | int list not null     |      | own people among this sender and the recipients of all copies
-- accounts         | account list not null |      | accounts to which or from which it is, each with its contacts among them
-- stranger_domains | text list not null    |      | domains of the addresses among them that are neither own nor a contact's
-- conversation     | int not null          |      | hash of the conversation key; one of its own where it has none
-- in_reply_to      | int                   |      | hash of the id of the message that this one says it answers
-- copies           | int not null          | rows | copies merged into this message
-- not_counted      | text                  |      | why the message counts for nobody on any as-of day, null if it may count
with copy as (
    select
        coalesce(
            message_id,
            concat('no id|', sender, '|', cast(cast(sent_at as bigint) as varchar), '|', array_to_string(recipients, ','))
        ) as message_key,
        sent_at,
        sender,
        lookup('stage.own', recipients) as own,
        lookup('stage.contact', recipients) as contacts,
        stranger_domains('stage.known_address', recipients) as stranger_domains,
        conversation,
        in_reply_to,
        is_meeting_traffic,
        is_automatic
    from activity.message_copy
    where not is_draft
),

merged as (
    select
        message_hash,
        min_text(message_key) as message_key,
        min(sent_at) as sent_at,
        min_by(sender, sent_at) as sender,
        set_union(own) as own,
        set_union(contacts) as contacts,
        set_union(stranger_domains) as stranger_domains,
        min_text(conversation) as conversation,
        min_text(in_reply_to) as in_reply_to,
        bool_or(is_meeting_traffic) as is_meeting_traffic,
        bool_or(is_automatic) as is_automatic,
        count(*) as copies
    from (select xxh3(message_key) as message_hash, * from copy) as hashed
    group by message_hash
),

dated as (
    select
        merged.*,
        local_day(sent_at, timezone) as sent_on,
        lookup('stage.own', sender) as sender_own
    from run.setting
    cross join merged
),

sided as (
    select
        *,
        not is_empty(sender_own) as is_from_own,
        by_customer(
            case
                when not is_empty(sender_own) then contacts
                when not is_empty(own) then lookup('stage.contact', sender)
            end,
            contacts
        ) as accounts
    from dated
)

select
    message_hash,
    message_key,
    sent_at,
    sent_on,
    is_from_own,
    lookup('stage.own_address', sender) as own_sender,
    lookup('stage.own', sender, own) as own,
    accounts,
    stranger_domains('stage.known_address', sender, stranger_domains) as stranger_domains,
    xxh3(coalesce(conversation, concat('alone|', message_key))) as conversation,
    xxh3(in_reply_to) as in_reply_to,
    copies,
    case
        when is_meeting_traffic then 'meeting traffic'
        when is_automatic then 'automatic'
        when sent_on < date '1990-01-01' then 'before 1990'
        when is_empty(accounts) then 'no own address and contact on opposite sides'
    end as not_counted
from sided
