-- Replies of accounts to own messages (METRICS section 7).
-- One row: a message to the account that was answered in this span, with its earliest answer.
-- Grain: customer_no, question_hash
-- Kept: by span
--
-- customer_no   | int not null  |    | the account
-- question_hash | int not null  |    | the message that was answered
-- replied_on    | date not null |    | local day of the answer
-- delay_us      | int not null  | µs | answer sent minus question sent
with thread as (
    -- a view of a text holds on to all texts of its file while it is sorted, so the keys are copied
    select
        customer_no, message_hash, arrow_cast(message_key, 'Utf8') as message_key, direction, sent_at, conversation,
        true as is_here
    from account.email
    union all
    -- a question may lie before the span, as far back as the cap on delays
    select
        customer_no, message_hash, arrow_cast(message_key, 'Utf8') as message_key, direction, sent_at, conversation,
        false as is_here
    from recent.email
),

named as (
    select * from account.named_question
    union all
    select * from recent.named_question
),

placed as (
    -- one order over everything, in which a conversation's messages stand together: a partition for each
    -- of very many small conversations costs far more
    select
        customer_no,
        message_hash,
        direction,
        sent_at,
        is_here,
        lag(case when direction = 'to' then message_hash end) over conversation_order as before_question_hash,
        lag(sent_at) over conversation_order as before_sent_at,
        lag(customer_no) over conversation_order = customer_no
        and lag(conversation) over conversation_order = conversation as is_same_conversation
    from thread
    window conversation_order as (
        order by customer_no, conversation, sent_at, direction desc, message_key
    )
),

answer as (
    select
        reply.customer_no,
        reply.sent_at,
        reply.is_here,
        case
            when named.question_hash is not null then named.question_hash
            when reply.is_same_conversation then reply.before_question_hash
        end as question_hash,
        case
            when named.question_hash is not null then named.asked_at
            when reply.is_same_conversation then reply.before_sent_at
        end as asked_at
    from placed as reply
    left join named
        on named.customer_no = reply.customer_no
        and named.message_hash = reply.message_hash
    where reply.direction = 'from'
),

earliest as (
    select
        customer_no,
        question_hash,
        min(asked_at) as asked_at,
        min(sent_at) as replied_at,
        bool_and(is_here) as is_here
    from answer
    where question_hash is not null
    group by customer_no, question_hash
)

select
    earliest.customer_no,
    earliest.question_hash,
    local_day(earliest.replied_at, setting.timezone) as replied_on,
    cast(earliest.replied_at as bigint) - cast(earliest.asked_at as bigint) as delay_us
from run.setting
cross join earliest
where
    earliest.is_here
    and cast(earliest.replied_at as bigint) - cast(earliest.asked_at as bigint)
    <= cast(setting.reply_cap_days as bigint) * 86400000000
