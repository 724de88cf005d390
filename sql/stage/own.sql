-- The people that own addresses belong to.
-- One row: an own address.
-- Grain: address
-- Kept: yes
--
-- address   | text not null |  | address normal form
-- person_no | int not null  |  | the person: all addresses of one have the same number
select address, cast(dense_rank() over (order by person_id) as int) as person_no
from run.own_address
