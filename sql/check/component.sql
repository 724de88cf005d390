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

-- peers with the same value have the same percentile
valued as (
    select
        AggregationLevel,
        AggregationStartDate,
        Component,
        Value,
        count(*) as customers,
        min(Percentile) as least,
        max(Percentile) as most
    from told
    group by AggregationLevel, AggregationStartDate, Component, Value
),

ranked as (
    select
        *,
        sum(customers) over (
            partition by AggregationLevel, AggregationStartDate, Component order by Value nulls last
        ) as not_greater,
        sum(customers) over (partition by AggregationLevel, AggregationStartDate, Component) as peers,
        bool_or(Value is null) over (partition by AggregationLevel, AggregationStartDate, Component) as is_partly_hidden
    from valued
),

misplaced as (
    select AggregationLevel, AggregationStartDate, Component, Value
    from (
        select *, case when Value = 0 then 0 else cast(not_greater as double) / peers end as share
        from ranked
    ) as shared
    where
        -- of peers with a hidden value nobody can tell the percentile
        not is_partly_hidden and (abs(least - share) > 0.000000001 or abs(most - share) > 0.000000001)
)

select told.PrimaryKey, told.Component
from (
    select emails_from + emails_to + meetings + people + recency as all_weights
    from run.weight
) as weight
cross join told
where
    told.Component not in ('emails_from', 'emails_to', 'meetings', 'people', 'recency')
    or told.Value <> told.office_value
    -- meetings that others organised stand in no column of Office
    or told.Component = 'meetings' and told.Value < told.organised_meetings
    or told.Component = 'recency' and told.Value < cast(told.AggregationStartDate as int)
    or abs(told.Points - 100 * told.Weight * told.Percentile / weight.all_weights) > 0.000000001
union
select told.PrimaryKey, told.Component
from misplaced
inner join told
    on told.AggregationLevel = misplaced.AggregationLevel
    and told.AggregationStartDate = misplaced.AggregationStartDate
    and told.Component = misplaced.Component
    and told.Value = misplaced.Value
