-- fail: the months of a customer add up to its year.
-- One row: a customer whose months do not.
-- Grain: CustomerId
--
-- CustomerId | text not null |  | the customer
-- monthly    | int           |  | messages and organised meetings over all months
-- yearly     | int           |  | the same in the year's row
with total as (
    select
        CustomerId,
        AggregationLevel,
        sum(NoOfEmails_ToAccount + NoOfEmails_FromAccount + NoOfMeetings_ToAccount + NoOfMeetings_FromAccount) as items
    from entity.Office
    group by CustomerId, AggregationLevel
),

compared as (
    select
        CustomerId,
        sum(case when AggregationLevel = 'Month' then items end) as monthly,
        sum(case when AggregationLevel = 'Year' then items end) as yearly
    from total
    group by CustomerId
)

select CustomerId, monthly, yearly
from compared
where monthly is distinct from yearly
