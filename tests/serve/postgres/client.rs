//! The clients that people have: psql and Python's, where they are installed.

use std::process::{Command, Output};

use super::super::certify;
use super::Server;
use crate::support::Enrichment;

/// psql with these arguments; nothing where it is not installed.
fn psql(server: &Server, options: &str, arguments: &[&str]) -> Option<Output> {
    if Command::new("psql").arg("--version").output().is_err() {
        eprintln!("SKIPPED: psql is not installed");
        return None;
    }
    let (host, port) = (server.address.ip(), server.address.port());
    let target = format!("host={host} port={port} user=me dbname=rapport {options}");
    let mut psql = Command::new("psql");
    psql.args(["-X", "-A", "-t", "-d", &target])
        .args(arguments)
        .current_dir(server.enrichment.folder());
    Some(psql.output().unwrap())
}

fn text(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn psql_lists_describes_and_asks() {
    let server = Server::start(&[]);
    let ask = |arguments: &[&str]| psql(&server, "", arguments).map(|output| text(&output));
    let Some(tables) = ask(&["-c", "\\dt"]) else { return };
    for name in ["Office", "Office_CustomerEntity", "Office_ScoreEntity", "Office_UserEntity"] {
        assert!(tables.contains(&format!("public|{name}|table")), "{tables}");
    }
    let all = ask(&["-c", "\\d"]).unwrap();
    assert!(all.contains("public|stale|view") && all.contains("public|customer|view"), "{all}");
    let columns = ask(&["-c", "\\d \"Office\""]).unwrap();
    assert!(columns.contains("EngagementScore|integer||not null|"), "{columns}");
    assert!(columns.contains("AverageDuration_Of_Meetings|double precision|"), "{columns}");
    let columns = ask(&["-c", "\\d customer"]).unwrap();
    assert!(columns.contains("DaysSinceLastEmail|integer"), "{columns}");
    let asked =
        ask(&["-c", "select customerid from CUSTOMER where engagementscore > 0 order by 1"]);
    assert_eq!(asked.unwrap(), "C1\nC2\n");
    assert!(ask(&["-c", "\\dconfig *"]).unwrap().contains("server_encoding|UTF8"));
    let listed = r"\l \l+ \dn \dn+ \d+ \dt+ \dv+ \dm \ds \di \dE \dT \dT+ \dD \dC \dc \da \df \dfa \df+ \do \dO \dA \dA+
        \dAc \dAc+ \dAf \dAf+ \dAo \dAo+ \dAp \dAp+ \dF \dFd \dFp \dFt \dL \dl \du \du+ \dg \drds \dp \ddp \db \db+
        \dx \dX \dy \dRp \dRs \des \des+ \deu \deu+ \det \dew \dP \dP+ \dd \dconfig \dconfig+ \conninfo";
    for question in listed.split_whitespace().chain(["\\d+ customer", "\\d+ \"Office\""]) {
        ask(&["-c", question]).unwrap();
    }
    let refused = psql(&server, "", &["-c", "delete from Office"]).unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("DELETE is not possible here"));
}

#[test]
fn psql_gives_its_password_over_tls() {
    let enrichment = Enrichment::published();
    enrichment.write("password", "secret\n");
    if !certify(&enrichment) {
        eprintln!("SKIPPED: openssl is not installed");
        return;
    }
    let tls = ["--tls-certificate", "certificate.pem", "--tls-key", "key.pem"];
    let server = Server::over(enrichment, &[&["--password-file", "password"], &tls[..]].concat());
    let secure = "sslmode=verify-ca sslrootcert=certificate.pem";
    let query = ["-c", "select CustomerId from customer order by 1"];
    let Some(asked) = psql(&server, &format!("{secure} password=secret"), &query) else { return };
    assert_eq!(text(&asked), "C1\nC2\n");
    for (options, problem) in [
        (format!("{secure} password=wrong"), "password"),
        ("sslmode=disable password=secret".to_owned(), "encrypted connections alone"),
    ] {
        let refused = psql(&server, &options, &query).unwrap();
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains(problem), "{options}: {told}");
    }
}

/// What the Python program prints, with the server's address in its variables `host` and `port`.
fn python(server: &Server, modules: &str, program: &str) -> Option<String> {
    let found = Command::new("python3").args(["-c", &format!("import {modules}")]).output();
    if !found.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: python3 with `{modules}` is not installed");
        return None;
    }
    let (host, port) = (server.address.ip(), server.address.port());
    let program = format!("host, port = '{host}', {port}\n{program}");
    let output = Command::new("python3").args(["-c", &program]).output().unwrap();
    Some(text(&output))
}

#[test]
fn psycopg_asks_with_parameters_and_cursors() {
    let server = Server::start(&[]);
    let program = "
import psycopg, datetime
with psycopg.connect(host=host, port=port, user='me', dbname='rapport') as c:
    print(c.execute('select CustomerId from customer where EngagementScore > %s and EngagementStartDate >= %s order by 1', (0, datetime.date(2025, 1, 1))).fetchall())
    print(c.execute('select CustomerId from customer where CustomerId = %s', ('C2',), binary=True).fetchall())
    with c.cursor(name='walk') as walk:
        walk.execute('select CustomerId from Office order by PrimaryKey')
        print(len(walk.fetchmany(3)), len(walk.fetchall()) > 0)
";
    let Some(told) = python(&server, "psycopg", program) else { return };
    assert_eq!(told, "[('C1',), ('C2',)]\n[('C2',)]\n3 True\n");
}

#[test]
fn sqlalchemy_finds_tables_and_columns() {
    let server = Server::start(&[]);
    let program = "
import sqlalchemy
engine = sqlalchemy.create_engine(f'postgresql+psycopg://me@{host}:{port}/rapport')
inspector = sqlalchemy.inspect(engine)
print(sorted(inspector.get_table_names()))
print('stale' in inspector.get_view_names())
print([(c['name'], str(c['type'])) for c in inspector.get_columns('Office')][:3])
";
    let Some(told) = python(&server, "sqlalchemy, psycopg", program) else { return };
    let expected = "['Office', 'Office_CustomerEntity', 'Office_ScoreEntity', 'Office_UserEntity']\nTrue\n\
        [('PrimaryKey', 'TEXT'), ('CustomerId', 'TEXT'), ('EngagementScore', 'INTEGER')]\n";
    assert_eq!(told, expected);
}
