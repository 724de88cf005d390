-- The customers with the highest engagement score over the window.
-- One row: a customer.
-- Grain: CustomerId
--
-- CustomerId           | text not null              |          | customer (account) id
-- EngagementScore      | int not null               | points   | score of the `Year` row
-- Emails               | int not null               | messages | messages to and from the account
-- Meetings             | int not null               | meetings | meetings organised by us or by the account
-- People               | int not null unless hidden | people   | own people in e-mails
-- DaysSinceLastEmail   | int                        | days     | days since the last counted e-mail
-- DaysSinceLastMeeting | int                        | days     | days since the last counted meeting
select
    CustomerId,
    EngagementScore,
    NoOfEmails_ToAccount + NoOfEmails_FromAccount as Emails,
    NoOfMeetings_ToAccount + NoOfMeetings_FromAccount as Meetings,
    NoOfContactsInvolved_Emails as People,
    DaysSinceLastEmail,
    DaysSinceLastMeeting
from entity.Office
where AggregationLevel = 'Year'
order by EngagementScore desc, CustomerId
limit 10
