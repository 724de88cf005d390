//! Statements that would write, open or set something: refused, whatever is around them.

use super::attack::Attacked;

#[test]
fn statements_that_write_or_define_are_refused() {
    let attacked = Attacked::new();
    for statement in [
        "insert into Office select * from Office",
        "insert into customer values ('x')",
        "INSERT OVERWRITE Office SELECT * FROM Office",
        "replace into Office values ('x')",
        "update Office set CustomerId = 'x'",
        "delete from Office",
        "merge into Office using week on true when matched then delete",
        "truncate table Office",
        "drop table Office",
        "drop table if exists Office",
        "drop schema public cascade",
        "drop schema activity",
        "drop database rapport",
        "drop function upper",
        "drop index i",
        "alter table Office rename to x",
        "alter view customer as select 1",
        "alter schema public rename to x",
        "create table t as select 1",
        "create table t (a int)",
        "create or replace table Office as select 1",
        "create temporary table t as select 1",
        "create table if not exists t as select * from customer",
        "create schema s",
        "create schema if not exists activity",
        "create database d",
        "create function f(int) returns int return $1",
        "create or replace function upper(text) returns text return 'x'",
        "create macro m(a) as a",
        "create index i on Office (CustomerId)",
        "create materialized view v as select 1",
        "create role r",
        "create user u",
        "create sequence s",
        "create type t as (a int)",
        "create extension e",
        "create server s foreign data wrapper w",
        "create secret s (type s3)",
        "create stage s",
        "create trigger t after insert on Office execute function f()",
        "create policy p on Office",
        "comment on table Office is 'x'",
        "lock table Office",
    ] {
        attacked.is_refused(statement);
    }
}

#[test]
fn statements_that_move_files_or_servers_are_refused() {
    let attacked = Attacked::new();
    let path = attacked.path();
    for statement in [
        "copy customer to 'x.csv'",
        "copy customer to stdout",
        "copy (select 1) to 'x.parquet' stored as parquet",
        "copy customer from 'secret.csv'",
        "copy customer to program 'touch x'",
        "create external table t stored as csv location 'secret.csv'",
        "create external table t (a text) stored as csv location 'secret.csv'",
        "create unbounded external table t (a text) stored as csv location 'secret.csv'",
        "create external table activity.t stored as parquet location 'out/activity'",
        "load 'x'",
        "load data inpath 'secret.csv' into table Office",
        "unload ('select 1') to 's3://x'",
        "export data options(uri='x') as select 1",
        "attach 'x' as y",
        "attach database 'x' as y",
        "detach database y",
        "install httpfs",
        "call p()",
        "do $$ begin end $$",
    ] {
        attacked.is_refused(statement);
        attacked.is_refused(&statement.replace("secret.csv", &format!("{path}/secret.csv")));
    }
}

#[test]
fn statements_about_the_session_or_server_are_refused() {
    let attacked = Attacked::new();
    for statement in [
        "set datafusion.execution.batch_size = 1",
        "SET datafusion.catalog.location = '/'",
        "set datafusion.sql_parser.enable_ident_normalization to true",
        "set datafusion.runtime.memory_limit = '100G'",
        "set datafusion.runtime.temp_directory = '/tmp'",
        "set time zone 'UTC'",
        "set local x = 1",
        "set role x",
        "set search_path to activity",
        "set variable x = 1",
        "reset datafusion.execution.batch_size",
        "reset all",
        "prepare p as select 1",
        "prepare p(int) as delete from Office",
        "execute p",
        "execute immediate 'select 1'",
        "deallocate p",
        "declare c cursor for select 1",
        "fetch next from c",
        "close c",
        "discard all",
        "begin",
        "start transaction",
        "commit",
        "rollback",
        "savepoint a",
        "release savepoint a",
        "grant all on Office to x",
        "revoke all on Office from x",
        "deny select on Office to x",
        "kill 1",
        "kill query 1",
        "analyze Office",
        "vacuum",
        "optimize table Office",
        "flush tables",
        "checkpoint",
        "use rapport",
        "use activity",
        "pragma x",
        "listen x",
        "notify x",
        "assert true",
        "cache table x as select 1",
        "uncache table x",
        "msck repair table Office",
        "show create table customer",
    ] {
        attacked.is_refused(statement);
    }
}

