-- Messages, each in the span of its sent time.
-- One row: a message that at least one mailbox holds as more than a draft.
-- Grain: message_no
--
-- message_no   | int not null       |      | number of the message in its span; negative where several spans have copies
-- message_key  | text not null      |      | internet message id; for a message without one, its sender, sent time and recipients
-- message_hash | int not null       |      | hash of `message_key`
-- sent_at      | instant not null   |      | earliest sent time of any copy
-- sent_on      | date not null      |      | local day of `sent_at`
-- sender       | text               |      | sender of the earliest copy that has one, address normal form
-- recipients   | text list not null |      | recipients of all copies, sorted, each once
-- conversation | int not null       |      | hash of the conversation key; one of its own where it has none
-- in_reply_to  | int                |      | hash of the id of the message that this one says it answers
-- copies       | int not null       | rows | copies merged into this message
-- not_counted  | text               |      | why the message counts for nobody on any as-of day, null if it may count
with message as (
    select *
    from stage.merged_message as merged
    where not exists (select 1 from straddling.message_key as straddling where straddling.key = merged.message_hash)
    union all
    select -message_no as message_no, * except (message_no)
    from straddling.merged_message
),

dated as (
    select message.*, local_day(sent_at, timezone) as sent_on
    from run.setting
    cross join message
)

select
    message_no,
    message_key,
    message_hash,
    sent_at,
    sent_on,
    sender,
    recipients,
    conversation,
    in_reply_to,
    copies,
    case
        when is_meeting_traffic then 'meeting traffic'
        when is_automatic then 'automatic'
        when sent_on < date '1990-01-01' then 'before 1990'
    end as not_counted
from dated
