-- First and last activity of each account in all data up to the as-of day.
-- One row: an account with a counted message or meeting.
-- Grain: customer_id
--
-- customer_id     | text not null |  | the account
-- first_on        | date not null |  | local day of the first counted message or meeting
-- last_email_on   | date          |  | local day of the last counted message
-- last_meeting_on | date          |  | local day of the last counted meeting
with activity as (
    select customer_id, sent_on as day, sent_on as email_on, cast(null as date) as meeting_on
    from account.email
    union all
    select customer_id, start_on as day, cast(null as date) as email_on, start_on as meeting_on
    from account.meeting
)

select
    customer_id,
    min(day) as first_on,
    max(email_on) as last_email_on,
    max(meeting_on) as last_meeting_on
from activity
group by customer_id
