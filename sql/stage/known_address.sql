-- Numbers of the addresses that are ours or a contact's.
-- One row: an address.
-- Grain: address_no
-- Kept: yes
--
-- address    | text not null |  | address normal form
-- address_no | int not null  |  | place among the addresses, in their order
with known as (
    select address from run.own_address
    union
    select address from run.contact_address
)

select address, cast(row_number() over (order by address) as int) as address_no
from known
