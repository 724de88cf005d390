-- What happened between us and an account in a period.
-- One row: an account and a period with at least one counted message or meeting.
-- Grain: customer_id, level, start_on
-- Kept: yes
--
-- customer_id      | text not null |          | the account
-- level            | text not null |          | `Year`, `Month` or `Week`
-- start_on         | date not null |          | first day of the period
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
with email as (
    select
        email.customer_id,
        period.level,
        period.start_on,
        sum(case when email.direction = 'to' then 1 else 0 end) as emails_to,
        sum(case when email.direction = 'from' then 1 else 0 end) as emails_from,
        max(email.sent_on) as last_on
    from account.email
    inner join stage.period_day as period on period.day = email.sent_on
    group by email.customer_id, period.level, period.start_on
),

meeting as (
    select
        meeting.customer_id,
        period.level,
        period.start_on,
        count(*) as meetings,
        sum(case when meeting.direction = 'to' then 1 else 0 end) as meetings_to,
        sum(case when meeting.direction = 'from' then 1 else 0 end) as meetings_from,
        max(meeting.start_on) as last_on,
        sum(meeting.duration_us) as duration_us,
        count(meeting.duration_us) as timed_meetings
    from account.meeting
    inner join stage.period_day as period on period.day = meeting.start_on
    group by meeting.customer_id, period.level, period.start_on
),

person as (
    select customer_id, day, 'email' as activity, side, person_id
    from account.email_person
    union all
    select person.customer_id, meeting.start_on as day, 'meeting' as activity, person.side, person.person_id
    from account.meeting_person as person
    inner join account.meeting
        on meeting.customer_id = person.customer_id and meeting.meeting_key = person.meeting_key
),

involved as (
    select distinct
        person.customer_id,
        period.level,
        period.start_on,
        person.activity,
        person.side,
        person.person_id
    from person
    inner join stage.period_day as period on period.day = person.day
),

people as (
    select
        customer_id,
        level,
        start_on,
        sum(case when activity = 'email' and side = 'own' then 1 else 0 end) as own_email,
        sum(case when activity = 'email' and side = 'contact' then 1 else 0 end) as contact_email,
        sum(case when activity = 'meeting' and side = 'own' then 1 else 0 end) as own_meeting,
        sum(case when activity = 'meeting' and side = 'contact' then 1 else 0 end) as contact_meeting
    from involved
    group by customer_id, level, start_on
),

reply as (
    select
        reply.customer_id,
        period.level,
        period.start_on,
        sum(reply.delay_us) as reply_us,
        count(*) as replies
    from account.reply
    inner join stage.period_day as period on period.day = reply.replied_on
    group by reply.customer_id, period.level, period.start_on
),

active as (
    select customer_id, level, start_on from email
    union
    select customer_id, level, start_on from meeting
)

select
    active.customer_id,
    active.level,
    active.start_on,
    coalesce(email.emails_to, 0) as emails_to,
    coalesce(email.emails_from, 0) as emails_from,
    coalesce(meeting.meetings, 0) as meetings,
    coalesce(meeting.meetings_to, 0) as meetings_to,
    coalesce(meeting.meetings_from, 0) as meetings_from,
    coalesce(people.own_email, 0) as own_email,
    coalesce(people.contact_email, 0) as contact_email,
    coalesce(people.own_meeting, 0) as own_meeting,
    coalesce(people.contact_meeting, 0) as contact_meeting,
    greatest(email.last_on, meeting.last_on) as last_on,
    meeting.duration_us,
    coalesce(meeting.timed_meetings, 0) as timed_meetings,
    reply.reply_us,
    coalesce(reply.replies, 0) as replies
from active
left join email
    on email.customer_id = active.customer_id and email.level = active.level and email.start_on = active.start_on
left join meeting
    on meeting.customer_id = active.customer_id and meeting.level = active.level and meeting.start_on = active.start_on
left join people
    on people.customer_id = active.customer_id and people.level = active.level and people.start_on = active.start_on
left join reply
    on reply.customer_id = active.customer_id and reply.level = active.level and reply.start_on = active.start_on
