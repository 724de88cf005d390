-- The last quarter of each customer against the pace of the whole window: 13 complete weeks against 91 average days.
-- One row: a customer with engagement in the window.
-- Grain: CustomerId
--
-- CustomerId           | text not null   |                       | customer (account) id as the contact table gives it
-- Emails_ThisQuarter   | int not null    | messages              | e-mails in both directions in the 13 weeks that ended last, the as-of day's own week only if that day ends it
-- Emails_AtPace        | double not null | messages              | those of 91 days of the window on average
-- Emails_Change        | double          | share                 | how much more the former are than the latter: 0.5 is half as many again, -1 is none; null where there are no e-mails, and where the window has less than 182 days
-- Meetings_ThisQuarter | int not null    | meetings              | meetings that we or the account organised in those weeks
-- Meetings_AtPace      | double not null | meetings              | likewise
-- Meetings_Change      | double          | share                 | likewise
-- ThisQuarter          | int not null    | messages and meetings | both together
-- AtPace               | double not null | messages and meetings | likewise
-- Change               | double          | share                 | likewise
with weekly as (
    select
        week.CustomerId,
        -- days from the end of the week to the as-of day
        cast(run.AsOfDate as int) - cast(week.AggregationStartDate as int) - 6 as ended_days_ago,
        week.NoOfEmails_ToAccount + week.NoOfEmails_FromAccount as emails,
        week.NoOfMeetings_ToAccount + week.NoOfMeetings_FromAccount as meetings
    from run
    cross join week
),

quarter as (
    select CustomerId, sum(emails) as emails, sum(meetings) as meetings
    from weekly
    where ended_days_ago between 0 and 90
    group by CustomerId
),

yearly as (
    select
        customer.CustomerId,
        cast(run.AsOfDate as int) - cast(run.WindowStartDate as int) + 1 as days,
        customer.NoOfEmails_ToAccount + customer.NoOfEmails_FromAccount as emails,
        customer.NoOfMeetings_ToAccount + customer.NoOfMeetings_FromAccount as meetings
    from run
    cross join customer
),

paced as (
    select
        yearly.CustomerId,
        yearly.days,
        coalesce(quarter.emails, 0) as emails,
        coalesce(quarter.meetings, 0) as meetings,
        91.0 * yearly.emails / yearly.days as emails_at_pace,
        91.0 * yearly.meetings / yearly.days as meetings_at_pace,
        91.0 * (yearly.emails + yearly.meetings) / yearly.days as at_pace
    from yearly
    left join quarter on quarter.CustomerId = yearly.CustomerId
)

select
    CustomerId,
    emails as Emails_ThisQuarter,
    emails_at_pace as Emails_AtPace,
    case when days >= 182 and emails_at_pace > 0 then emails / emails_at_pace - 1 end as Emails_Change,
    meetings as Meetings_ThisQuarter,
    meetings_at_pace as Meetings_AtPace,
    case when days >= 182 and meetings_at_pace > 0 then meetings / meetings_at_pace - 1 end as Meetings_Change,
    emails + meetings as ThisQuarter,
    at_pace as AtPace,
    case when days >= 182 and at_pace > 0 then (emails + meetings) / at_pace - 1 end as Change
from paced
