-- How long ago customers had their last e-mail or meeting.
-- One row: a span of days, also where no customer is in it.
-- Grain: FromDays
--
-- FromDays  | int          | days      | the fewest days since the last counted e-mail or meeting; null for customers without any in the window
-- ToDays    | int          | days      | the most of these days; null where there is no limit
-- Customers | int not null | customers | customers of the contact table whose last contact was so many days before the as-of day
with span (from_days, to_days) as (
    values (0, 7), (8, 30), (31, 60), (61, 90), (91, 180), (181, null), (null, null)
),

listed as (
    select
        customer.CustomerId is not null as is_engaged,
        -- `least` passes over null
        least(customer.DaysSinceLastEmail, customer.DaysSinceLastMeeting) as days
    from Office_CustomerEntity as listed
    left join customer on customer.CustomerId = listed.CustomerId
),

counted as (
    select is_engaged, days, count(*) as customers
    from listed
    group by is_engaged, days
)

select
    span.from_days as FromDays,
    span.to_days as ToDays,
    coalesce(sum(counted.customers), 0) as Customers
from span
left join counted
    on
        counted.is_engaged = (span.from_days is not null)
        and (
            span.from_days is null
            or counted.days >= span.from_days and counted.days <= coalesce(span.to_days, counted.days)
        )
group by span.from_days, span.to_days
