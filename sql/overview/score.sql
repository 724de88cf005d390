-- How the engagement scores over the window are distributed.
-- One row: ten points of the score, also where no customer has any of them.
-- Grain: FromPoints
--
-- FromPoints | int not null | points    | the lowest of these scores
-- ToPoints   | int not null | points    | the highest of these scores
-- Customers  | int not null | customers | customers with one of these scores
with band (from_points) as (
    values (1), (11), (21), (31), (41), (51), (61), (71), (81), (91)
),

scored as (
    select (EngagementScore - 1) / 10 * 10 + 1 as from_points, count(*) as customers
    from customer
    group by (EngagementScore - 1) / 10 * 10 + 1
)

select
    band.from_points as FromPoints,
    band.from_points + 9 as ToPoints,
    coalesce(scored.customers, 0) as Customers
from band
left join scored on scored.from_points = band.from_points
