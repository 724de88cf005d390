-- fail: every PrimaryKey of Office stands once.
-- One row: a key that stands more often.
-- Grain: PrimaryKey
--
-- PrimaryKey | text not null |      | the key
-- copies     | int not null  | rows | how often it stands
select PrimaryKey, count(*) as copies
from entity.Office
group by PrimaryKey
having count(*) > 1
