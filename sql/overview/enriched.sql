-- Customers with engagement in each kept run up to the opened one.
-- One row: a kept run.
-- Grain: RunId
--
-- RunId     | text not null |           | id of the run
-- AsOfDate  | date not null |           | last day of the run's window
-- Customers | int not null  | customers | customers with at least one counted e-mail or meeting in the window
select RunId, AsOfDate, count(*) as Customers
from office_history
where AggregationLevel = 'Year'
group by RunId, AsOfDate
