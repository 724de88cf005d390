-- What happened between us and an account in a period.
-- One row: an account and a period with at least one counted message or meeting.
-- Grain: customer_no, period_no
-- Kept: yes
--
-- customer_no      | int not null  |          | the account
-- period_no        | int not null  |          | the period
-- emails_to        | int not null  | messages | counted messages to the account
-- emails_from      | int not null  | messages | counted messages from the account
-- meetings         | int not null  | meetings | meetings with the account, whoever organised them
-- meetings_to      | int not null  | meetings | of these, organised by us
-- meetings_from    | int not null  | meetings | of these, organised by the account
-- own_email        | int not null  | people   | distinct own people among senders and recipients
-- contact_email    | int not null  | people   | distinct contacts of the account among senders and recipients
-- own_meeting      | int not null  | people   | distinct own people among participants
-- contact_meeting  | int not null  | people   | distinct contacts of the account among participants
-- last_on          | date not null |          | local day of the last counted message or meeting in the period
-- duration_us      | int           | µs       | durations of the meetings that are not all-day, added up
-- timed_meetings   | int not null  | meetings | meetings that are not all-day
-- reply_us         | int           | µs       | reply delays added up
-- replies          | int not null  | messages | replies in the period
select
    day.customer_no,
    period.period_no,
    sum(day.emails_to) as emails_to,
    sum(day.emails_from) as emails_from,
    sum(day.meetings) as meetings,
    sum(day.meetings_to) as meetings_to,
    sum(day.meetings_from) as meetings_from,
    array_length(set_union(day.email_own)) as own_email,
    array_length(set_union(day.email_contacts)) as contact_email,
    array_length(set_union(day.meeting_own)) as own_meeting,
    array_length(set_union(day.meeting_contacts)) as contact_meeting,
    max(day.day) as last_on,
    sum(day.duration_us) as duration_us,
    sum(day.timed_meetings) as timed_meetings,
    sum(day.reply_us) as reply_us,
    sum(day.replies) as replies
from account.day
inner join stage.period_day as period on period.day = day.day
group by day.customer_no, period.period_no
