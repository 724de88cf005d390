-- Whose an address is: ours, or a contact's.
-- One row: an own address, or an address of a contact.
-- Grain: address, contact_no
-- Kept: yes
--
-- address    | text not null |  | address normal form
-- own_no     | int           |  | number of the own address
-- person_no  | int           |  | number of the own person
-- contact_no | int           |  | number of the contact
select
    address,
    cast(row_number() over (order by address) as int) as own_no,
    cast(dense_rank() over (order by person_id) as int) as person_no,
    cast(null as int) as contact_no
from run.own_address
union all
select distinct address, cast(null as int) as own_no, cast(null as int) as person_no, contact_no
from stage.contact
