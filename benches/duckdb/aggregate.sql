-- Office and Office_ScoreEntity from the canonical Parquet, written for DuckDB and for speed.
-- Given: tables `setting`, `own_address`, `contact_address`; variables `messages`, `meetings` (globs of what is read),
-- `office`, `score` (files to write).

-- People as dense numbers; an address is own or a contact's, never both.
create temp table person as
select address, dense_rank() over (order by person_id)::int as person
from own_address;

create temp table customer as
select customer_id, row_number() over ()::int as customer
from (select distinct customer_id from contact_address);

create temp table contact as
select address, customer, dense_rank() over (order by contact_id)::int as contact
from contact_address
join customer using (customer_id);

create temp table known as
select address, person, row_number() over ()::int as party
from (
    select address, person from person
    union all
    select distinct address, null from contact
);

create temp table contact_of as
select party, customer, contact
from contact
join known using (address);

-- Periods of each day of the window.
create temp table period_of as
with day_of as (
    select
        day::date as day,
        window_start_on as "Year",
        date_trunc('month', day)::date as "Month",
        case week_start
            when 'sunday' then date_trunc('week', day::date + 1)::date - 1
            else date_trunc('week', day)::date
        end as "Week"
    from setting, unnest(generate_series(window_start_on::timestamp, as_of_on::timestamp, interval 1 day)) as series(day)
)
unpivot day_of on "Year", "Month", "Week" into name level value start_on;

-- Messages: copies merged; only those that may count are kept. A list aggregate over every message costs more than
-- all the rest, so recipients travel as one text, and the few messages whose copies differ get theirs in a second look.
create temp macro key_of(message_id, sender, sent_at, recipients) as coalesce(
    message_id,
    concat('no id|', sender, '|', epoch_us(sent_at), '|', array_to_string(recipients, ','))
);

create temp table message as
with merged as (
    select
        key_of(message_id, sender, sent_at, recipients) as message_key,
        min(sent_at) as sent_at,
        arg_min(sender, (sent_at, sender)) as sender,
        min(array_to_string(recipients, chr(31))) as recipients,
        max(array_to_string(recipients, chr(31))) as other_recipients,
        min(conversation) as conversation,
        min(in_reply_to) as in_reply_to,
        bool_or(is_meeting_traffic or is_automatic) as is_left_out
    from read_parquet(getvariable('messages'), hive_partitioning = false)
    where not is_draft
    group by 1
)
select
    row_number() over ()::int as message,
    message_key,
    epoch_us(sent_at) as sent_us,
    (sent_at at time zone timezone)::date as sent_on,
    known.party as sender,
    known.person is not null as is_to,
    recipients,
    recipients <> other_recipients as is_differing,
    conversation,
    in_reply_to
from merged
join known on known.address = merged.sender
cross join setting
where not is_left_out and sent_on between date '1990-01-01' and as_of_on;

create temp table recipient as
select distinct message, party, person
from (
    select message, unnest(string_split(recipients, chr(31))) as address
    from message
    where not is_differing
)
join known using (address);

insert into recipient
select distinct message, party, person
from (
    select message, unnest(string_split(copy.recipients, chr(31))) as address
    from message
    join (
        select
            key_of(message_id, sender, sent_at, recipients) as message_key,
            array_to_string(recipients, chr(31)) as recipients
        from read_parquet(getvariable('messages'), hive_partitioning = false)
        where not is_draft
    ) as copy using (message_key)
    where is_differing
)
join known using (address);

-- Messages that count for an account, once for each.
create temp table email as
select distinct customer, message, is_to, sent_us, sent_on
from message
join recipient using (message)
join contact_of on contact_of.party = recipient.party
where is_to
union all
select distinct customer, message, is_to, sent_us, sent_on
from message
join contact_of on contact_of.party = message.sender
where not is_to and message in (select message from recipient where person is not null);

-- Replies: named by In-Reply-To, else just before in the conversation.
create temp table reply as
with placed as (
    select
        customer, message, email.is_to, email.sent_us, email.sent_on,
        lag(message) over before as before_message,
        lag(email.sent_us) over before as before_us,
        lag(email.is_to) over before as is_after_question
    from email
    join message using (message)
    -- without a conversation a message stands alone
    window before as (
        partition by customer, coalesce(conversation, 'alone|' || message)
        order by email.sent_us, not email.is_to, message_key
    )
),

named as (
    select answer.customer, answer.message, asked.message as question, asked.sent_us as asked_us
    from email as answer
    join message as answer_message on answer_message.message = answer.message
    join message as asked_message on asked_message.message_key = answer_message.in_reply_to
    join email as asked on asked.customer = answer.customer and asked.message = asked_message.message
    where not answer.is_to and asked.is_to and asked.sent_us < answer.sent_us
),

