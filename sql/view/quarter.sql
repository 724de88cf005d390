-- E-mails and meetings of each customer in the last quarter and in the one before: 13 complete weeks each.
-- One row: a customer with any in these 26 weeks.
-- Grain: CustomerId
--
-- CustomerId   | text not null |                       | customer (account) id as the contact table gives it
-- ThisQuarter  | int           | messages and meetings | those in the 13 weeks that ended last, the as-of day's own week only if that day ends it
-- QuarterBefore | int          | messages and meetings | those in the 13 weeks before
with activity as (
    select
        week.CustomerId,
        -- days from the end of the week to the as-of day
        cast(run.AsOfDate as int) - cast(week.AggregationStartDate as int) - 6 as ended_days_ago,
        week.NoOfEmails_ToAccount
        + week.NoOfEmails_FromAccount
        + week.NoOfMeetings_ToAccount
        + week.NoOfMeetings_FromAccount as activity
    from run
    cross join week
)

select
    CustomerId,
    coalesce(sum(activity) filter (where ended_days_ago < 91), 0) as ThisQuarter,
    coalesce(sum(activity) filter (where ended_days_ago >= 91), 0) as QuarterBefore
from activity
where ended_days_ago between 0 and 181
group by CustomerId
