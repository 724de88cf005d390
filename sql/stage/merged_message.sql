-- The copies of one message merged into one (METRICS section 2).
-- One row: a message that at least one mailbox holds as more than a draft.
-- Grain: message_no
-- Kept: by span
--
-- message_no         | int not null       |      | number of the message in its span
-- message_key        | text not null      |      | internet message id; for a message without one, its sender, sent time and recipients
-- message_hash       | int not null       |      | hash of `message_key`
-- sent_at            | instant not null   |      | earliest sent time of any copy
-- sender             | text               |      | sender of the earliest copy that has one, address normal form
-- recipients         | text list not null |      | recipients of all copies, sorted, each once
-- conversation       | int not null       |      | hash of the conversation key; one of its own where it has none
-- in_reply_to        | int                |      | hash of the id of the message that this one says it answers
-- is_meeting_traffic | bool not null      |      | a copy is meeting traffic
-- is_automatic       | bool not null      |      | a copy is automatic
-- copies             | int not null       | rows | copies merged into this message
with copy as (
    select
        coalesce(
            message_id,
            concat('no id|', sender, '|', cast(cast(sent_at as bigint) as varchar), '|', array_to_string(recipients, ','))
        ) as message_key,
        sent_at,
        sender,
        recipients,
        conversation,
        in_reply_to,
        is_meeting_traffic,
        is_automatic
    from activity.message_copy
    where not is_draft
),

merged as (
    select
        message_key,
        min(sent_at) as sent_at,
        min_by(sender, sent_at) as sender,
        set_union(recipients) as recipients,
        min(conversation) as conversation,
        min(in_reply_to) as in_reply_to,
        bool_or(is_meeting_traffic) as is_meeting_traffic,
        bool_or(is_automatic) as is_automatic,
        count(*) as copies
    from copy
    group by message_key
)

select
    cast(row_number() over () as bigint) as message_no,
    message_key,
    xxh3(message_key) as message_hash,
    sent_at,
    sender,
    recipients,
    xxh3(coalesce(conversation, concat('alone|', message_key))) as conversation,
    xxh3(in_reply_to) as in_reply_to,
    is_meeting_traffic,
    is_automatic,
    copies
from merged
