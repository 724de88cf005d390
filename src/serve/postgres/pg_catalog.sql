-- What Postgres has in `pg_catalog` and `datafusion-pg-catalog` has not, or empty.

create or replace view pg_catalog.pg_roles as
select 'postgres' as rolname, false as rolsuper, true as rolinherit, false as rolcreaterole, false as rolcreatedb,
    true as rolcanlogin, false as rolreplication, cast(-1 as int) as rolconnlimit, '********' as rolpassword,
    cast(null as timestamp) as rolvaliduntil, false as rolbypassrls, cast(null as text[]) as rolconfig,
    cast(10 as int) as oid;

create view pg_catalog.pg_user as
select rolname as usename, oid as usesysid, rolcreatedb as usecreatedb, rolsuper as usesuper,
    rolreplication as userepl, rolbypassrls as usebypassrls, rolpassword as passwd, rolvaliduntil as valuntil,
    rolconfig as useconfig
from pg_catalog.pg_roles;

create view pg_catalog.pg_shadow as select * from pg_catalog.pg_user;

-- Nothing is in these.

create table pg_catalog.pg_group (groname text, grosysid int, grolist text);
create table pg_catalog.pg_user_mappings (umid int, srvid int, srvname text, umuser int, usename text,
    umoptions text[]);
create table pg_catalog.pg_policies (schemaname text, tablename text, policyname text, permissive text, roles text[],
    cmd text, qual text, with_check text);
create table pg_catalog.pg_sequences (schemaname text, sequencename text, sequenceowner text, data_type text,
    start_value bigint, min_value bigint, max_value bigint, increment_by bigint, cycle boolean, cache_size bigint,
    last_value bigint);
create table pg_catalog.pg_indexes (schemaname text, tablename text, indexname text, tablespace text, indexdef text);
create table pg_catalog.pg_rules (schemaname text, tablename text, rulename text, definition text);
create table pg_catalog.pg_stats (schemaname text, tablename text, attname text, inherited boolean, null_frac real,
    avg_width int, n_distinct real, most_common_vals text, most_common_freqs real[], histogram_bounds text, correlation real);
create table pg_catalog.pg_stats_ext (schemaname text, tablename text, statistics_schemaname text,
    statistics_name text, statistics_owner text);
create table pg_catalog.pg_seclabels (objoid int, classoid int, objsubid int, objtype text, objnamespace int,
    objname text, provider text, label text);
create table pg_catalog.pg_locks (locktype text, database int, relation int, page int, tuple smallint,
    virtualxid text, transactionid int, classid int, objid int, objsubid smallint, virtualtransaction text, pid int,
    mode text, granted boolean, fastpath boolean, waitstart timestamp);
create table pg_catalog.pg_stat_activity (datid int, datname text, pid int, leader_pid int, usesysid int,
    usename text, application_name text, client_addr text, client_hostname text, client_port int,
    backend_start timestamp, xact_start timestamp, query_start timestamp, state_change timestamp,
    wait_event_type text, wait_event text, state text, backend_xid int, backend_xmin int, query_id bigint, query text,
    backend_type text);
create table pg_catalog.pg_stat_database (datid int, datname text, numbackends int, xact_commit bigint,
    xact_rollback bigint, blks_read bigint, blks_hit bigint, tup_returned bigint, tup_fetched bigint,
    tup_inserted bigint, tup_updated bigint, tup_deleted bigint, conflicts bigint, temp_files bigint,
    temp_bytes bigint, deadlocks bigint, stats_reset timestamp);
create table pg_catalog.pg_stat_all_tables (relid int, schemaname text, relname text, seq_scan bigint,
    seq_tup_read bigint, idx_scan bigint, idx_tup_fetch bigint, n_tup_ins bigint, n_tup_upd bigint, n_tup_del bigint,
    n_tup_hot_upd bigint, n_live_tup bigint, n_dead_tup bigint, last_vacuum timestamp, last_autovacuum timestamp,
    last_analyze timestamp, last_autoanalyze timestamp, vacuum_count bigint, autovacuum_count bigint,
    analyze_count bigint, autoanalyze_count bigint);
create table pg_catalog.pg_stat_all_indexes (relid int, indexrelid int, schemaname text, relname text,
    indexrelname text, idx_scan bigint, last_idx_scan timestamp, idx_tup_read bigint, idx_tup_fetch bigint);
create view pg_catalog.pg_stat_user_indexes as select * from pg_catalog.pg_stat_all_indexes;
create table pg_catalog.pg_statio_all_tables (relid int, schemaname text, relname text, heap_blks_read bigint,
    heap_blks_hit bigint, idx_blks_read bigint, idx_blks_hit bigint,
    toast_blks_read bigint, toast_blks_hit bigint, tidx_blks_read bigint, tidx_blks_hit bigint);
create view pg_catalog.pg_statio_user_tables as select * from pg_catalog.pg_statio_all_tables;
create table pg_catalog.pg_stat_replication (pid int, usesysid int, usename text, application_name text,
    client_addr text, state text, sync_state text);
create table pg_catalog.pg_stat_ssl (pid int, ssl boolean, version text, cipher text, bits int, client_dn text,
    client_serial text, issuer_dn text);
create table pg_catalog.pg_available_extensions (name text, default_version text, installed_version text,
    comment text);
create table pg_catalog.pg_available_extension_versions (name text, version text, installed boolean,
    superuser boolean, trusted boolean, relocatable boolean, schema text, requires text[], comment text);
create table pg_catalog.pg_timezone_names (name text, abbrev text, utc_offset text, is_dst boolean);
create table pg_catalog.pg_timezone_abbrevs (abbrev text, utc_offset text, is_dst boolean);
create table pg_catalog.pg_prepared_xacts (transaction int, gid text, prepared timestamp, owner text, database text);
create table pg_catalog.pg_prepared_statements (name text, statement text, prepare_time timestamp,
    parameter_types text[], from_sql boolean);
create table pg_catalog.pg_cursors (name text, statement text, is_holdable boolean, is_binary boolean,
    is_scrollable boolean, creation_time timestamp);
create table pg_catalog.pg_publication_tables (pubname text, schemaname text, tablename text, attnames text[],
    rowfilter text);
create table pg_catalog.pg_parameter_acl (oid int, parname text, paracl text[]);
create table pg_catalog.pg_transform (oid int, trftype int, trflang int, trffromsql int, trftosql int);
create table pg_catalog.pg_ts_config_map (mapcfg int, maptokentype int, mapseqno int, mapdict int);
create table pg_catalog.pg_file_settings (sourcefile text, sourceline int, seqno int, name text, setting text,
    applied boolean, error text);
