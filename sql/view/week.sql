-- Engagement of each customer by week.
-- One row: a customer and a week with at least one counted e-mail or meeting.
-- Grain: CustomerId, AggregationStartDate
-- Columns: Office
select *
from Office
where AggregationLevel = 'Week'
