-- Engagement of each customer by year, month and week.
-- One row: a customer, a level and a period with at least one counted e-mail or meeting.
-- Grain: PrimaryKey
--
-- PrimaryKey                             | text not null              |          | CustomerId, Unix seconds of AggregationStartDate at 00:00 UTC and AggregationLevel, joined by `|`
-- CustomerId                             | text not null              |          | customer (account) id as the contact table gives it
-- EngagementScore                        | int not null               | points   | 1 to 100: weighted percentiles among all customers of the same period
-- NoOfEmails_ToAccount                   | int not null               | messages | messages from own people to contacts of the account
-- NoOfEmails_FromAccount                 | int not null               | messages | messages from contacts of the account to own people
-- NoOfMeetings_FromAccount               | int not null               | meetings | meetings with the account that a contact of it organised
-- NoOfMeetings_ToAccount                 | int not null               | meetings | meetings with the account that an own person organised
-- NoOfContactsInvolved_Meetings          | int not null unless hidden | people   | distinct own people among participants of meetings with the account
-- NoOfContactsInvolved_Emails            | int not null unless hidden | people   | distinct own people among senders and recipients of the counted messages
-- NoOfAccountContactsInvolved_Meetings   | int not null unless hidden | people   | distinct contacts of the account among participants of meetings
-- NoOfAccountContactsInvolved_Emails     | int not null unless hidden | people   | distinct contacts of the account among senders and recipients
-- EngagementStartDate                    | date not null              |          | local day of the first counted e-mail or meeting in all data up to the as-of day
-- DaysSinceLastEmail                     | int                        | days     | as-of day minus local day of the last counted e-mail; null if never
-- DaysSinceLastMeeting                   | int                        | days     | as-of day minus local day of the last counted meeting; null if never
-- AverageDuration_Of_Meetings            | double                     | minutes  | mean duration of the period's meetings that are not all-day; null if none
-- AverageDuration_Of_AccountEmailReplies | double                     | hours    | mean delay of the account's replies in the period; null if none
-- AggregationStartDate                   | date not null              |          | first day of the period
-- AggregationLevel                       | text not null              |          | `Year`, `Month` or `Week`
with score as (
    select
        component.customer_no,
        component.period_no,
        -- added in one order, and to nine decimals, so that equal figures give equal scores on every machine
        round(
            100 * weight.emails_from * component.emails_from_percentile / all_weights
            + 100 * weight.emails_to * component.emails_to_percentile / all_weights
            + 100 * weight.meetings * component.meetings_percentile / all_weights
            + 100 * weight.people * component.people_percentile / all_weights
            + 100 * weight.recency * component.recency_percentile / all_weights,
            9
        ) as points
    from (
        select *, emails_from + emails_to + meetings + people + recency as all_weights
        from run.weight
    ) as weight
    cross join score.component
)

select
    concat(customer.customer_id, '|', period_key.key) as PrimaryKey,
    customer.customer_id as CustomerId,
    greatest(1, cast(floor(score.points + 0.5) as int)) as EngagementScore,
    period.emails_to as NoOfEmails_ToAccount,
    period.emails_from as NoOfEmails_FromAccount,
    period.meetings_from as NoOfMeetings_FromAccount,
    period.meetings_to as NoOfMeetings_ToAccount,
    case when hidden.people then null else period.own_meeting end as NoOfContactsInvolved_Meetings,
    case when hidden.people then null else period.own_email end as NoOfContactsInvolved_Emails,
    case when hidden.people then null else period.contact_meeting end as NoOfAccountContactsInvolved_Meetings,
    case when hidden.people then null else period.contact_email end as NoOfAccountContactsInvolved_Emails,
    history.first_on as EngagementStartDate,
    cast(setting.as_of_on as int) - cast(history.last_email_on as int) as DaysSinceLastEmail,
    cast(setting.as_of_on as int) - cast(history.last_meeting_on as int) as DaysSinceLastMeeting,
    case
        when hidden.durations then null
        else cast(period.duration_us as double) / period.timed_meetings / 60000000
    end as AverageDuration_Of_Meetings,
    case
        when hidden.replies then null
        else cast(period.reply_us as double) / period.replies / 3600000000
    end as AverageDuration_Of_AccountEmailReplies,
    period_key.start_on as AggregationStartDate,
    period_key.level as AggregationLevel
from run.period as setting
cross join account.period
inner join score on score.customer_no = period.customer_no and score.period_no = period.period_no
inner join stage.customer on customer.customer_no = period.customer_no
inner join stage.period as period_key on period_key.period_no = period.period_no
inner join account.history on history.customer_no = period.customer_no
left join account.hidden on hidden.customer_no = period.customer_no and hidden.level = period_key.level
-- the order of PrimaryKey, ids with a `|` apart
order by period.customer_no, period.period_no
