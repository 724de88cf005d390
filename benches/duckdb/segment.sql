-- Customers without mail and meetings for two months. Given: variable `office`.
select CustomerId, EngagementScore::varchar
from read_parquet(getvariable('office'))
where AggregationLevel = 'Year' and DaysSinceLastEmail > 60 and DaysSinceLastMeeting > 60
order by CustomerId
