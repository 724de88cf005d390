-- Numbers of the contacts.
-- One row: an address of a contact.
-- Grain: address, contact_no
-- Kept: yes
--
-- address     | text not null |  | address normal form
-- contact_no  | int not null  |  | the contact of one customer
-- customer_no | int not null  |  | the customer
select
    contact.address,
    cast(dense_rank() over (order by customer.customer_no, contact.contact_id) as int) as contact_no,
    customer.customer_no
from run.contact_address as contact
inner join stage.customer on customer.customer_id = contact.customer_id
