//! What stands for parts of the catalogue that no relation of Rapport has: keys, privileges, options, partitions.

const TEXTS: &str = "CAST(NULL AS TEXT[])";
const NUMBERS: &str = "CAST(NULL AS SMALLINT[])";
const NUMBER: &str = "CAST(NULL AS INT)";
const TEXT: &str = "CAST(NULL AS TEXT)";
/// A function that gives no rows.
pub(super) const NO_ROWS: &str = "unnest(CAST(NULL AS INT[]))";

/// Columns of catalogue tables that `datafusion-pg-catalog` does not have, or not of their type; always null.
const COLUMNS: &[(&str, &[&str])] = &[
    (
        TEXTS,
        &[
            "attacl",
            "attoptions",
            "datacl",
            "defaclacl",
            "fdwacl",
            "fdwoptions",
            "attfdwoptions",
            "ftoptions",
            "lanacl",
            "lomacl",
            "nspacl",
            "proacl",
            "relacl",
            "reloptions",
            "setconfig",
            "spcacl",
            "srvacl",
            "srvoptions",
            "stxkind",
            "typacl",
        ],
    ),
    (NUMBERS, &["confkey", "conkey", "extconfig", "indclass", "indkey", "indoption", "tgattr"]),
    (NUMBER, &["tableoid", "xmin"]),
    (TEXT, &["colliculocale", "datcollversion"]),
];

/// Functions about what is not here; those with several values give a row.
const FUNCTIONS: &[(&str, &str)] = &[
    ("col_description", TEXT),
    ("obj_description", TEXT),
    ("pg_blocking_pids", NUMBERS),
    ("_pg_expandarray", "named_struct('x', CAST(NULL AS INT), 'n', CAST(NULL AS INT))"),
    (
        "aclexplode",
        "named_struct('grantor', CAST(NULL AS INT), 'grantee', CAST(NULL AS INT), \
         'privilege_type', CAST(NULL AS TEXT), 'is_grantable', CAST(NULL AS BOOLEAN))",
    ),
    (
        "pg_identify_object",
        "named_struct('type', CAST(NULL AS TEXT), 'schema', CAST(NULL AS TEXT), \
         'name', CAST(NULL AS TEXT), 'identity', CAST(NULL AS TEXT))",
    ),
    ("generate_subscripts", NO_ROWS),
];

/// Table functions, and what has their rows.
const TABLES: &[(&str, &str)] = &[
    (
        "aclexplode",
        "SELECT 0 AS grantor, 0 AS grantee, '' AS privilege_type, false AS is_grantable WHERE false",
    ),
    ("current_database", "SELECT current_database() AS current_database"),
    ("current_schema", "SELECT current_schema() AS current_schema"),
    (
        "pg_available_extensions",
        "SELECT name, default_version, comment FROM pg_catalog.pg_available_extensions",
    ),
    (
        "pg_get_publication_tables",
        "SELECT 0 AS pubid, 0 AS relid, 0 AS attrs, '' AS qual WHERE false",
    ),
    ("pg_options_to_table", "SELECT '' AS option_name, '' AS option_value WHERE false"),
    ("pg_partition_ancestors", "SELECT 0 AS relid WHERE false"),
    (
        "pg_partition_tree",
        "SELECT 0 AS relid, 0 AS parentrelid, false AS isleaf, 0 AS level WHERE false",
    ),
    ("pg_show_all_settings", "SELECT * FROM pg_catalog.pg_settings"),
    ("ts_token_type", "SELECT 0 AS tokid, '' AS alias, '' AS description WHERE false"),
];

/// An expression in the place of the column of this name.
pub(in crate::serve::postgres) fn column(name: &str) -> Option<&'static str> {
    COLUMNS.iter().find(|(_, names)| names.contains(&name)).map(|(value, _)| *value)
}

/// An expression in the place of a call of this function.
pub(super) fn function(name: &str) -> Option<&'static str> {
    FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// A query in the place of this table function.
pub(super) fn table(name: &str) -> Option<&'static str> {
    TABLES.iter().find(|(known, _)| *known == name).map(|(_, rows)| *rows)
}
