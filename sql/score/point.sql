-- The points that each component brings (METRICS section 6).
-- One row: an account, a period and a component.
-- Grain: customer_no, period_no, component
--
-- customer_no | int not null    |        | the account
-- period_no   | int not null    |        | the period
-- component   | text not null   |        | `emails_from`, `emails_to`, `meetings`, `people` or `recency`
-- value       | double not null |        | the component's value in the period
-- percentile  | double not null | share  | share of peers whose value is not greater; 0 where the value is 0
-- weight      | double not null |        | the component's weight in the definition
-- points      | double not null | points | 100 · weight · percentile / sum of weights
with weighted as (
    select unnest([
        named_struct('component', 'emails_from', 'weight', emails_from),
        named_struct('component', 'emails_to', 'weight', emails_to),
        named_struct('component', 'meetings', 'weight', meetings),
        named_struct('component', 'people', 'weight', people),
        named_struct('component', 'recency', 'weight', recency)
    ]) as part, emails_from + emails_to + meetings + people + recency as all_weights
    from run.weight
),

valued as (
    select
        component.customer_no,
        component.period_no,
        weighted.part['component'] as component,
        weighted.part['weight'] as weight,
        weighted.all_weights,
        case weighted.part['component']
            when 'emails_from' then component.emails_from
            when 'emails_to' then component.emails_to
            when 'meetings' then component.meetings
            when 'people' then component.people
            when 'recency' then component.recency
        end as value,
        case weighted.part['component']
            when 'emails_from' then component.emails_from_percentile
            when 'emails_to' then component.emails_to_percentile
            when 'meetings' then component.meetings_percentile
            when 'people' then component.people_percentile
            when 'recency' then component.recency_percentile
        end as percentile
    from weighted
    cross join score.component
)

select customer_no, period_no, component, value, percentile, weight, 100 * weight * percentile / all_weights as points
from valued
