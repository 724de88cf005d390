-- fail: every score is what its components add up to, rounded half up and at least 1, and lies from 1 to 100.
-- One row: a key whose score does not, or that stands in one entity alone.
-- Grain: PrimaryKey
--
-- PrimaryKey      | text not null |        | key of the Office row
-- EngagementScore | int           | points | the score; null where components stand alone
-- points          | double        | points | the components added up, hidden ones apart; null where there are none
with added as (
    select
        PrimaryKey,
        round(sum(Points), 9) as points,
        -- a component with hidden points has at most those of its weight
        round(
            sum(Points) + coalesce(100 * sum(case when Points is null then Weight end) / sum(Weight), 0),
            9
        ) as most_points
    from entity.Office_ScoreEntity
    group by PrimaryKey
)

select coalesce(office.PrimaryKey, added.PrimaryKey) as PrimaryKey, office.EngagementScore, added.points
from entity.Office as office
full join added on added.PrimaryKey = office.PrimaryKey
where
    added.points is null
    or office.EngagementScore is null
    or office.EngagementScore < greatest(1, cast(floor(added.points + 0.5) as int))
    or office.EngagementScore > greatest(1, cast(floor(added.most_points + 0.5) as int))
    or office.EngagementScore not between 1 and 100
