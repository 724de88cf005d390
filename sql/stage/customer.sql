-- Numbers of the customers, small enough to sort and group by.
-- One row: a customer of the contact table.
-- Grain: customer_no
-- Kept: yes
--
-- customer_no | int not null  |  | place among the customers, in the order of `customer_id` and a `|`
-- customer_id | text not null |  | the customer (account) id as the contact table gives it
with customer as (
    select customer_id from run.contact_customer
    union
    select customer_id from run.contact_address
)

select cast(row_number() over (order by concat(customer_id, '|')) as int) as customer_no, customer_id
from customer
