-- warn: at least half as many customers have a row as in the last run, where that had 10 or more.
-- One row: the run, where fewer have.
-- Grain: none
--
-- last_customers | int not null | customers | those with a row in the last run
-- customers      | int not null | customers | those with a row now
with counted as (
    select
        (select count(distinct CustomerId) from run.last_office where AggregationLevel = 'Year') as last_customers,
        (select count(distinct CustomerId) from entity.Office where AggregationLevel = 'Year') as customers
)

select last_customers, customers
from counted
where last_customers >= 10 and 2 * customers < last_customers
