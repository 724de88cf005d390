//! What tools ask to find out what there is.

use super::Server;

#[test]
fn questions_of_tools_about_the_catalogue_are_answered() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    for question in include_str!("catalogue.sql").split("\n\n") {
        assert_eq!(client.ask(question).errors, [], "{question}");
    }
}

#[test]
fn columns_have_the_types_and_places_of_postgres() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let asked = client.ask(
        "select COLUMN_NAME, ORDINAL_POSITION, IS_NULLABLE,
            case when data_type like '%unsigned%' then DATA_TYPE || ' unsigned' else DATA_TYPE end as DATA_TYPE, udt_name
        from INFORMATION_SCHEMA.columns where TABLE_SCHEMA = 'public' and TABLE_NAME = 'Office'
            and ORDINAL_POSITION in (1, 3, 12) or TABLE_NAME = 'run' order by TABLE_NAME, ORDINAL_POSITION",
    );
    assert_eq!(
        asked.columns,
        ["column_name", "ordinal_position", "is_nullable", "data_type", "udt_name"]
    );
    let told: Vec<String> = asked
        .rows
        .iter()
        .map(|row| row.iter().map(|value| value.as_deref().unwrap()).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        told[..3],
        [
            "PrimaryKey 1 NO text text",
            "EngagementScore 3 NO integer int4",
            "EngagementStartDate 12 NO date date"
        ]
    );
    assert_eq!(told[3], "RunId 1 NO text text");
    // the two catalogues agree
    let differ = "select column_name from information_schema.columns c
        join pg_catalog.pg_class r on r.relname = c.table_name
        join pg_catalog.pg_namespace n on n.oid = r.relnamespace and n.nspname = c.table_schema
        join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attname = c.column_name
        join pg_catalog.pg_type t on t.oid = a.atttypid
        where c.table_schema = 'public' and (t.typname <> c.udt_name or a.attnum <> c.ordinal_position)";
    assert_eq!(client.ask(differ).rows, [[]; 0]);
    let joined =
        differ.replace("<> c.", "= c.").replace("select column_name", "select count(*) > 100");
    assert_eq!(client.ask(&joined).values(), ["t"]);
    assert_eq!(
        client.ask("select table_type from information_schema.tables where table_name in ('Office', 'stale') order by 1").values(),
        ["BASE TABLE", "VIEW"]
    );
}

#[test]
fn columns_of_an_answer_are_named_as_postgres_names_them() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    for (question, names, row) in [
        (
            "select count(*), count(*), 1, 'a'::text, max(CustomerId) as Last from customer",
            "count count ?column? text last",
            "2 2 1 a C2",
        ),
        (
            "select lower(CustomerId) from customer group by lower(CustomerId) order by lower(CustomerId) limit 1",
            "lower",
            "c1",
        ),
        (
            "select distinct upper(CustomerId) from customer order by upper(CustomerId) limit 1",
            "upper",
            "C1",
        ),
        (
            "select row_number() over (order by CustomerId) as CustomerId, c.CustomerId from customer c order by c.CustomerId limit 1",
            "CustomerId CustomerId",
            "1 C1",
        ),
        (
            "select t.oid, t.oid, t.*, 1 as typname from (select oid, typname from pg_type where typname = 'text') t order by oid",
            "oid oid oid typname typname",
            "25 25 25 text 1",
        ),
        (
            "select lower(CustomerId), count(*) from customer group by 1 having count(*) > 0 order by 2 desc, 1 limit 1",
            "lower count",
            "c1 1",
        ),
        ("select exists (select max(CustomerId) from customer where false)", "exists", "t"),
        ("select count(*) union all select sum(1) + 1 where false", "count", "1"),
        (
            "select exists (select 1 from customer where CustomerId = 'C1'), not exists (select * from customer limit 1)",
            "exists ?column?",
            "t f",
        ),
        ("select format('%I.%I = %L%%', 'a b', 'c', 'd''e')", "format", "\"a b\".c = 'd''e'%"),
        (
            "select current_database(), current_database()",
            "current_database current_database",
            "rapport rapport",
        ),
    ] {
        for answer in [client.ask(question), client.ask_prepared(question)] {
            assert_eq!(answer.errors, [], "{question}");
            if !answer.columns.is_empty() {
                assert_eq!(answer.columns.join(" "), names, "{question}");
            }
            let told: Vec<&str> = answer.rows[0].iter().map(|it| it.as_deref().unwrap()).collect();
            assert_eq!(told.join(" "), row, "{question}");
        }
    }
    client.ask("begin");
    client.ask("declare walk cursor for select count(*), count(*) from customer");
    assert_eq!(client.ask("fetch 1 from walk").columns, ["count", "count"]);
}

#[test]
fn settings_and_views_of_the_session_are_listed() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let known = "select setting from pg_settings where name = 'server_version_num'";
    assert_eq!(client.ask(known).values(), ["160006"]);
    client.ask("create view mine as select CustomerId as Client, 1.5 as Half from customer");
    let columns = "select column_name || ' ' || data_type from information_schema.columns where table_name = 'mine' order by ordinal_position";
    assert_eq!(client.ask(columns).values(), ["client text", "half double precision"]);
    assert_eq!(client.ask("select Client from MINE order by CLIENT limit 1").values(), ["C1"]);
    // nobody adds to the catalogue
    for name in ["pg_catalog.mine", "information_schema.mine", "pg_catalog.pg_user"] {
        assert_eq!(
            client.ask(&format!("create or replace view {name} as select 1 as x")).code(),
            "42501"
        );
    }
}
