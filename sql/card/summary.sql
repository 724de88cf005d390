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
-- NoOfMeetings                                  | int not null               | meetings  | meetings with the account, whoever organised them
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
with ranked as (
    select *, cast(rank() over (order by EngagementScore desc) as int) as score_rank
    from customer
),

held as (
    select PrimaryKey, cast(Value as int) as meetings
    from Office_ScoreEntity
    where Component = 'meetings'
),

every as (
    select
        cast(count(*) as int) as customers,
        median(AverageDuration_Of_AccountEmailReplies) as reply_hours
    from customer
)

select
    listed.CustomerId,
    ranked.EngagementScore,
    ranked.score_rank as Rank,
    every.customers as RankedCustomers,
    coalesce(ranked.NoOfEmails_ToAccount, 0) as NoOfEmails_ToAccount,
    coalesce(ranked.NoOfEmails_FromAccount, 0) as NoOfEmails_FromAccount,
    coalesce(ranked.NoOfMeetings_FromAccount, 0) as NoOfMeetings_FromAccount,
    coalesce(ranked.NoOfMeetings_ToAccount, 0) as NoOfMeetings_ToAccount,
    coalesce(held.meetings, 0) as NoOfMeetings,
    -- what is null beside a score is hidden
    case when ranked.CustomerId is null then 0 else ranked.NoOfContactsInvolved_Meetings end
    as NoOfContactsInvolved_Meetings,
    case when ranked.CustomerId is null then 0 else ranked.NoOfContactsInvolved_Emails end
    as NoOfContactsInvolved_Emails,
    case when ranked.CustomerId is null then 0 else ranked.NoOfAccountContactsInvolved_Meetings end
    as NoOfAccountContactsInvolved_Meetings,
    case when ranked.CustomerId is null then 0 else ranked.NoOfAccountContactsInvolved_Emails end
    as NoOfAccountContactsInvolved_Emails,
    ranked.EngagementStartDate,
    ranked.DaysSinceLastEmail,
    ranked.DaysSinceLastMeeting,
    ranked.AverageDuration_Of_Meetings,
    ranked.AverageDuration_Of_AccountEmailReplies,
    every.reply_hours as Median_AverageDuration_Of_AccountEmailReplies
from every
cross join Office_CustomerEntity as listed
left join ranked on ranked.CustomerId = listed.CustomerId
left join held on held.PrimaryKey = ranked.PrimaryKey
