-- Replies of accounts to own messages (METRICS section 7).
-- One row: a message to the account that was answered in this span, with its earliest answer.
-- Grain: customer_no, question_hash
-- Kept: by span
--
-- customer_no   | int not null  |    | the account
-- question_hash | int not null  |    | the message that was answered
-- replied_on    | date not null |    | local day of the answer
-- delay_us      | int not null  | µs | answer sent minus question sent
with here as (
    select distinct customer_no, conversation
    from account.email
    where direction = 'from'
),

thread as (
    -- a view of a text holds on to all texts of its file while it is gathered, so the keys are copied
    select
        customer_no, message_hash, arrow_cast(message_key, 'Utf8') as message_key, direction, sent_at, conversation
    from account.email
    union all
    -- a question may lie before the span, as far back as the cap on delays
    select
        email.customer_no, email.message_hash, arrow_cast(email.message_key, 'Utf8') as message_key,
        email.direction, email.sent_at, email.conversation
    from here
    inner join recent.email as email
        on email.customer_no = here.customer_no and email.conversation = here.conversation
),

talk as (
    select
        customer_no,
        unnest(turns(array_agg(named_struct(
            'sent_at', sent_at, 'is_question', direction = 'to',
            'message_key', message_key, 'message_hash', message_hash
        )))) as turn
    from thread
    group by customer_no, conversation
),

turn as (
    select
        customer_no,
        turn['message_hash'] as message_hash,
        turn['sent_at'] as sent_at,
        turn['question_hash'] as question_hash,
        turn['asked_at'] as asked_at
    from talk
),

named as (
    select * from account.named_question
    union all
    select * from recent.named_question
),

answer as (
    select customer_no, sent_at, question_hash, asked_at
    from named
    union all
    select turn.customer_no, turn.sent_at, turn.question_hash, turn.asked_at
    from named
    right join turn on turn.customer_no = named.customer_no and turn.message_hash = named.message_hash
    where named.message_hash is null
),

earliest as (
    select
        customer_no,
        question_hash,
        min(asked_at) as asked_at,
        min(sent_at) as replied_at
    from answer
    group by customer_no, question_hash
),

span as (
    select min(sent_at) as begin_at
    from account.email
)

select
    earliest.customer_no,
    earliest.question_hash,
    local_day(earliest.replied_at, setting.timezone) as replied_on,
    cast(earliest.replied_at as bigint) - cast(earliest.asked_at as bigint) as delay_us
from run.setting
cross join span
cross join earliest
where
    -- else it is a row of an earlier span
    earliest.replied_at >= span.begin_at
    and cast(earliest.replied_at as bigint) - cast(earliest.asked_at as bigint)
    <= cast(setting.reply_cap_days as bigint) * 86400000000
