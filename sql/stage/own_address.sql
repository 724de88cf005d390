-- Numbers of our addresses.
-- One row: an own address.
-- Grain: address
-- Kept: yes
--
-- address    | text not null |  | address normal form
-- address_no | int not null  |  | its number in `stage.known_address`
select known.address, known.address_no
from stage.known_address as known
inner join run.own_address as own on own.address = known.address
