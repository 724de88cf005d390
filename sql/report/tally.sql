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
        message.sent_on as day,
        coalesce(
            message.not_counted,
            case when counted.message_no is null then 'no own address and contact on opposite sides' end
        ) as reason,
        message.copies
    from stage.message
    left join (select distinct message_no from account.email) as counted
        on counted.message_no = message.message_no
    union all
    select
        'meeting' as activity,
        meeting.start_on as day,
        coalesce(
            meeting.not_counted,
            case when counted.meeting_no is null then 'no own address and contact among its participants' end
        ) as reason,
        meeting.copies
    from stage.meeting
    left join (select distinct meeting_no from account.meeting) as counted
        on counted.meeting_no = meeting.meeting_no
)

select activity, day, reason, count(*) as items, sum(copies) as copies
from judged
group by activity, day, reason
