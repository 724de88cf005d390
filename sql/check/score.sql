-- fail: every score lies from 1 to 100 and is what its components add up to.
-- One row: an Office row whose score is not.
-- Grain: PrimaryKey
--
-- PrimaryKey      | text not null |        | key of the Office row
-- EngagementScore | int not null  | points | the score
-- points          | double        | points | its components added up
with added as (
    select PrimaryKey, sum(Points) as points
    from entity.Office_ScoreEntity
    group by PrimaryKey
)

select office.PrimaryKey, office.EngagementScore, added.points
from entity.Office as office
left join added on added.PrimaryKey = office.PrimaryKey
where
    added.points is null
    or office.EngagementScore not between 1 and 100
    or abs(greatest(added.points, 0.5) - office.EngagementScore) > 0.500001
