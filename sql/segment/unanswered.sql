-- Mail goes out and none comes back in the whole window.
-- One row: a customer.
-- Grain: CustomerId
--
-- CustomerId             | text not null |          | customer (account) id as the contact table gives it
-- NoOfEmails_ToAccount   | int           | messages | messages from own people to contacts of the account
select CustomerId, NoOfEmails_ToAccount
from customer
where NoOfEmails_ToAccount > 0 and NoOfEmails_FromAccount = 0
