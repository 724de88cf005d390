-- Distinct messages and meetings by day and by whether they count.
-- One row: a kind of activity, a day and a reason.
-- Grain: none
-- Kept: by span
--
-- activity | text not null |      | `message` or `meeting`
-- day      | date not null |      | local day of the sent time or of the start
-- reason   | text          |      | why they count for nobody on any as-of day, null if they count
-- items    | int not null  |      | messages or meetings
-- copies   | int not null  | rows | copies merged into them
with judged as (
    select
        'message' as activity,
        sent_on as day,
        not_counted as reason,
        copies
    from stage.message
    union all
    select
        'meeting' as activity,
        meeting.start_on as day,
        coalesce(
            meeting.not_counted,
            case when counted.meeting_hash is null then 'no own address and contact among its participants' end
        ) as reason,
        meeting.copies
    from stage.meeting
    left join (select distinct meeting_hash from account.meeting) as counted
        on counted.meeting_hash = meeting.meeting_hash
)

select activity, day, reason, count(*) as items, sum(copies) as copies
from judged
group by activity, day, reason
