-- The directory ids of the people whose activity was read.
-- One row: a selected own person that the user export knows.
-- Grain: ActiveDirectoryId
--
-- ActiveDirectoryId | text not null |  | directory (object) id of a selected own address
select distinct directory_id as ActiveDirectoryId
from run.own_address
where directory_id is not null
order by ActiveDirectoryId
