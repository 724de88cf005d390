-- Messages from accounts that name an earlier message to the account as the one they answer (METRICS section 7, rule a).
-- One row: an answer and the question that it names.
-- Grain: customer_no, message_hash
-- Kept: by span
--
-- customer_no   | int not null     |  | the account
-- message_hash  | int not null     |  | the answer
-- sent_at       | instant not null |  | sent time of the answer
-- question_hash | int not null     |  | the message to the account that its In-Reply-To names
-- asked_at      | instant not null |  | sent time of the question
with question as (
    select customer_no, message_hash, sent_at, direction
    from account.email
    union all
    select customer_no, message_hash, sent_at, direction
    from earlier.email
),

answer as (
    select customer_no, message_hash, in_reply_to, sent_at
    from account.email
    where direction = 'from' and in_reply_to is not null
)

select
    answer.customer_no,
    answer.message_hash,
    answer.sent_at,
    question.message_hash as question_hash,
    question.sent_at as asked_at
from answer
inner join question
    on question.customer_no = answer.customer_no
    and question.message_hash = answer.in_reply_to
    and question.sent_at < answer.sent_at
where question.direction = 'to'
