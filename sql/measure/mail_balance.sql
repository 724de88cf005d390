-- How much of the mail with a customer comes from there.
-- One row: a customer with e-mail in the window.
-- Grain: CustomerId
--
-- CustomerId      | text not null |       | customer (account) id as the contact table gives it
-- FromAccountShare | double       | share | messages from the account, of those in both directions
select
    CustomerId,
    cast(NoOfEmails_FromAccount as double) / (NoOfEmails_FromAccount + NoOfEmails_ToAccount) as FromAccountShare
from customer
where NoOfEmails_FromAccount + NoOfEmails_ToAccount > 0
