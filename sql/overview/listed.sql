-- The customers as they are listed: all of the contact table, with what they had in the window.
-- One row: a customer of the contact table.
-- Grain: CustomerId
--
-- CustomerId           | text not null           |          | customer (account) id as the contact table gives it
-- EngagementScore      | int                     | points   | score over the window; null where there was neither e-mail nor meeting in it
-- Emails_FromAccount   | int not null            | messages | messages from contacts of the account to own people
-- Emails_ToAccount     | int not null            | messages | messages from own people to contacts of the account
-- Emails               | int not null            | messages | both together
-- Meetings             | int not null            | meetings | meetings with the account that it or an own person organised
-- People               | int not null unless hidden | people | distinct own people in e-mails, or in meetings where those are more
-- Contacts             | int not null unless hidden | people | distinct contacts of the account, likewise
-- DaysSinceLastEmail   | int                     | days     | as-of day minus local day of the last counted e-mail; null if never, and without a score
-- DaysSinceLastMeeting | int                     | days     | as-of day minus local day of the last counted meeting; likewise
select
    listed.CustomerId,
    customer.EngagementScore,
    coalesce(customer.NoOfEmails_FromAccount, 0) as Emails_FromAccount,
    coalesce(customer.NoOfEmails_ToAccount, 0) as Emails_ToAccount,
    coalesce(customer.NoOfEmails_FromAccount + customer.NoOfEmails_ToAccount, 0) as Emails,
    coalesce(customer.NoOfMeetings_FromAccount + customer.NoOfMeetings_ToAccount, 0) as Meetings,
    case
        when customer.CustomerId is null then 0
        else greatest(customer.NoOfContactsInvolved_Emails, customer.NoOfContactsInvolved_Meetings)
    end as People,
    case
        when customer.CustomerId is null then 0
        else greatest(customer.NoOfAccountContactsInvolved_Emails, customer.NoOfAccountContactsInvolved_Meetings)
    end as Contacts,
    customer.DaysSinceLastEmail,
    customer.DaysSinceLastMeeting
from Office_CustomerEntity as listed
left join customer on customer.CustomerId = listed.CustomerId
