-- First and last activity of each account in all data up to the as-of day.
-- One row: an account with a counted message or meeting.
-- Grain: customer_no
-- Kept: yes
--
-- customer_no     | int not null  |  | the account
-- first_on        | date not null |  | local day of the first counted message or meeting
-- last_email_on   | date          |  | local day of the last counted message
-- last_meeting_on | date          |  | local day of the last counted meeting
with dated as (
    select
        day.customer_no,
        day.day,
        case when day.emails_to + day.emails_from > 0 then day.day end as email_on,
        case when day.meetings > 0 then day.day end as meeting_on,
        period.as_of_on
    from run.period
    cross join account.day as day
)

select
    customer_no,
    min(day) as first_on,
    max(email_on) as last_email_on,
    max(meeting_on) as last_meeting_on
from dated
where day <= as_of_on
group by customer_no
