-- fail: every key of the entities besides Office stands once.
-- One row: a key that stands more often.
-- Grain: entity, key
--
-- entity | text not null |      | the entity
-- key    | text          |      | the key; null where it stands for a person
-- copies | int not null  | rows | how often it stands
select 'Office_ScoreEntity' as entity, concat(PrimaryKey, '|', Component) as key, count(*) as copies
from entity.Office_ScoreEntity
group by PrimaryKey, Component
having count(*) > 1
union all
select 'Office_CustomerEntity' as entity, CustomerId as key, count(*) as copies
from entity.Office_CustomerEntity
group by CustomerId
having count(*) > 1
union all
select 'Office_UserEntity' as entity, cast(null as varchar) as key, count(*) as copies
from entity.Office_UserEntity
group by ActiveDirectoryId
having count(*) > 1
