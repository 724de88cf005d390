-- What the card of each customer tells of the whole window.
-- One row: a customer of the contact table.
-- Grain: CustomerId
--
-- CustomerId                                    | text not null              |           | customer (account) id as the contact table gives it
-- EngagementScore                               | int                        | points    | score over the window; null where there was neither e-mail nor meeting in it
-- Rank                                          | int                        |           | 1 for the highest score; customers with the same score have the same rank; null without a score
-- RankedCustomers                               | int not null               | customers | how many have a score
-- NoOfEmails_ToAccount                          | int not null               | messages  | messages from own people to contacts of the account
-- NoOfEmails_FromAccount                        | int not null               | messages  | messages from contacts of the account to own people
-- NoOfMeetings_FromAccount                      | int not null               | meetings  | meetings with the account that a contact of it organised
-- NoOfMeetings_ToAccount                        | int not null               | meetings  | meetings with the account that an own person organised
-- NoOfContactsInvolved_Meetings                 | int not null unless hidden | people    | distinct own people among participants of meetings with the account
-- NoOfContactsInvolved_Emails                   | int not null unless hidden | people    | distinct own people among senders and recipients of the counted messages
-- NoOfAccountContactsInvolved_Meetings          | int not null unless hidden | people    | distinct contacts of the account among participants of meetings
-- NoOfAccountContactsInvolved_Emails            | int not null unless hidden | people    | distinct contacts of the account among senders and recipients
-- EngagementStartDate                           | date                       |           | local day of the first counted e-mail or meeting in all data up to the as-of day; null without a score
-- DaysSinceLastEmail                            | int                        | days      | as-of day minus local day of the last counted e-mail; null if never, and without a score
-- DaysSinceLastMeeting                          | int                        | days      | as-of day minus local day of the last counted meeting; null if never, and without a score
-- AverageDuration_Of_Meetings                   | double                     | minutes   | mean duration of the meetings that are not all-day; null if none
-- AverageDuration_Of_AccountEmailReplies        | double                     | hours     | mean delay of the account's replies; null if none
-- Median_AverageDuration_Of_AccountEmailReplies | double                     | hours     | the median of this over all customers that have one
with scored as (
    -- ranks are those of scores: a card reads the scores of all, and the rest of its own customer alone
    select EngagementScore, count(*) as customers
    from customer
    group by EngagementScore
),

ranked as (
    select
        EngagementScore,
        cast(1 + sum(customers) over (order by EngagementScore desc) - customers as int) as place
    from scored
),

every as (
    select
        cast(count(*) as int) as customers,
        median(AverageDuration_Of_AccountEmailReplies) as reply_hours
    from customer
)

select
    listed.CustomerId,
    year.EngagementScore,
    ranked.place as Rank,
    every.customers as RankedCustomers,
    coalesce(year.NoOfEmails_ToAccount, 0) as NoOfEmails_ToAccount,
    coalesce(year.NoOfEmails_FromAccount, 0) as NoOfEmails_FromAccount,
    coalesce(year.NoOfMeetings_FromAccount, 0) as NoOfMeetings_FromAccount,
    coalesce(year.NoOfMeetings_ToAccount, 0) as NoOfMeetings_ToAccount,
    -- what is null beside a score is hidden
    case when year.CustomerId is null then 0 else year.NoOfContactsInvolved_Meetings end
    as NoOfContactsInvolved_Meetings,
    case when year.CustomerId is null then 0 else year.NoOfContactsInvolved_Emails end
    as NoOfContactsInvolved_Emails,
    case when year.CustomerId is null then 0 else year.NoOfAccountContactsInvolved_Meetings end
    as NoOfAccountContactsInvolved_Meetings,
    case when year.CustomerId is null then 0 else year.NoOfAccountContactsInvolved_Emails end
    as NoOfAccountContactsInvolved_Emails,
    year.EngagementStartDate,
    year.DaysSinceLastEmail,
    year.DaysSinceLastMeeting,
    year.AverageDuration_Of_Meetings,
    year.AverageDuration_Of_AccountEmailReplies,
    every.reply_hours as Median_AverageDuration_Of_AccountEmailReplies
from every
cross join Office_CustomerEntity as listed
left join customer as year on year.CustomerId = listed.CustomerId
left join ranked on ranked.EngagementScore = year.EngagementScore
