-- Rows of the imported activity.
-- One row: a span.
-- Grain: none
-- Kept: by span
--
-- message_copies | int not null | rows | message rows
-- draft_copies   | int not null | rows | of these, drafts
-- meeting_copies | int not null | rows | calendar rows
with message as (
    select count(*) as copies, coalesce(sum(case when is_draft then 1 else 0 end), 0) as drafts
    from activity.message_copy
),

meeting as (
    select count(*) as copies
    from activity.meeting_copy
)

select message.copies as message_copies, message.drafts as draft_copies, meeting.copies as meeting_copies
from message
cross join meeting