#[test]
fn a_statement_that_is_explained_or_described_must_read_too() {
    let attacked = Attacked::new();
    for statement in [
        "insert into Office select * from Office",
        "delete from Office",
        "update Office set CustomerId = 'x'",
        "create table t as select 1",
        "create view v as select 1",
        "drop table Office",
        "copy Office to 'x.csv'",
        "create external table t stored as csv location 'secret.csv'",
        "set datafusion.execution.batch_size = 1",
        "explain delete from Office",
        "select * into t from Office",
        "with x as (delete from Office returning *) select * from x",
    ] {
        for how in ["explain", "explain analyze", "describe"] {
            attacked.is_refused(&format!("{how} {statement}"));
        }
    }
}

#[test]
fn every_way_to_explain_is_looked_into() {
    let attacked = Attacked::new();
    for how in [
        "explain verbose",
        "explain analyze verbose",
        "explain format tree",
        "explain format pgjson",
        "explain (analyze, format text)",
        "explain explain",
        "desc",
        "describe table",
    ] {
        attacked.is_refused(&format!("{how} delete from Office"));
        attacked.is_refused(&format!("{how} copy Office to 'x.csv'"));
    }
}

#[test]
fn what_writes_is_found_inside_of_what_reads() {
    let attacked = Attacked::new();
    for statement in [
        "with x as (insert into Office select * from Office returning *) select * from x",
        "with x as (delete from Office returning *) select * from x",
        "with x as (update Office set CustomerId = 'x' returning *) select 1",
        "with x as (with y as (delete from Office returning *) select * from y) select * from x",
        "select * from (delete from Office returning *) as x",
        "select (delete from Office returning 1)",
        "select 1 where exists (insert into Office values (1))",
        "select * into t from Office",
        "select * into temp t from Office",
        "select 1 union all select * into t from Office",
        "select * from (select * into t from Office) as x",
        "create view v as select * into t from Office",
        "create view v as insert into Office values (1)",
        "create view v as with x as (delete from Office returning *) select * from x",
        "select * from Office for update",
        "select * from (select * from Office for update) as x",
        "select * from Office for share",
        "with recursive r as (delete from Office) select * from r",
    ] {
        attacked.is_refused(statement);
    }
}

#[test]
fn comments_case_and_space_hide_nothing() {
    let attacked = Attacked::new();
    for statement in [
        "/* select 1 */ delete from Office",
        "--\ndelete from Office",
        "select 1 /* /* nested */ */; delete from Office".trim_start_matches("select 1 "),
        "dElEtE\n\t\u{b}\u{c}fRoM Office",
        "\u{feff}delete from Office",
        "delete\u{a0}from Office",
        "(delete from Office)",
        "((drop table Office))",
        "ｄｅｌｅｔｅ from Office",
        "del/**/ete from Office",
        "\0delete from Office",
        "select 1 from Office\u{37e} drop table Office",
    ] {
        if statement.contains('\0') {
            // no argument holds this character
            let outcome = attacked.enrichment.piped(&["sql"], statement);
            attacked.is_harmless(statement, outcome).failed(1);
        } else {
            attacked.is_refused(statement);
        }
    }
    // words in comments and texts are no statements
    for (statement, answer) in [
        ("select 1 as x -- ; drop table Office", "x\n1\n"),
        ("select/* ; drop table Office */1 as x", "x\n1\n"),
        ("select '; drop table Office' as x", "x\n; drop table Office\n"),
        ("select 'it''s; drop table Office' as x", "x\nit's; drop table Office\n"),
        ("select $$; drop table Office$$ as x", "x\n; drop table Office\n"),
        ("select E'\\'; drop table Office' as x", "x\n'; drop table Office\n"),
    ] {
        let outcome = attacked.enrichment.sql(statement, &["--format", "csv"]);
        assert_eq!(attacked.is_harmless(statement, outcome).done(), answer);
    }
}

