-- A later day's rows beside the canonical ones.
-- Given: views `message_copy`, `meeting_copy`; variables `message_file`, `meeting_file` (files to write).
copy (from message_copy) to (getvariable('message_file')) (format parquet, compression zstd);
copy (from meeting_copy) to (getvariable('meeting_file')) (format parquet, compression zstd);
