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
with span as (
    select min(day) as first_on, max(day) as last_on
    from report.tally
    -- a time that says "none", such as the year 1, covers no day
    where day >= date '1990-01-01'
),

copy as (
    select
        coalesce(sum(message_copies), 0) as message_copies,
        coalesce(sum(draft_copies), 0) as draft_copies,
        coalesce(sum(meeting_copies), 0) as meeting_copies
    from report.copy
),

item as (
    select
        coalesce(sum(case when activity = 'message' then items end), 0) as messages,
        coalesce(sum(case when activity = 'message' and counts then items end), 0) as messages_counted,
        coalesce(sum(case when activity = 'meeting' then items end), 0) as meetings,
        coalesce(sum(case when activity = 'meeting' and counts then items end), 0) as meetings_counted,
        coalesce(sum(case when activity = 'meeting' then copies end), 0) as meeting_versions
    from (
        select activity, items, copies, reason is null and day <= as_of_on as counts
        from run.period
        cross join report.tally
    ) as judged
),

own as (
    select
        (select count(*) from run.own_address) as addresses,
        (select count(distinct address_no) from report.own_seen) as seen
),

customer as (
    select
        (select count(*) from run.contact_customer) as customers,
        (select count(distinct customer_no) from account.period) as enriched,
        (select count(*) from account.history) as ever
)

select
    case
        when span.first_on is null then 0
        else greatest(
            0,
            cast(least(span.last_on, period.as_of_on) as int)
            - cast(greatest(span.first_on, period.window_start_on) as int) + 1
        )
    end as days_covered,
    copy.message_copies,
    copy.draft_copies,
    copy.message_copies - copy.draft_copies - item.messages as message_duplicates,
    item.messages,
    item.messages_counted,
    copy.meeting_copies,
    copy.meeting_copies - item.meeting_versions as meeting_versions,
    item.meeting_versions - item.meetings as meeting_duplicates,
    item.meetings,
    item.meetings_counted,
    own.addresses as own_addresses,
    own.seen as own_addresses_seen,
    customer.customers,
    customer.enriched as customers_enriched,
    customer.ever as customers_ever,
    span.first_on,
    span.last_on
from run.period
cross join span
cross join copy
cross join item
cross join own
cross join customer
