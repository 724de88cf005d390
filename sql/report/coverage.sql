-- What the run read and what it counted (METRICS section 8).
-- One row: the run.
-- Grain: none
--
-- days_covered           | int not null | days      | local days in the window between the first and the last activity of any address, both included
-- message_copies         | int not null | rows      | message rows in the imported activity
-- draft_copies           | int not null | rows      | of these, drafts
-- message_duplicates     | int not null | rows      | copies merged into another copy of the same message
-- messages               | int not null | messages  | distinct messages
-- messages_counted       | int not null | messages  | messages that count for at least one account
-- meeting_copies         | int not null | rows      | calendar rows in the imported activity
-- meeting_versions       | int not null | rows      | earlier versions of calendar items, replaced by a later one
-- meeting_duplicates     | int not null | rows      | copies merged into another copy of the same meeting
-- meetings               | int not null | meetings  | distinct meetings
-- meetings_counted       | int not null | meetings  | meetings that count for at least one account
-- own_addresses          | int not null | addresses | own addresses selected
-- own_addresses_seen     | int not null | addresses | of these, seen in any message or meeting
-- customers              | int not null | customers | customers in the contact table
-- customers_enriched     | int not null | customers | of these, with at least one row in the window
-- customers_ever         | int not null | customers | of these, with counted activity on any day up to the as-of day
-- first_on               | date         |           | local day of the first imported activity of any address
-- last_on                | date         |           | local day of the last one
with active_day as (
    select sent_on as day from stage.message
    union all
    select start_on as day from stage.meeting
),

span as (
    select min(day) as first_on, max(day) as last_on
    from active_day
    -- a time that says "none", such as the year 1, covers no day
    where day >= date '1990-01-01'
),

seen as (
    select sender as address from stage.message
    union
    select unnest(recipients) as address from stage.message
    union
    select organizer as address from stage.meeting_version
    union
    select attendee['address'] as address from (select unnest(attendees) as attendee from stage.meeting_version)
),

version as (
    select count(*) as rows from stage.meeting_version
),

message_copy as (
    select count(*) as rows, coalesce(sum(case when is_draft then 1 else 0 end), 0) as drafts
    from activity.message_copy
),

meeting_copy as (
    select count(*) as rows from activity.meeting_copy
),

message as (
    select count(*) as rows from stage.message
),

meeting as (
    select count(*) as rows from stage.meeting
),

counted_message as (
    select count(distinct message_key) as rows from account.email
),

counted_meeting as (
    select count(distinct meeting_key) as rows from account.meeting
),

own as (
    select count(*) as rows, count(seen.address) as seen
    from run.own_address as own
    left join seen on seen.address = own.address
),

customer as (
    select count(*) as rows from run.contact_customer
),

enriched as (
    select count(distinct customer_id) as rows from account.period
),

ever as (
    select count(*) as rows from account.history
)

select
    case
        when span.first_on is null then 0
        else greatest(
            0,
            cast(least(span.last_on, setting.as_of_on) as int)
            - cast(greatest(span.first_on, setting.window_start_on) as int) + 1
        )
    end as days_covered,
    message_copy.rows as message_copies,
    message_copy.drafts as draft_copies,
    message_copy.rows - message_copy.drafts - message.rows as message_duplicates,
    message.rows as messages,
    counted_message.rows as messages_counted,
    meeting_copy.rows as meeting_copies,
    meeting_copy.rows - version.rows as meeting_versions,
    version.rows - meeting.rows as meeting_duplicates,
    meeting.rows as meetings,
    counted_meeting.rows as meetings_counted,
    own.rows as own_addresses,
    own.seen as own_addresses_seen,
    customer.rows as customers,
    enriched.rows as customers_enriched,
    ever.rows as customers_ever,
    span.first_on,
    span.last_on
from run.setting
cross join span
cross join version
cross join message_copy
cross join meeting_copy
cross join message
cross join meeting
cross join counted_message
cross join counted_meeting
cross join own
cross join customer
cross join enriched
cross join ever
