-- Customers of the contact table with neither a counted e-mail nor a counted meeting in the window.
-- One row: a customer.
-- Grain: CustomerId
--
-- CustomerId | text not null |  | customer (account) id as the contact table gives it
select CustomerId
from Office_CustomerEntity
where CustomerId not in (select CustomerId from customer)
