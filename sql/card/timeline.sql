-- E-mails and meetings of each customer by month and week, 0 where there were none.
-- One row: a customer of the contact table, and a month or week of its card.
-- Grain: CustomerId, AggregationLevel, AggregationStartDate
--
-- CustomerId               | text not null |          | customer (account) id as the contact table gives it
-- AggregationLevel         | text not null |          | `Month` or `Week`
-- AggregationStartDate     | date not null |          | first calendar day of the period
-- AggregationEndDate       | date not null |          | last calendar day of the period
-- IsCut                    | bool not null |          | the window begins after the period's first day: what was before does not count
-- IsUnderWay               | bool not null |          | the as-of day comes before the period's last day: it is not over
-- NoOfEmails_ToAccount     | int not null  | messages | messages from own people to contacts of the account
-- NoOfEmails_FromAccount   | int not null  | messages | messages from contacts of the account to own people
-- NoOfMeetings_ToAccount   | int not null  | meetings | meetings with the account that an own person organised
-- NoOfMeetings_FromAccount | int not null  | meetings | meetings with the account that a contact of it organised
with asked as (
    select customer.CustomerId, period.*
    from card.period as period
    cross join Office_CustomerEntity as customer
)

select
    asked.*,
    coalesce(office.NoOfEmails_ToAccount, 0) as NoOfEmails_ToAccount,
    coalesce(office.NoOfEmails_FromAccount, 0) as NoOfEmails_FromAccount,
    coalesce(office.NoOfMeetings_ToAccount, 0) as NoOfMeetings_ToAccount,
    coalesce(office.NoOfMeetings_FromAccount, 0) as NoOfMeetings_FromAccount
from asked
left join Office as office
    on
        office.CustomerId = asked.CustomerId
        and office.AggregationLevel = asked.AggregationLevel
        and office.AggregationStartDate = asked.AggregationStartDate
