-- Neither e-mail nor meeting for over 60 days; what never was counts as long ago.
-- One row: a customer.
-- Grain: CustomerId
--
-- CustomerId           | text not null |      | customer (account) id as the contact table gives it
-- DaysSinceLastEmail   | int           | days | as-of day minus local day of the last counted e-mail; null if never
-- DaysSinceLastMeeting | int           | days | as-of day minus local day of the last counted meeting; null if never
select CustomerId, DaysSinceLastEmail, DaysSinceLastMeeting
from customer
where
    (DaysSinceLastEmail > 60 or DaysSinceLastEmail is null)
    and (DaysSinceLastMeeting > 60 or DaysSinceLastMeeting is null)
