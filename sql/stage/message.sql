-- Messages: the copies of one message merged into one (METRICS section 2).
-- One row: a message that at least one mailbox holds as more than a draft.
-- Grain: message_key
-- Kept: yes
--
-- message_key    | text not null    |      | internet message id; for a message without one, its sender, sent time and recipients
-- sent_at        | instant not null |      | earliest sent time of any copy
-- sent_on        | date not null    |      | local day of `sent_at`
-- sender         | text             |      | sender of the earliest copy that has one, address normal form
-- recipients     | text list        |      | recipients of all copies, sorted, each once
-- conversation   | text not null    |      | conversation key; one of its own where it has none
-- in_reply_to    | text             |      | id of the message that this one says it answers
-- copies         | int not null     | rows | copies merged into this message
-- not_counted    | text             |      | why the message counts for nobody, null if it may count
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
        first_value(sender order by sent_at, sender) filter (where sender is not null) as sender,
        array_sort(array_distinct(flatten(array_agg(recipients)))) as recipients,
        min(conversation) as conversation,
        min(in_reply_to) as in_reply_to,
        bool_or(is_meeting_traffic) as is_meeting_traffic,
        bool_or(is_automatic) as is_automatic,
        count(*) as copies
    from copy
    group by message_key
),

dated as (
    select merged.*, local_day(sent_at, timezone) as sent_on, as_of_on
    from run.setting
    cross join merged
)

select
    message_key,
    sent_at,
    sent_on,
    sender,
    recipients,
    coalesce(conversation, concat('alone|', message_key)) as conversation,
    in_reply_to,
    copies,
    case
        when is_meeting_traffic then 'meeting traffic'
        when is_automatic then 'automatic'
        when sent_on > as_of_on then 'after the as-of day'
        when sent_on < date '1990-01-01' then 'before 1990'
    end as not_counted
from dated
