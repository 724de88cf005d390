-- The last quarter had at least twice the e-mails and meetings of the one before, or any after none.
-- One row: a customer.
-- Grain: CustomerId
--
-- CustomerId    | text not null |                       | customer (account) id as the contact table gives it
-- ThisQuarter   | int           | messages and meetings | those in the 13 complete weeks that ended last
-- QuarterBefore | int           | messages and meetings | those in the 13 weeks before
select CustomerId, ThisQuarter, QuarterBefore
from quarter
where ThisQuarter >= 2 * QuarterBefore and ThisQuarter > 0
