-- Rows of exports in JSON Lines: only the fields that are needed. Given: variables `message_files`, `event_files`.
create temp view message_row as
select *
from read_json(
    getvariable('message_files'),
    format = 'newline_delimited',
    columns = {
        internetMessageId: 'varchar',
        sentDateTime: 'timestamptz',
        receivedDateTime: 'timestamptz',
        "from": 'struct("emailAddress" struct(address varchar))',
        sender: 'struct("emailAddress" struct(address varchar))',
        toRecipients: 'struct("emailAddress" struct(address varchar))[]',
        ccRecipients: 'struct("emailAddress" struct(address varchar))[]',
        bccRecipients: 'struct("emailAddress" struct(address varchar))[]',
        conversationId: 'varchar',
        conversationIndex: 'varchar',
        isDraft: 'boolean',
        internetMessageHeaders: 'struct("name" varchar, "value" varchar)[]',
        ODataType: 'varchar',
        rowinformation: 'struct("userReturnedNoData" boolean, "isUserSummaryRow" boolean)'
    }
);

create temp view event_row as
select *
from read_json(
    getvariable('event_files'),
    format = 'newline_delimited',
    columns = {
        id: 'varchar',
        iCalUId: 'varchar',
        start: 'struct("dateTime" timestamp, "timeZone" varchar)',
        "end": 'struct("dateTime" timestamp, "timeZone" varchar)',
        lastModifiedDateTime: 'timestamptz',
        isAllDay: 'boolean',
        isCancelled: 'boolean',
        type: 'varchar',
        organizer: 'struct("emailAddress" struct(address varchar))',
        attendees: 'struct(
            type varchar,
            status struct(response varchar, "time" timestamptz),
            "emailAddress" struct(address varchar)
        )[]',
        puser: 'varchar',
        rowinformation: 'struct("userReturnedNoData" boolean, "isUserSummaryRow" boolean)'
    }
);