answered as (
    select
        placed.customer,
        placed.sent_us,
        placed.sent_on,
        coalesce(named.question, before_message) as question,
        coalesce(named.asked_us, before_us) as asked_us
    from placed
    left join named using (customer, message)
    where not is_to and (named.question is not null or is_after_question)
),

earliest as (
    select
        customer,
        min(sent_us) - min(asked_us) as delay_us,
        arg_min(sent_on, sent_us) as day
    from answered
    group by customer, question
)
select customer, day, delay_us
from earliest, setting
where delay_us <= reply_cap_days * 86400000000;

-- Meetings: the version in force of each calendar item, then the copies merged.
create temp table version as
with copy as (
    select
        mailbox, item_id, start_at, end_at, modified_at, is_all_day, is_cancelled, organizer, attendees,
        concat(coalesce(ical_uid, concat(mailbox, ' ', item_id)), ' ', epoch_us(start_at)) as meeting_key
    from read_parquet(getvariable('meetings'), hive_partitioning = false)
),

newest as (
    select *
    from copy
    qualify item_id = '' or modified_at is not distinct from max(modified_at) over (partition by mailbox, item_id)
)
select *
from newest
qualify item_id = '' or meeting_key = min(meeting_key) over (partition by mailbox, item_id);

create temp table meeting as
with placed as (
    select
        meeting_key, start_at, end_at, is_all_day, is_cancelled,
        row_number() over place as place,
        first_value(organizer ignore nulls) over (
            place rows between unbounded preceding and unbounded following
        ) as organizer
    from version
    window place as (
        partition by meeting_key
        order by modified_at desc nulls last, item_id, mailbox, end_at, is_all_day, is_cancelled, organizer
    )
)
select
    row_number() over ()::int as meeting,
    meeting_key,
    (start_at at time zone timezone)::date as start_on,
    case when not is_all_day then epoch_us(end_at) - epoch_us(start_at) end as duration_us,
    known.party as organizer,
    known.person is not null as is_to
from placed
left join known on known.address = placed.organizer
cross join setting
where place = 1 and not is_cancelled and start_on <= as_of_on;

create temp table participant as
with listed as (
    select meeting, unnest(attendees) as attendee
    from version
    join meeting using (meeting_key)
),

answer as (
    select
        meeting,
        attendee.address,
        attendee.is_resource,
        coalesce(epoch_us(attendee.responded_at), -9223372036854775807) as responded_us,
        case when attendee.response not in ('', 'none', 'notresponded') then attendee.response end as response
    from listed
),

attendee as (
    select
        meeting, party, person,
        bool_or(is_resource) as is_resource,
        arg_min(response, (-responded_us, response)) filter (where response is not null) as response
    from answer
    join known using (address)
    group by all
)
select meeting, party, person
from attendee
where not is_resource and response is distinct from 'declined'
union
select meeting, organizer, person
from meeting
join known on known.party = meeting.organizer;

create temp table meeting_contact as
select distinct customer, meeting, contact
from participant
join contact_of using (party)
where meeting in (select meeting from participant where person is not null);

create temp table met as
select
    customer, meeting, start_on, duration_us,
    case
        when is_to and organizer is not null then 1
        when (organizer, customer) in (select (party, customer) from contact_of) then -1
    end as direction
from (select distinct customer, meeting from meeting_contact)
join meeting using (meeting);

-- What happened on each day, and who took part.
create temp table daily as
select
    customer, sent_on as day,
    count(*) filter (where is_to) as emails_to,
    count(*) filter (where not is_to) as emails_from,
    0 as meetings, 0 as meetings_to, 0 as meetings_from,
    null as duration_us, 0 as timed_meetings, null as reply_us, 0 as replies
from email
group by all
union all
select
    customer, start_on, 0, 0,
    count(*), count(*) filter (where direction = 1), count(*) filter (where direction = -1),
    sum(duration_us), count(duration_us), null, 0
from met
group by all
union all
select customer, day, 0, 0, 0, 0, 0, null, 0, sum(delay_us), count(*)
from reply
group by all;

-- Kinds of people: 0 own in mail, 1 contact in mail, 2 own in meetings, 3 contact in meetings.
create temp table involved as
select distinct customer, sent_on as day, 0::tinyint as kind, person
from email
join (
    select message, person from recipient where person is not null
    union all
    select message, person from message join known on known.party = message.sender where is_to
) using (message)
union all
select distinct email.customer, sent_on, 1::tinyint, contact
from email
join (
    select message, party from recipient
    union all
    select message, sender from message where not is_to
) as party using (message)
join contact_of on contact_of.party = party.party and contact_of.customer = email.customer
union all
select distinct customer, start_on, 2::tinyint, person
from met
join participant using (meeting)
where person is not null
union all
select distinct customer, start_on, 3::tinyint, contact
from met
join meeting_contact using (customer, meeting);

