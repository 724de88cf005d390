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
    concat(
        customer_id, '|',
        cast(cast(cast(start_on as int) as bigint) * 86400 as varchar), '|',
        level
    ) as PrimaryKey,
    component as Component,
    value as Value,
    percentile as Percentile,
    weight as Weight,
    points as Points
from score.component
order by PrimaryKey, Component
