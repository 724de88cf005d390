-- fail: every component has the value that Office tells, its percentile among its peers, and the points of both.
-- One row: a component that has not.
-- Grain: PrimaryKey, Component
--
-- PrimaryKey | text not null |  | key of the Office row
-- Component  | text not null |  | the component
with told as (
    select
        part.PrimaryKey,
        part.Component,
        part.Value,
        part.Percentile,
        part.Weight,
        part.Points,
        office.AggregationLevel,
        office.AggregationStartDate,
        office.NoOfMeetings_FromAccount + office.NoOfMeetings_ToAccount as organised_meetings,
        case part.Component
            when 'emails_from' then office.NoOfEmails_FromAccount
            when 'emails_to' then office.NoOfEmails_ToAccount
            when 'people'
                then
                    office.NoOfContactsInvolved_Emails
                    + office.NoOfAccountContactsInvolved_Emails
                    + office.NoOfContactsInvolved_Meetings
                    + office.NoOfAccountContactsInvolved_Meetings
        end as office_value
    from entity.Office as office
    inner join entity.Office_ScoreEntity as part on part.PrimaryKey = office.PrimaryKey
),

compared as (
    select
        told.*,
        percentile(Value) over (partition by AggregationLevel, AggregationStartDate, Component) as peers_percentile,
        count(*) over (partition by AggregationLevel, AggregationStartDate, Component) as peers,
        count(Value) over (partition by AggregationLevel, AggregationStartDate, Component) as told_peers,
        weight.emails_from + weight.emails_to + weight.meetings + weight.people + weight.recency as all_weights
    from run.weight as weight
    cross join told
)

select PrimaryKey, Component
from compared
where
    Component not in ('emails_from', 'emails_to', 'meetings', 'people', 'recency')
    or Value <> office_value
    -- meetings that others organised stand in no column of Office
    or Component = 'meetings' and Value < organised_meetings
    or Component = 'recency' and Value < cast(AggregationStartDate as int)
    -- of peers with a hidden value nobody can tell the percentile
    or peers = told_peers and abs(Percentile - peers_percentile) > 0.000000001
    or abs(Points - 100 * Weight * Percentile / all_weights) > 0.000000001
