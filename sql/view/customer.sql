-- Engagement of each customer over the whole window.
-- One row: a customer with at least one counted e-mail or meeting in the window.
-- Grain: CustomerId
-- Columns: Office
select *
from Office
where AggregationLevel = 'Year'
