-- Distinct messages and meetings that count for no account, by reason.
-- One row: a kind of activity and a reason.
-- Grain: activity, reason
--
-- activity | text not null |  | `message` or `meeting`
-- reason   | text not null |  | why it counts for nobody
-- items    | int not null  |  | messages or meetings
with judged as (
    select
        tally.activity,
        tally.items,
        case
            when tally.reason in ('meeting traffic', 'automatic', 'cancelled') then tally.reason
            when tally.day > period.as_of_on then 'after the as-of day'
            else tally.reason
        end as reason
    from run.period
    cross join report.tally
)

select activity, reason, sum(items) as items
from judged
where reason is not null
group by activity, reason
order by activity, reason
