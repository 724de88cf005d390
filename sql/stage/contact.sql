-- Numbers of the contacts.
-- One row: an address of a contact.
-- Grain: address, contact
-- Kept: yes
--
-- address     | text not null |  | address normal form
-- contact     | int not null  |  | the customer's number in the upper 32 bits, the contact's in the lower
-- contact_no  | int not null  |  | the contact of one customer
-- customer_no | int not null  |  | the customer
with numbered as (
    select
        contact.address,
        cast(dense_rank() over (order by customer.customer_no, contact.contact_id) as int) as contact_no,
        customer.customer_no
    from run.contact_address as contact
    inner join stage.customer on customer.customer_id = contact.customer_id
)

select distinct
    address,
    cast(customer_no as bigint) * 4294967296 + cast(contact_no as bigint) as contact,
    contact_no,
    customer_no
from numbered
