-- fail: of a customer a level tells people in all of its rows or in none, and never fewer own people than `min_group`.
-- One row: a customer and a level that does otherwise.
-- Grain: CustomerId, AggregationLevel
--
-- CustomerId       | text not null |  | the customer
-- AggregationLevel | text not null |  | the level
with people as (
    select
        office.CustomerId,
        office.AggregationLevel,
        office.NoOfContactsInvolved_Emails as own_email,
        office.NoOfContactsInvolved_Meetings as own_meeting,
        office.NoOfAccountContactsInvolved_Emails as contact_email,
        office.NoOfAccountContactsInvolved_Meetings as contact_meeting,
        coalesce(office.AverageDuration_Of_Meetings, office.AverageDuration_Of_AccountEmailReplies) as average,
        part.Value as people,
        part.Percentile as people_percentile,
        part.Points as people_points
    from entity.Office as office
    inner join entity.Office_ScoreEntity as part
        on part.PrimaryKey = office.PrimaryKey and part.Component = 'people'
),

level as (
    select
        CustomerId,
        AggregationLevel,
        count(*) as all_rows,
        least(
            count(own_email), count(own_meeting), count(contact_email), count(contact_meeting),
            count(people), count(people_percentile), count(people_points)
        ) as fewest,
        greatest(
            count(own_email), count(own_meeting), count(contact_email), count(contact_meeting),
            count(people), count(people_percentile), count(people_points)
        ) as most,
        count(average) as averages,
        min(nullif(own_email, 0)) as least_email,
        min(nullif(own_meeting, 0)) as least_meeting
    from people
    group by CustomerId, AggregationLevel
),

judged as (
    select
        level.*,
        privacy.min_group,
        least(least_email, least_meeting) as least_own
    from run.privacy as privacy
    cross join level
)

select CustomerId, AggregationLevel
from judged
where
    fewest <> most
    or fewest not in (0, all_rows)
    or fewest = 0 and averages > 0
    or fewest = 0 and min_group is null
    or least_own < min_group
