-- Why an engagement score is what it is.
-- One row: an Office row and a component of its score.
-- Grain: PrimaryKey, Component
--
-- PrimaryKey | text not null   |        | key of the Office row
-- Component  | text not null   |        | `emails_from`, `emails_to`, `meetings`, `people` or `recency`
-- Value      | double not null |        | the component's value in the period
-- Percentile | double not null | share  | share of peers (same level and start date) whose value is not greater; 0 where the value is 0
-- Weight     | double not null |        | the component's weight in the definition
-- Points     | double not null | points | 100 · Weight · Percentile / sum of weights
select
    concat(customer.customer_id, '|', period.key) as PrimaryKey,
    point.component as Component,
    point.value as Value,
    point.percentile as Percentile,
    point.weight as Weight,
    point.points as Points
from score.point
inner join stage.customer on customer.customer_no = point.customer_no
inner join stage.period on period.period_no = point.period_no
-- the order of PrimaryKey, ids with a `|` apart
order by point.customer_no, point.period_no, point.component
