-- Messages, each in the span of its sent time.
-- One row: a message that at least one mailbox holds as more than a draft.
-- Grain: message_hash
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
select *
from stage.merged_message as merged
where not exists (select 1 from straddling.message_key as straddling where straddling.key = merged.message_hash)
union all
select *
from straddling.merged_message
