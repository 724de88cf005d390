-- Copies of messages of which another span has copies as well.
-- One row: a copy of a message in one mailbox.
-- Grain: none
-- Kept: by span
--
-- message_id         | text             |  | internet message id
-- sent_at            | instant not null |  | sent time
-- sender             | text             |  | sender, address normal form
-- recipients         | text list        |  | recipients, sorted, each once
-- conversation       | text             |  | conversation key
-- in_reply_to        | text             |  | id of the message that this one says it answers
-- is_draft           | bool not null    |  | a draft
-- is_meeting_traffic | bool not null    |  | meeting traffic
-- is_automatic       | bool not null    |  | automatic
select
    message_id,
    sent_at,
    sender,
    recipients,
    conversation,
    in_reply_to,
    is_draft,
    is_meeting_traffic,
    is_automatic
from activity.message_copy
where xxh3(message_id) in (select key from straddling.message_key)
