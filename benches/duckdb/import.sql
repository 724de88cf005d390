-- The meetings of an import; `merge.sql` has the messages.
-- Given: view `meeting_copy`; variable `meeting_file` (file to write).
copy (from meeting_copy) to (getvariable('meeting_file')) (format parquet, compression zstd);
