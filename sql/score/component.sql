-- The five components of the engagement score (METRICS section 6), side by side.
-- One row: an account and a period.
-- Grain: customer_no, period_no
-- Kept: yes
--
-- customer_no            | int not null    |        | the account
-- period_no              | int not null    |        | the period
-- emails_from            | double not null |        | messages from the account
-- emails_to              | double not null |        | messages to the account
-- meetings               | double not null |        | meetings with the account
-- people                 | double not null |        | the four people figures added up
-- recency                | double not null |        | Unix day number of the last counted message or meeting
-- emails_from_percentile | double not null | share  | share of peers whose value is not greater; 0 where the value is 0
-- emails_to_percentile   | double not null | share  | likewise
-- meetings_percentile    | double not null | share  | likewise
-- people_percentile      | double not null | share  | likewise
-- recency_percentile     | double not null | share  | likewise
with valued as (
    select
        customer_no,
        period_no,
        cast(emails_from as double) as emails_from,
        cast(emails_to as double) as emails_to,
        cast(meetings as double) as meetings,
        cast(own_email + contact_email + own_meeting + contact_meeting as double) as people,
        cast(cast(last_on as int) as double) as recency
    from account.period
)

select
    *,
    percentile(emails_from) over (partition by period_no) as emails_from_percentile,
    percentile(emails_to) over (partition by period_no) as emails_to_percentile,
    percentile(meetings) over (partition by period_no) as meetings_percentile,
    percentile(people) over (partition by period_no) as people_percentile,
    percentile(recency) over (partition by period_no) as recency_percentile
from valued
