-- What the sample's definition sets. Given: variable `as_of`.
create temp table setting as
select
    getvariable('as_of')::date as as_of_on,
    getvariable('as_of')::date - 364 as window_start_on,
    'Europe/London' as timezone,
    'monday' as week_start,
    30 as reply_cap_days,
    0.25::double as weight_emails_from,
    0.15::double as weight_emails_to,
    0.30::double as weight_meetings,
    0.15::double as weight_people,
    0.15::double as weight_recency;