#[test]
fn a_bad_statement_behind_good_ones_ends_the_script() {
    let attacked = Attacked::new();
    for bad in
        ["drop table Office", "copy Office to 'x.csv'", "select * from \"secret.csv\"", "set a = 1"]
    {
        let statements = format!("select 1 as x; {bad}; select 2 as y");
        for outcome in [
            attacked.enrichment.sql(&statements, &["--format", "csv"]),
            attacked.enrichment.piped(&["sql", "--format", "csv"], &statements),
        ] {
            let outcome = attacked.is_harmless(&statements, outcome);
            assert_eq!(outcome.stdout, "x\n1\n", "{statements}");
            outcome.failed(1);
        }
    }
}

#[test]
fn views_take_the_place_of_nothing_that_is_published() {
    let attacked = Attacked::new();
    let published = [
        "Office",
        "Office_UserEntity",
        "customer",
        "week",
        "run",
        "office_history",
        "stale",
        "median_score",
    ];
    for name in published {
        let (lower, upper) = (name.to_lowercase(), name.to_uppercase());
        for name in [
            name.to_owned(),
            format!("\"{name}\""),
            format!("public.{name}"),
            format!("rapport.public.{name}"),
            format!("\"{lower}\""),
            format!("\"{upper}\""),
            upper,
        ] {
            attacked.is_refused(&format!("create or replace view {name} as select 1 as a"));
        }
    }
    for name in ["Office", "customer", "\"week\"", "public.stale", "RUN", "\"office\""] {
        attacked.is_refused(&format!("drop view {name}"));
        attacked.is_refused(&format!("drop view if exists {name}, v"));
    }
    for name in [
        "activity.x",
        "activity.message_copy",
        "\"activity.message_copy\"",
        "\"a.b\"",
        "information_schema.tables",
        "other.v",
        "other.public.v",
        "datafusion.public.v",
    ] {
        attacked.is_refused(&format!("create view {name} as select 1 as a"));
    }
}

#[test]
fn views_of_the_session_end_with_it() {
    let attacked = Attacked::new();
    let script = "create view v as select 1 as x;\ncreate or replace view v as select 2 as x;\n\
        create temporary view t as select x + 1 as x from V;\nselect x from T;\ndrop view t;\nselect 5 as x;\n";
    let outcome = attacked.enrichment.piped(&["sql", "--format", "csv"], script);
    assert_eq!(attacked.is_harmless(script, outcome).done(), "x\n3\nx\n5\n");
    attacked.is_refused("select * from v");
    let error = attacked.is_refused("create view w as select nothing from customer");
    assert!(error.contains("no column `nothing`"), "{error}");
    let twice = attacked
        .enrichment
        .sql("create view v as select 1 as x; create view v as select 2 as x", &[]);
    assert!(twice.failed(1).contains("already exists"));
}

#[test]
fn what_reads_is_answered() {
    let attacked = Attacked::new();
    for statement in [
        "select 1",
        "(select 1)",
        "values (1), (2)",
        "with a as (select 1 as x) select * from a",
        "select * from unnest([1, 2])",
        "select * from (values (1)) as t(x)",
        "select 1 union select 2 except select 3 intersect select 4",
        "explain select * from customer",
        "explain analyze select * from customer",
        "show tables",
        "show columns from customer",
        "show all",
        "show functions like 'upper'",
        "describe customer",
        "desc Office",
        "select count(*) from information_schema.columns",
    ] {
        let outcome = attacked.enrichment.sql(statement, &[]);
        assert!(!attacked.is_harmless(statement, outcome).done().is_empty(), "{statement}");
    }
}
