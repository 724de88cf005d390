-- E-mails and meetings with all customers by month: the last twelve calendar months that the window reaches into.
-- One row: a month, also where no customer had any.
-- Grain: AggregationStartDate
--
-- AggregationStartDate | date not null |           | first calendar day of the month
-- Emails_FromAccounts  | int not null  | messages  | messages from contacts of an account, once for each account
-- Emails_ToAccounts    | int not null  | messages  | messages to contacts of an account, once for each account
-- Meetings             | int not null  | meetings  | meetings that we or the account organised, once for each account
-- Customers            | int not null  | customers | customers with any of them, or with a meeting that others organised
select
    period.AggregationStartDate,
    coalesce(sum(month.NoOfEmails_FromAccount), 0) as Emails_FromAccounts,
    coalesce(sum(month.NoOfEmails_ToAccount), 0) as Emails_ToAccounts,
    coalesce(sum(month.NoOfMeetings_FromAccount + month.NoOfMeetings_ToAccount), 0) as Meetings,
    count(month.CustomerId) as Customers
from card.period as period
left join month on month.AggregationStartDate = period.AggregationStartDate
where period.AggregationLevel = 'Month'
group by period.AggregationStartDate
