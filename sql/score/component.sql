-- The five components of the engagement score (METRICS section 6).
-- One row: an account, a period and a component.
-- Grain: customer_id, level, start_on, component
-- Kept: yes
--
-- customer_id | text not null   |       | the account
-- level       | text not null   |       | `Year`, `Month` or `Week`
-- start_on    | date not null   |       | first day of the period
-- component   | text not null   |       | `emails_from`, `emails_to`, `meetings`, `people` or `recency`
-- value       | double not null |       | the component's value in the period
-- percentile  | double not null | share | share of peers whose value is not greater; 0 where the value is 0
-- weight      | double not null |       | the component's weight in the definition
-- points      | double not null |       | 100 · weight · percentile / sum of weights
with weighted as (
    select unnest([
        named_struct('component', 'emails_from', 'weight', weight_emails_from),
        named_struct('component', 'emails_to', 'weight', weight_emails_to),
        named_struct('component', 'meetings', 'weight', weight_meetings),
        named_struct('component', 'people', 'weight', weight_people),
        named_struct('component', 'recency', 'weight', weight_recency)
    ]) as part
    from run.setting
),

component as (
    select part['component'] as component, part['weight'] as weight, sum(part['weight']) over () as all_weights
    from weighted
),

valued as (
    select
        period.customer_id,
        period.level,
        period.start_on,
        component.component,
        component.weight,
        component.all_weights,
        cast(
            case component.component
                when 'emails_from' then period.emails_from
                when 'emails_to' then period.emails_to
                when 'meetings' then period.meetings
                when 'people' then period.own_email + period.contact_email + period.own_meeting + period.contact_meeting
                when 'recency' then cast(cast(period.last_on as int) as bigint)
            end as double
        ) as value
    from component
    cross join account.period
),

ranked as (
    select
        *,
        case
            when value = 0 then 0.0
            else cume_dist() over (partition by level, start_on, component order by value)
        end as percentile
    from valued
)

select
    customer_id,
    level,
    start_on,
    component,
    value,
    percentile,
    weight,
    100 * weight * percentile / all_weights as points
from ranked
