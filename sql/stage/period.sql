-- The periods of the window.
-- One row: a period.
-- Grain: period_no
--
-- period_no | int not null  |  | place among the periods, in the order of `key`
-- level     | text not null |  | `Year`, `Month` or `Week`
-- start_on  | date not null |  | first calendar day of the period; for `Year` the window's first day
-- key       | text not null |  | Unix seconds of `start_on` at 00:00 UTC and the level, joined by `|`
select distinct period_no, level, start_on, key
from stage.period_day
