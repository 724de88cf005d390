-- The meetings of an import, to Parquet; `merge.sql` has the messages. Given: view `meeting_copy`, variable `meeting_file`.
copy (from meeting_copy) to (getvariable('meeting_file')) (format parquet, compression zstd);
