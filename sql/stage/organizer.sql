-- The direction of a meeting by its organizer (METRICS section 3).
-- One row: an address of a contact and a customer that it is of; for an own address one row.
-- Grain: address, customer_no
-- Kept: yes
--
-- address     | text not null |  | address normal form
-- customer_no | int           |  | the account that a meeting which the address organised is from; null: any
-- direction   | text not null |  | `to` an account where the address is own, else `from` it
select address, cast(null as int) as customer_no, 'to' as direction
from stage.own
union all
select distinct address, customer_no, 'from' as direction
from stage.contact
