-- What Npgsql (Power BI), DBeaver (pgJDBC) and others ask of the catalogue; an empty line ends a question.

select t.oid, t.typname,
    case when proc.proname = 'array_recv' then typ.typelem
         when typ.typtype = 'm' then (select rngtypid from pg_range where rngmultitypid = typ.oid) end as element
from pg_type as typ left join pg_proc as proc on proc.oid = typ.typreceive join pg_type as t on t.oid = typ.oid

select pg_type.oid, enumlabel from pg_enum join pg_type on pg_type.oid = enumtypid order by oid, enumsortorder

SELECT version(); DISCARD ALL

select TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE from INFORMATION_SCHEMA.tables
where TABLE_SCHEMA not in ('information_schema', 'pg_catalog') order by TABLE_SCHEMA, TABLE_NAME

select COLUMN_NAME, ORDINAL_POSITION, IS_NULLABLE, DATA_TYPE from INFORMATION_SCHEMA.columns
where TABLE_SCHEMA = 'public' and TABLE_NAME = 'Office' order by ORDINAL_POSITION

select c.CONSTRAINT_NAME, k.COLUMN_NAME, case when c.CONSTRAINT_TYPE = 'PRIMARY KEY' then 'Y' else 'N' end as IS_KEY
from INFORMATION_SCHEMA.table_constraints c join INFORMATION_SCHEMA.key_column_usage k
    on c.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA and c.CONSTRAINT_NAME = k.CONSTRAINT_NAME

select r.CONSTRAINT_NAME, k.ORDINAL_POSITION from INFORMATION_SCHEMA.referential_constraints r
join INFORMATION_SCHEMA.key_column_usage k on r.UNIQUE_CONSTRAINT_NAME = k.CONSTRAINT_NAME

SELECT character_set_name FROM INFORMATION_SCHEMA.character_sets

select "$Table"."CustomerId", "$Table"."EngagementScore" from "public"."Office" "$Table" limit 1000

select "_"."CustomerId", "_"."a0" from
    (select "CustomerId" as "CustomerId", sum(cast("EngagementScore" as decimal)) as "a0"
     from "public"."Office" "rows" where "AggregationLevel" = 'Year' group by "CustomerId") "_"
where not "_"."a0" is null order by "_"."a0" desc

SHOW search_path; SELECT current_schema(), session_user; SET application_name = 'a tool'; SET extra_float_digits = 3

SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED

SELECT typinput='pg_catalog.array_in'::regproc as is_array, typname, s.r, (current_schemas(false))[s.r] as searched
FROM pg_catalog.pg_type, generate_series(1, array_upper(current_schemas(false), 1)) as s(r)

SELECT n.oid, n.*, d.description FROM pg_catalog.pg_namespace n LEFT OUTER JOIN pg_catalog.pg_description d
ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass ORDER BY nspname

SELECT c.relname, a.*, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) as default_value FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON a.attrelid = c.oid
LEFT JOIN pg_catalog.pg_attrdef ad ON a.attrelid = ad.adrelid AND a.attnum = ad.adnum
WHERE NOT a.attisdropped AND c.relname = 'Office' ORDER BY a.attnum

SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg/_' || '%' ESCAPE '/'

SELECT r.rolname, ARRAY(SELECT m.member FROM pg_catalog.pg_auth_members m WHERE m.roleid = r.oid) FROM pg_catalog.pg_roles r

select string_agg(word, ',') from pg_catalog.pg_get_keywords() where word <> ALL ('{a,abs}'::text[])

select set_config('bytea_output', 'hex', false), current_setting('server_version_num'), pg_is_in_recovery()
