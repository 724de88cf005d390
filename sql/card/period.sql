-- The months and weeks of a card: the last twelve calendar months, and all weeks, that the window reaches into.
-- One row: a month or a week.
-- Grain: AggregationLevel, AggregationStartDate
--
-- AggregationLevel     | text not null |  | `Month` or `Week`
-- AggregationStartDate | date not null |  | first calendar day of the period
-- AggregationEndDate   | date not null |  | last calendar day of the period
-- IsCut                | bool not null |  | the window begins after the period's first day: what was before does not count
-- IsUnderWay           | bool not null |  | the as-of day comes before the period's last day: it is not over
with one_week as (
    select cast(AggregationStartDate as int) as week_on
    from week
    limit 1
),

opened as (
    select
        AsOfDate,
        WindowStartDate,
        -- a day on which weeks begin: published weeks tell; without any, Monday 1970-01-05 does
        coalesce((select max(week_on) from one_week), 4) as week_start
    from run
),

digit as (
    select unnest([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) as digit
),

-- people's sessions have no `generate_series`; a window has 365 days at most
window_day as (
    select
        opened.*,
        cast(
            cast(opened.AsOfDate as int) - cast(100 * hundred.digit + 10 * ten.digit + one.digit as int) as date
        ) as day
    from opened
    cross join digit as hundred
    cross join digit as ten
    cross join digit as one
),

dated as (
    select
        *,
        cast(date_trunc('month', day) as date) as month_on,
        cast(cast(cast(day as int) - ((cast(day as int) - week_start) % 7 + 7) % 7 as int) as date) as week_on
    from window_day
    where day >= WindowStartDate
),

period as (
    select distinct
        'Month' as level,
        month_on as start_on,
        cast(month_on + interval '1 month' - interval '1 day' as date) as end_on,
        AsOfDate,
        WindowStartDate
    from dated
    where month_on > cast(date_trunc('month', AsOfDate) - interval '12 months' as date)
    union all
    select distinct
        'Week' as level,
        week_on as start_on,
        cast(week_on + interval '6 days' as date) as end_on,
        AsOfDate,
        WindowStartDate
    from dated
)

select
    level as AggregationLevel,
    start_on as AggregationStartDate,
    end_on as AggregationEndDate,
    start_on < WindowStartDate as IsCut,
    end_on > AsOfDate as IsUnderWay
from period
