-- Distinct messages and meetings that count for no account, by reason.
-- One row: a kind of activity and a reason.
-- Grain: activity, reason
--
-- activity | text not null |  | `message` or `meeting`
-- reason   | text not null |  | why it counts for nobody
-- items    | int not null  |  | messages or meetings
with judged as (
    select
        'message' as activity,
        coalesce(
            message.not_counted,
            case when counted.message_key is null then 'no own address and contact on opposite sides' end
        ) as reason
    from stage.message
    left join (select distinct message_key from account.email) as counted
        on counted.message_key = message.message_key
    union all
    select
        'meeting' as activity,
        coalesce(
            meeting.not_counted,
            case when counted.meeting_key is null then 'no own address and contact among its participants' end
        ) as reason
    from stage.meeting
    left join (select distinct meeting_key from account.meeting) as counted
        on counted.meeting_key = meeting.meeting_key
)

select activity, reason, count(*) as items
from judged
where reason is not null
group by activity, reason
order by activity, reason
