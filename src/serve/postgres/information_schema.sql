-- What Postgres has in `information_schema` and DataFusion has not, or not so.

create or replace view information_schema.tables as
select table_catalog, table_schema, table_name,
    case when table_schema = 'information_schema' then 'VIEW' else table_type end as table_type,
    cast(null as text) as self_referencing_column_name, cast(null as text) as reference_generation,
    cast(null as text) as user_defined_type_catalog, cast(null as text) as user_defined_type_schema,
    cast(null as text) as user_defined_type_name, 'NO' as is_insertable_into, 'NO' as is_typed,
    cast(null as text) as commit_action
from information_schema.tables;

create or replace view information_schema.views as
select table_catalog, table_schema, table_name, definition as view_definition, 'NONE' as check_option,
    'NO' as is_updatable, 'NO' as is_insertable_into, 'NO' as is_trigger_updatable, 'NO' as is_trigger_deletable,
    'NO' as is_trigger_insertable_into
from information_schema.views;

create or replace view information_schema.columns as
with typed as (
    select *,
        case
            when data_type like '%List%' or data_type like 'Struct%' then 'ARRAY'
            when data_type like 'Decimal%' then 'numeric'
            when data_type like 'Timestamp(%, None)' or data_type in ('Timestamp(s)', 'Timestamp(ms)', 'Timestamp(µs)', 'Timestamp(ns)')
                then 'timestamp without time zone'
            when data_type like 'Timestamp%' then 'timestamp with time zone'
            when data_type like 'Time%' then 'time without time zone'
            when data_type like 'Interval%' or data_type like 'Duration%' then 'interval'
            when data_type in ('Date32', 'Date64') then 'date'
            when data_type = 'Boolean' then 'boolean'
            when data_type in ('Int8', 'Int16', 'UInt8') then 'smallint'
            when data_type in ('Int32', 'UInt16') then 'integer'
            when data_type in ('Int64', 'UInt32') then 'bigint'
            when data_type = 'UInt64' then 'numeric'
            when data_type in ('Float16', 'Float32') then 'real'
            when data_type = 'Float64' then 'double precision'
            when data_type like '%Binary%' then 'bytea'
            else 'text'
        end as named
    from information_schema.columns
)
select table_catalog, table_schema, table_name, column_name, cast(ordinal_position + 1 as int) as ordinal_position,
    column_default, is_nullable, named as data_type,
    cast(null as int) as character_maximum_length,
    case when named = 'text' then 1073741824 end as character_octet_length,
    case named when 'smallint' then 16 when 'integer' then 32 when 'bigint' then 64 when 'real' then 24
        when 'double precision' then 53 end as numeric_precision,
    case when named in ('smallint', 'integer', 'bigint', 'real', 'double precision') then 2
        when named = 'numeric' then 10 end as numeric_precision_radix,
    case when named in ('smallint', 'integer', 'bigint') then 0 end as numeric_scale,
    case when named = 'date' then 0 when named like 'time%' or named = 'interval' then 6 end as datetime_precision,
    cast(null as text) as interval_type, cast(null as int) as interval_precision,
    cast(null as text) as character_set_catalog, cast(null as text) as character_set_schema,
    cast(null as text) as character_set_name, cast(null as text) as collation_catalog,
    cast(null as text) as collation_schema, cast(null as text) as collation_name,
    cast(null as text) as domain_catalog, cast(null as text) as domain_schema, cast(null as text) as domain_name,
    table_catalog as udt_catalog, 'pg_catalog' as udt_schema,
    case named when 'ARRAY' then '_text' when 'smallint' then 'int2' when 'integer' then 'int4' when 'bigint' then 'int8'
        when 'real' then 'float4' when 'double precision' then 'float8' when 'boolean' then 'bool'
        when 'timestamp without time zone' then 'timestamp' when 'timestamp with time zone' then 'timestamptz'
        when 'time without time zone' then 'time' else named end as udt_name,
    cast(null as text) as scope_catalog, cast(null as text) as scope_schema, cast(null as text) as scope_name,
    cast(null as int) as maximum_cardinality, cast(ordinal_position + 1 as text) as dtd_identifier,
    'NO' as is_self_referencing, 'NO' as is_identity, cast(null as text) as identity_generation,
    cast(null as text) as identity_start, cast(null as text) as identity_increment,
    cast(null as text) as identity_maximum, cast(null as text) as identity_minimum, 'NO' as identity_cycle,
    'NEVER' as is_generated, cast(null as text) as generation_expression, 'NO' as is_updatable
