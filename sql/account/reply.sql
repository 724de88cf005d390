-- Replies of accounts to own messages (METRICS section 7).
-- One row: a message to the account that was answered, with its earliest answer.
-- Grain: customer_id, question_key
-- Kept: yes
--
-- customer_id  | text not null |    | the account
-- question_key | text not null |    | the message that was answered
-- replied_on   | date not null |    | local day of the answer
-- delay_us     | int not null  | µs | answer sent minus question sent
with placed as (
    -- one order over everything, in which a conversation's messages stand together: a partition for each
    -- of very many small conversations costs far more
    select
        customer_id,
        message_key,
        direction,
        sent_at,
        sent_on,
        in_reply_to,
        lag(message_key) over conversation_order as before_key,
        lag(sent_at) over conversation_order as before_sent_at,
        lag(customer_id) over conversation_order = customer_id
        and lag(conversation) over conversation_order = conversation
        and lag(direction) over conversation_order = 'to' as is_after_question
    from account.email
    window conversation_order as (
        order by customer_id, conversation, sent_at, case direction when 'to' then 0 else 1 end, message_key
    )
),

answer as (
    select
        reply.customer_id,
        reply.message_key,
        reply.sent_at,
        reply.sent_on,
        case
            when named.message_key is not null then named.message_key
            when reply.is_after_question then reply.before_key
        end as question_key,
        case
            when named.message_key is not null then named.sent_at
            when reply.is_after_question then reply.before_sent_at
        end as asked_at
    from placed as reply
    left join account.email as named
        on named.customer_id = reply.customer_id
        and named.message_key = reply.in_reply_to
        and named.direction = 'to'
        and named.sent_at < reply.sent_at
    where reply.direction = 'from'
),

earliest as (
    select
        customer_id,
        question_key,
        min(asked_at) as asked_at,
        min(sent_at) as replied_at,
        first_value(sent_on order by sent_at, message_key) as replied_on
    from answer
    where question_key is not null
    group by customer_id, question_key
)

select
    earliest.customer_id,
    earliest.question_key,
    earliest.replied_on,
    cast(earliest.replied_at as bigint) - cast(earliest.asked_at as bigint) as delay_us
from run.setting
cross join earliest
where
    cast(earliest.replied_at as bigint) - cast(earliest.asked_at as bigint)
    <= cast(setting.reply_cap_days as bigint) * 86400000000
