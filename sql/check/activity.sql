-- fail: every Office row has activity with people on both sides of it, and none of it lies in the future.
-- One row: an Office row that has not.
-- Grain: PrimaryKey
--
-- PrimaryKey | text not null |  | key of the Office row
with counted as (
    select
        PrimaryKey,
        NoOfEmails_ToAccount + NoOfEmails_FromAccount as emails,
        NoOfMeetings_ToAccount + NoOfMeetings_FromAccount as organised_meetings,
        least(NoOfContactsInvolved_Emails, NoOfAccountContactsInvolved_Emails) as email_people,
        least(NoOfContactsInvolved_Meetings, NoOfAccountContactsInvolved_Meetings) as meeting_people,
        least(DaysSinceLastEmail, DaysSinceLastMeeting) as days_since
    from entity.Office
)

select PrimaryKey
from counted
where
    (emails > 0) <> (email_people > 0)
    or emails = 0 and meeting_people = 0
    or organised_meetings > 0 and meeting_people = 0
    or days_since < 0
