-- The periods that each day of the window belongs to (METRICS section 4).
-- One row: a day and a level.
-- Grain: day, level
-- Kept: yes
--
-- day       | date not null |  | a local day of the window
-- level     | text not null |  | `Year`, `Month` or `Week`
-- start_on  | date not null |  | first calendar day of the period; for `Year` the window's first day
-- key       | text not null |  | Unix seconds of `start_on` at 00:00 UTC and the level, joined by `|`
-- period_no | int not null  |  | place among the periods, in the order of `key`
with window_day as (
    select
        cast(unnest(generate_series(window_start_on, as_of_on, interval '1 day')) as date) as day,
        window_start_on,
        week_start
    from run.period
),

levelled as (
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
),

keyed as (
    select *, concat(cast(cast(cast(start_on as int) as bigint) * 86400 as varchar), '|', level) as key
    from levelled
)

select day, level, start_on, key, cast(dense_rank() over (order by key) as int) as period_no
from keyed