create temp table period as
with figure as (
    select
        customer, level, start_on,
        max(daily.day) as last_on,
        sum(emails_to)::int as emails_to,
        sum(emails_from)::int as emails_from,
        sum(meetings)::int as meetings,
        sum(meetings_to)::int as meetings_to,
        sum(meetings_from)::int as meetings_from,
        sum(duration_us) as duration_us,
        sum(timed_meetings) as timed_meetings,
        sum(reply_us) as reply_us,
        sum(replies) as replies
    from daily
    join period_of using (day)
    group by all
),

one as (
    select distinct customer, level, start_on, kind, person
    from involved
    join period_of using (day)
),

people as (
    select
        customer, level, start_on,
        count(*) filter (where kind = 0)::int as own_email,
        count(*) filter (where kind = 1)::int as contact_email,
        count(*) filter (where kind = 2)::int as own_meeting,
        count(*) filter (where kind = 3)::int as contact_meeting
    from one
    group by all
)
select *
from figure
join people using (customer, level, start_on);

create temp table history as
select
    customer,
    min(day) as first_on,
    max(day) filter (where emails_to + emails_from > 0) as last_email_on,
    max(day) filter (where meetings > 0) as last_meeting_on
from daily
group by customer;

create temp table component as
with valued as (
    select
        customer, level, start_on,
        unnest([
            {component: 'emails_from', weight: weight_emails_from, value: emails_from::double},
            {component: 'emails_to', weight: weight_emails_to, value: emails_to::double},
            {component: 'meetings', weight: weight_meetings, value: meetings::double},
            {
                component: 'people', weight: weight_people,
                value: (own_email + contact_email + own_meeting + contact_meeting)::double
            },
            {component: 'recency', weight: weight_recency, value: (last_on - date '1970-01-01')::double}
        ], recursive := true),
        weight_emails_from + weight_emails_to + weight_meetings + weight_people + weight_recency as all_weights
    from period, setting
)
select
    customer, level, start_on, component, value, weight,
    case
        when value = 0 then 0
        else cume_dist() over (partition by level, start_on, component order by value)
    end as percentile,
    100 * weight * percentile / all_weights as points
from valued;

copy (
    with score as (
        select
            customer, level, start_on,
            round(
                max(points) filter (where component = 'emails_from')
                + max(points) filter (where component = 'emails_to')
                + max(points) filter (where component = 'meetings')
                + max(points) filter (where component = 'people')
                + max(points) filter (where component = 'recency'),
                9
            ) as points
        from component
        group by all
    )
    select
        concat(customer_id, '|', epoch(start_on)::bigint, '|', level) as PrimaryKey,
        customer_id as CustomerId,
        greatest(1, floor(points + 0.5)::int) as EngagementScore,
        emails_to as NoOfEmails_ToAccount,
        emails_from as NoOfEmails_FromAccount,
        meetings_from as NoOfMeetings_FromAccount,
        meetings_to as NoOfMeetings_ToAccount,
        own_meeting as NoOfContactsInvolved_Meetings,
        own_email as NoOfContactsInvolved_Emails,
        contact_meeting as NoOfAccountContactsInvolved_Meetings,
        contact_email as NoOfAccountContactsInvolved_Emails,
        first_on as EngagementStartDate,
        (as_of_on - last_email_on)::int as DaysSinceLastEmail,
        (as_of_on - last_meeting_on)::int as DaysSinceLastMeeting,
        duration_us::double / nullif(timed_meetings, 0) / 60000000 as AverageDuration_Of_Meetings,
        reply_us::double / nullif(replies, 0) / 3600000000 as AverageDuration_Of_AccountEmailReplies,
        start_on as AggregationStartDate,
        level as AggregationLevel
    from period
    join score using (customer, level, start_on)
    join history using (customer)
    join customer using (customer)
    cross join setting
    order by PrimaryKey
) to (getvariable('office')) (format parquet, compression zstd);

copy (
    select
        concat(customer_id, '|', epoch(start_on)::bigint, '|', level) as PrimaryKey,
        component as Component,
        value as Value,
        percentile as Percentile,
        weight as Weight,
        points as Points
    from component
    join customer using (customer)
    order by PrimaryKey, Component
) to (getvariable('score')) (format parquet, compression zstd);
