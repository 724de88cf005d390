-- Canonical copies of messages and calendar items from rows of exports, as docs/METRICS.md asks for.
-- Given: views `message_row`, `event_row`.

create temp macro normal_form(address) as nullif(
    lower(trim(
        case when contains(address, ':') then regexp_replace(trim(address), '^(mailto|smtp):', '', 'i') else address end
    )),
    ''
);

create temp macro word(value) as lower(trim(
    case when contains(value, '''') then split_part(value, '''', 2) else value end
));

create temp macro ids(value) as coalesce(nullif(regexp_extract_all(value, '<[^<>]*>'), []), [value]);

-- The 16 bytes that name a conversation: bytes 7 to 22 of the index, the last 16 of the id's 59.
create temp macro of_index(value) as case
    when length(value) >= 30 then lower(substr(hex(try(from_base64(substr(value, 9, 24)))), 1, 32))
end;
create temp macro of_id(value) as case
    when length(value) = 80 then regexp_extract(
        lower(hex(try(from_base64(replace(replace(value, '-', '+'), '_', '/'))))), '^.{80}001000(.{32})$', 1
    )
end;

create temp view message_copy as
select
    nullif(trim(internetMessageId), '') as message_id,
    coalesce(sentDateTime, receivedDateTime)::timestamptz as sent_at,
    coalesce(normal_form("from".emailAddress.address), normal_form(sender.emailAddress.address)) as sender,
    coalesce(
        list_sort(list_distinct(list_filter(
            list_transform(
                list_concat(toRecipients, ccRecipients, bccRecipients),
                lambda recipient: normal_form(recipient.emailAddress.address)
            ),
            lambda address: address is not null
        ))),
        []
    ) as recipients,
    coalesce(of_index(conversationIndex), nullif(of_id(conversationId), ''), conversationId) as conversation,
    list_min(flatten(list_transform(
        list_filter(internetMessageHeaders, lambda header: lower(header.name) = 'in-reply-to'),
        lambda header: ids(header.value)
    ))) as in_reply_to,
    coalesce(isDraft, false) as is_draft,
    coalesce(contains(lower(ODataType), 'eventmessage'), false) as is_meeting_traffic,
    coalesce(len(list_filter(
        internetMessageHeaders,
        lambda header: lower(header.name) = 'auto-submitted' and lower(trim(split_part(header.value, ';', 1))) <> 'no'
    )) > 0, false) as is_automatic
from message_row
where
    rowinformation.isUserSummaryRow is distinct from true
    and rowinformation.userReturnedNoData is distinct from true;

-- Windows names of the time zones that the sample uses.
create temp table zone (name varchar, iana varchar);
insert into zone values
    ('GMT Standard Time', 'Europe/London'),
    ('W. Europe Standard Time', 'Europe/Berlin'),
    ('India Standard Time', 'Asia/Kolkata');

create temp view meeting_copy as
select
    coalesce(puser, '') as mailbox,
    coalesce(trim(id), '') as item_id,
    nullif(trim(iCalUId), '') as ical_uid,
    start.dateTime::timestamp at time zone coalesce(start_zone.iana, start.timeZone, 'UTC') as start_at,
    "end".dateTime::timestamp at time zone coalesce(end_zone.iana, "end".timeZone, 'UTC') as end_at,
    lastModifiedDateTime::timestamptz as modified_at,
    coalesce(isAllDay, false) as is_all_day,
    coalesce(isCancelled, false) as is_cancelled,
    normal_form(organizer.emailAddress.address) as organizer,
    coalesce(
        list_filter(
            list_transform(attendees, lambda attendee: {
                address: normal_form(attendee.emailAddress.address),
                response: coalesce(word(attendee.status.response), ''),
                responded_at: attendee.status.time::timestamptz,
                is_resource: coalesce(word(attendee.type) = 'resource', false)
            }),
            lambda attendee: attendee.address is not null
        ),
        []
    ) as attendees
from event_row
left join zone as start_zone on start_zone.name = start.timeZone
left join zone as end_zone on end_zone.name = "end".timeZone
where
    rowinformation.isUserSummaryRow is distinct from true
    and rowinformation.userReturnedNoData is distinct from true
    and word(type) is distinct from 'seriesmaster';
