-- Rows of exports in Parquet. Given: variables `message_files`, `event_files`.
create temp view message_row as
select
    internetMessageId, sentDateTime, receivedDateTime, "from", sender, toRecipients, ccRecipients, bccRecipients,
    conversationId, conversationIndex, isDraft, internetMessageHeaders, ODataType, rowinformation
from read_parquet(getvariable('message_files'), hive_partitioning = false);

create temp view event_row as
select
    id, iCalUId, start, "end", lastModifiedDateTime, isAllDay, isCancelled, type, organizer, attendees, puser,
    rowinformation
from read_parquet(getvariable('event_files'), hive_partitioning = false);
