-- Why an engagement score is what it is.
-- One row: an Office row and a component of its score.
-- Grain: PrimaryKey, Component
--
-- PrimaryKey | text not null                 |        | key of the Office row
-- Component  | text not null                 |        | `emails_from`, `emails_to`, `meetings`, `people` or `recency`
-- Value      | double not null unless hidden |        | the component's value in the period
-- Percentile | double not null unless hidden | share  | share of peers (same level and start date) whose value is not greater; 0 where the value is 0
-- Weight     | double not null               |        | the component's weight in the definition
-- Points     | double not null unless hidden | points | 100 · Weight · Percentile / sum of weights
select
    concat(customer.customer_id, '|', period.key) as PrimaryKey,
    point.component as Component,
    -- the score stays; what it owes to people would tell how many there are
    case when hidden.people and point.component = 'people' then null else point.value end as Value,
    case when hidden.people and point.component = 'people' then null else point.percentile end as Percentile,
    point.weight as Weight,
    case when hidden.people and point.component = 'people' then null else point.points end as Points
from score.point
inner join stage.customer on customer.customer_no = point.customer_no
inner join stage.period on period.period_no = point.period_no
left join account.hidden on hidden.customer_no = point.customer_no and hidden.level = period.level
-- the order of PrimaryKey, ids with a `|` apart
order by point.customer_no, point.period_no, point.component
