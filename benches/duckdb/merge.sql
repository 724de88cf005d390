-- Messages: the copies merged into one row for each message.
-- Given: view `message_copy`; variable `message_file` (file to write).
create temp table copy as
select
    coalesce(
        message_id,
        concat('no id|', sender, '|', epoch_us(sent_at), '|', array_to_string(recipients, ','))
    ) as message_key,
    sent_at, sender, array_to_string(recipients, chr(31)) as recipients, conversation, in_reply_to,
    is_meeting_traffic, is_automatic
from message_copy
where not is_draft;

create temp table message as
select
    message_key,
    min(sent_at) as sent_at,
    arg_min(sender, (sent_at, sender)) as sender,
    min(recipients) as recipients,
    max(recipients) as other_recipients,
    min(conversation) as conversation,
    min(in_reply_to) as in_reply_to,
    bool_or(is_meeting_traffic) as is_meeting_traffic,
    bool_or(is_automatic) as is_automatic
from copy
group by message_key;

-- A list aggregate costs much, so only the few messages whose copies differ get one.
create temp table differing as
select
    message_key,
    list_sort(list_distinct(flatten(list(string_split(nullif(recipients, ''), chr(31)))))) as recipients
from copy
where message_key in (select message_key from message where recipients <> other_recipients)
group by message_key;

copy (
    select
        message_key, sent_at, sender,
        case
            when differing.recipients is not null then differing.recipients
            when message.recipients = '' then []
            else string_split(message.recipients, chr(31))
        end as recipients,
        conversation, in_reply_to, is_meeting_traffic, is_automatic
    from message
    left join differing using (message_key)
) to (getvariable('message_file')) (format parquet, compression zstd);
