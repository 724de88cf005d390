-- One contact carries the account: no more than one wrote or was written to, and no more than one came to meetings.
-- One row: a customer.
-- Grain: CustomerId
--
-- CustomerId      | text not null |        | customer (account) id as the contact table gives it
-- EngagementScore | int           | points | the score over the window
select CustomerId, EngagementScore
from customer
where NoOfAccountContactsInvolved_Emails <= 1 and NoOfAccountContactsInvolved_Meetings <= 1
