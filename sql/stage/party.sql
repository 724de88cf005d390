-- Who the addresses are: an own person, or contacts.
-- One row: an address and a contact that it is of; for an address of an own person one row.
-- Grain: address_no, contact
-- Kept: yes
--
-- address_no | int not null |  | the address, as `stage.known_address` has it
-- person_no  | int          |  | the own person, as `stage.own` has them
-- contact    | int          |  | the contact, as `stage.contact` has them
select known.address_no, own.person_no, contact.contact
from stage.known_address as known
left join stage.own on own.address = known.address
left join stage.contact on contact.address = known.address
