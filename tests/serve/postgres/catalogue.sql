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

SELECT n.oid, n.nspname, n.* FROM pg_namespace n ORDER BY nspname

SELECT row_number() over (order by a.attnum) as attnum, a.*, pg_get_expr(ad.adbin, ad.adrelid, true) as def
FROM pg_attribute a INNER JOIN pg_class c ON a.attrelid = c.oid
LEFT JOIN pg_attrdef ad ON a.attrelid = ad.adrelid AND a.attnum = ad.adnum
WHERE c.relname = 'customer' AND NOT a.attisdropped ORDER BY a.attnum

SELECT e.oid, cfg.tables, e.* FROM pg_extension e LEFT JOIN (select array_agg(c.relname) tables, extension
    from (select unnest(e1.extconfig) oid, e1.oid extension from pg_extension e1) m join pg_class c on c.oid = m.oid
    group by extension) cfg on cfg.extension = e.oid ORDER BY e.oid

SELECT ct.relname, a.attname, (information_schema._pg_expandarray(i.indkey)).n as key_seq, ci.relname as pk_name
FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_attribute a ON ct.oid = a.attrelid
JOIN pg_catalog.pg_index i ON a.attrelid = i.indrelid JOIN pg_catalog.pg_class ci ON ci.oid = i.indexrelid
WHERE ct.relname = 'Office' AND i.indisprimary = 't'

SELECT r.a FROM (SELECT a.attnum as a, information_schema._pg_expandarray(i.indkey) as KEYS
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_index i ON a.attrelid = i.indrelid) r WHERE r.a = (r.KEYS).x

SELECT con.conname, pos.n FROM pg_catalog.pg_constraint con, pg_catalog.pg_attribute a, pg_catalog.generate_series(1, 32) pos(n)
WHERE a.attrelid = con.conrelid AND a.attnum = con.conkey[pos.n] ORDER BY pos.n

select generate_series(array_lower(conkey, 1), array_upper(conkey, 1)) as i from pg_catalog.pg_constraint

SELECT a.attname, EXISTS (SELECT * FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (indkey)) as key,
    EXISTS (SELECT 1 FROM pg_index WHERE pg_index.indrelid = c.oid AND a.attnum = pg_index.indkey[0]) as one,
    pg_column_is_updatable(c.oid::regclass, a.attnum, false)
FROM pg_attribute a JOIN pg_class c ON a.attrelid = c.oid WHERE c.relkind = ANY (ARRAY['r'::"char", 'v'::"char"])

SELECT ns.nspname, t.typname, case when p.proname = 'array_recv' then 'a' else t.typtype end as kind, 1 as ord
FROM pg_type t JOIN pg_namespace ns ON ns.oid = t.typnamespace JOIN pg_proc p ON p.oid = t.typreceive ORDER BY ord, t.typname

SELECT x.*, case when typtype = 'b' then 0 else 1 end as ord FROM (SELECT typ.* FROM pg_type typ) x ORDER BY ord, typname

SELECT r.*, pg_get_ruledef(r.oid) as definition FROM pg_rewrite r WHERE r.rulename <> '_RETURN'::name

SELECT n.nspname, (aclexplode(nspacl)).grantee as grantee FROM pg_catalog.pg_namespace n WHERE n.nspacl IS NOT NULL

SELECT usename, usesysid, usecreatedb, usesuper FROM pg_user ORDER BY 1

SELECT l.pid, l.mode, a.query FROM pg_catalog.pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid

SELECT name, installed_version FROM pg_available_extensions ORDER BY 1

SELECT * FROM pg_show_all_settings() WHERE name = 'bytea_output'

SELECT s.name, s.setting FROM pg_settings s WHERE s.source <> 'default' AND s.setting IS DISTINCT FROM s.boot_val

SELECT p.proname, array_to_string(p.proacl, ', ') FROM pg_proc p JOIN pg_language l ON l.tableoid = p.tableoid WHERE false

SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DISCARD ALL

SELECT grantor, grantee, privilege_type FROM information_schema.table_privileges WHERE table_name = 'Office'

SELECT udt_name::regtype::text AS data_type, column_default FROM information_schema.columns WHERE table_name = 'Office'

SELECT VIEW_DEFINITION, IS_UPDATABLE FROM INFORMATION_SCHEMA.views WHERE TABLE_SCHEMA = 'public'
