-- What is not published of an account on a level, so that no figure tells of too few own people (DECISIONS, Privacy).
-- One row: an account and a level of which something is hidden; none where the definition sets no `min_group`.
-- Grain: customer_no, level
-- Kept: yes
--
-- customer_no | int not null  |  | the account
-- level       | text not null |  | `Year`, `Month` or `Week`
-- people      | bool not null |  | people counts and both averages are hidden
-- replies     | bool not null |  | the average delay of replies is hidden
-- durations   | bool not null |  | the average duration of meetings is hidden
with counted as (
    select
        period.*,
        period.own_email between 1 and privacy.min_group - 1 as is_small_email,
        period.own_meeting between 1 and privacy.min_group - 1 as is_small_meeting
    from run.privacy as privacy
    cross join account.period as period
),

-- too few people in e-mails and meetings together are too few in each
small as (
    select *
    from counted
    where is_small_email or is_small_meeting
),

overlap as (
    select distinct one.period_no, other.period_no as other_no, other.level
    from stage.period_day as one
    inner join stage.period_day as other on other.day = one.day
),

found as (
    select small.customer_no, period.level, true as people, true as replies, true as durations
    from small
    inner join stage.period as period on period.period_no = small.period_no
    union all
    -- an average of another level is that of the small row alone where all it is made of may lie there
    select
        small.customer_no,
        overlap.level,
        false as people,
        small.is_small_email and other.replies between 1 and small.replies as replies,
        small.is_small_meeting and other.timed_meetings between 1 and small.timed_meetings as durations
    from small
    inner join overlap on overlap.period_no = small.period_no
    inner join account.period as other
        on other.customer_no = small.customer_no and other.period_no = overlap.other_no
)

select
    customer_no,
    level,
    bool_or(people) as people,
    bool_or(replies) as replies,
    bool_or(durations) as durations
from found
where replies or durations
group by customer_no, level
