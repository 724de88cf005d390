-- Engagement of each customer by month.
-- One row: a customer and a month with at least one counted e-mail or meeting.
-- Grain: CustomerId, AggregationStartDate
-- Columns: Office
select *
from Office
where AggregationLevel = 'Month'