from typed;

create view information_schema.information_schema_catalog_name as select 'rapport' as catalog_name;

create view information_schema.character_sets as
select cast(null as text) as character_set_catalog, cast(null as text) as character_set_schema,
    'UTF8' as character_set_name, 'UCS' as character_repertoire, 'UTF8' as form_of_use,
    'rapport' as default_collate_catalog, 'pg_catalog' as default_collate_schema, 'C' as default_collate_name;

create view information_schema.table_privileges as
select 'postgres' as grantor, 'PUBLIC' as grantee, table_catalog, table_schema, table_name,
    'SELECT' as privilege_type, 'NO' as is_grantable, 'YES' as with_hierarchy
from information_schema.tables;

create view information_schema.role_table_grants as select * from information_schema.table_privileges;

create view information_schema.column_privileges as
select 'postgres' as grantor, 'PUBLIC' as grantee, table_catalog, table_schema, table_name, column_name,
    'SELECT' as privilege_type, 'NO' as is_grantable
from information_schema.columns;

create view information_schema.role_column_grants as select * from information_schema.column_privileges;

create view information_schema.enabled_roles as select 'postgres' as role_name;

create view information_schema.collations as
select 'rapport' as collation_catalog, 'pg_catalog' as collation_schema, 'C' as collation_name,
    'NO PAD' as pad_attribute;

-- Nothing is in these: no relation has keys, checks, triggers or sequences.

create table information_schema.table_constraints (constraint_catalog text, constraint_schema text,
    constraint_name text, table_catalog text, table_schema text, table_name text, constraint_type text,
    is_deferrable text, initially_deferred text, enforced text, nulls_distinct text);
create table information_schema.key_column_usage (constraint_catalog text, constraint_schema text,
    constraint_name text, table_catalog text, table_schema text, table_name text, column_name text,
    ordinal_position int, position_in_unique_constraint int);
create table information_schema.referential_constraints (constraint_catalog text, constraint_schema text,
    constraint_name text, unique_constraint_catalog text, unique_constraint_schema text, unique_constraint_name text,
    match_option text, update_rule text, delete_rule text);
create table information_schema.constraint_column_usage (table_catalog text, table_schema text, table_name text,
    column_name text, constraint_catalog text, constraint_schema text, constraint_name text);
create table information_schema.constraint_table_usage (table_catalog text, table_schema text, table_name text,
    constraint_catalog text, constraint_schema text, constraint_name text);
create table information_schema.check_constraints (constraint_catalog text, constraint_schema text,
    constraint_name text, check_clause text);
create table information_schema.sequences (sequence_catalog text, sequence_schema text, sequence_name text,
    data_type text, numeric_precision int, numeric_precision_radix int, numeric_scale int, start_value text,
    minimum_value text, maximum_value text, increment text, cycle_option text);
create table information_schema.triggers (trigger_catalog text, trigger_schema text, trigger_name text,
    event_manipulation text, event_object_catalog text, event_object_schema text, event_object_table text,
    action_order int, action_condition text, action_statement text, action_orientation text, action_timing text);
create table information_schema.domains (domain_catalog text, domain_schema text, domain_name text, data_type text,
    domain_default text, udt_catalog text, udt_schema text, udt_name text);
create table information_schema.element_types (object_catalog text, object_schema text, object_name text,
    object_type text, collection_type_identifier text, data_type text, udt_name text);
create table information_schema.view_table_usage (view_catalog text, view_schema text, view_name text,
    table_catalog text, table_schema text, table_name text);
create table information_schema.foreign_tables (foreign_table_catalog text, foreign_table_schema text,
    foreign_table_name text, foreign_server_catalog text, foreign_server_name text);
create table information_schema.routine_privileges (grantor text, grantee text, specific_catalog text,
    specific_schema text, specific_name text, routine_catalog text, routine_schema text, routine_name text,
    privilege_type text, is_grantable text);
create table information_schema.usage_privileges (grantor text, grantee text, object_catalog text,
    object_schema text, object_name text, object_type text, privilege_type text, is_grantable text);
