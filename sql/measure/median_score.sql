-- The engagement score that half of the customers with any engagement do not exceed.
-- One row: the one value.
-- Grain: none
--
-- MedianScore | double | points | median of EngagementScore over the window
select median(cast(EngagementScore as double)) as MedianScore
from customer
