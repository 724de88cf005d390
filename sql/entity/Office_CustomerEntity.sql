-- The customers whose engagement was asked for, with or without any.
-- One row: a customer of the contact table.
-- Grain: CustomerId
--
-- CustomerId | text not null |  | customer (account) id as the contact table gives it
select customer_id as CustomerId
from stage.customer
order by customer_no
