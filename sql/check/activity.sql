-- fail: no Office row without activity, none that starts after its period, none outside the window's days.
-- One row: an Office row that has none.
-- Grain: PrimaryKey
--
-- PrimaryKey | text not null |  | key of the Office row
select PrimaryKey
from entity.Office
where
    NoOfContactsInvolved_Emails + NoOfContactsInvolved_Meetings = 0
    or NoOfEmails_ToAccount + NoOfEmails_FromAccount = 0 and NoOfAccountContactsInvolved_Meetings = 0
    or DaysSinceLastEmail < 0
    or DaysSinceLastMeeting < 0
