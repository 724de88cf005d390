-- The periods that each day of the window belongs to (METRICS section 4).
-- One row: a day and a level.
-- Grain: day, level
--
-- day      | date not null |  | a local day of the window
-- level    | text not null |  | `Year`, `Month` or `Week`
-- start_on | date not null |  | first calendar day of the period; for `Year` the window's first day
with window_day as (
    select
        cast(unnest(generate_series(window_start_on, as_of_on, interval '1 day')) as date) as day,
        window_start_on,
        week_start
    from run.setting
)

select day, 'Year' as level, window_start_on as start_on
from window_day
union all
select day, 'Month' as level, cast(date_trunc('month', day) as date) as start_on
from window_day
union all
select
    day,
    'Week' as level,
    case
        when week_start = 'sunday' then cast(date_trunc('week', day + interval '1 day') as date) - interval '1 day'
        else cast(date_trunc('week', day) as date)
    end as start_on
from window_day
