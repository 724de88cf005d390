-- What happened between us and an account on a day: from these rows years, months and weeks add up.
-- One row: an account and a day with a counted message or meeting or with a reply.
-- Grain: none
-- Kept: by span
--
-- customer_no      | int not null      |          | the account
-- day              | date not null     |          | local day of the messages, meetings and answers
-- emails_to        | int not null      | messages | counted messages to the account
-- emails_from      | int not null      | messages | counted messages from the account
-- email_own        | int list not null |          | own people among senders and recipients
-- email_contacts   | int list not null |          | contacts of the account among senders and recipients
-- meetings         | int not null      | meetings | meetings with the account, whoever organised them
-- meetings_to      | int not null      | meetings | of these, organised by us
-- meetings_from    | int not null      | meetings | of these, organised by the account
-- meeting_own      | int list not null |          | own people among participants
-- meeting_contacts | int list not null |          | contacts of the account among participants
-- duration_us      | int               | µs       | durations of the meetings that are not all-day, added up
-- timed_meetings   | int not null      | meetings | meetings that are not all-day
-- reply_us         | int               | µs       | reply delays added up
-- replies          | int not null      | messages | replies
with activity as (
    select
        customer_no,
        sent_on as day,
        case when direction = 'to' then 1 else 0 end as emails_to,
        case when direction = 'from' then 1 else 0 end as emails_from,
        own as email_own,
        contacts as email_contacts,
        0 as meetings,
        0 as meetings_to,
        0 as meetings_from,
        null as meeting_own,
        null as meeting_contacts,
        cast(null as bigint) as duration_us,
        0 as timed_meetings,
        cast(null as bigint) as reply_us,
        0 as replies
    from account.email
    union all
    select
        customer_no,
        start_on as day,
        0 as emails_to,
        0 as emails_from,
        null as email_own,
        null as email_contacts,
        1 as meetings,
        case when direction = 'to' then 1 else 0 end as meetings_to,
        case when direction = 'from' then 1 else 0 end as meetings_from,
        own as meeting_own,
        contacts as meeting_contacts,
        duration_us,
        case when duration_us is not null then 1 else 0 end as timed_meetings,
        null as reply_us,
        0 as replies
    from account.meeting
    union all
    select
        customer_no,
        replied_on as day,
        0 as emails_to,
        0 as emails_from,
        null as email_own,
        null as email_contacts,
        0 as meetings,
        0 as meetings_to,
        0 as meetings_from,
        null as meeting_own,
        null as meeting_contacts,
        null as duration_us,
        0 as timed_meetings,
        delay_us as reply_us,
        1 as replies
    from account.reply
)

select
    customer_no,
    day,
    sum(emails_to) as emails_to,
    sum(emails_from) as emails_from,
    set_union(email_own) as email_own,
    set_union(email_contacts) as email_contacts,
    sum(meetings) as meetings,
    sum(meetings_to) as meetings_to,
    sum(meetings_from) as meetings_from,
    set_union(meeting_own) as meeting_own,
    set_union(meeting_contacts) as meeting_contacts,
    sum(duration_us) as duration_us,
    sum(timed_meetings) as timed_meetings,
    sum(reply_us) as reply_us,
    sum(replies) as replies
from activity
group by customer_no, day
