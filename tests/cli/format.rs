//! The formats of rows, each parsed back, and files that appear whole or not at all.

use std::fs::{self, File};
use std::process::Stdio;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::support::{Enrichment, Table, Tree, start};

/// A row of everything that is hard to write: quotes, delimiters, lines, null, the empty text, other scripts.
const HARD: &str = "select 'a,\"b\"' || chr(10) || 'c' || chr(9) || '|d' as quoted, null as missing, '' as empty, \
    1.5 as amount, date '2025-01-02' as day, 'ü€😀' as other, true as yes";

const QUOTED: &str = "a,\"b\"\nc\t|d";

#[test]
fn comma_and_tab_separated_rows_parse_back() {
    let enrichment = Enrichment::published();
    for (format, delimiter) in [("csv", b','), ("tsv", b'\t')] {
        let text = enrichment.sql(HARD, &["--format", format]).done();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().collect()).collect();
        assert_eq!(rows[0], ["quoted", "missing", "empty", "amount", "day", "other", "yes"]);
        assert_eq!(rows[1], [QUOTED, "", "", "1.5", "2025-01-02", "ü€😀", "true"]);
        assert_eq!(rows.len(), 2);
    }
}

#[test]
fn objects_parse_back_with_every_column() {
    let enrichment = Enrichment::published();
    let row = json!({
        "quoted": QUOTED, "missing": null, "empty": "", "amount": 1.5, "day": "2025-01-02", "other": "ü€😀",
        "yes": true,
    });
    let text = enrichment.sql(HARD, &["--format", "json"]).done();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json!([row.clone()]));
    let twice = format!("{HARD} union all {HARD}");
    for format in ["ndjson", "jsonl"] {
        let text = enrichment.sql(&twice, &["--format", format]).done();
        let rows: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows, [row.clone(), row.clone()]);
    }
}

#[test]
fn tables_keep_a_row_on_a_line_and_align_numbers() {
    let enrichment = Enrichment::published();
    let text =
        enrichment.sql("select 'x' as name, 7 as n union all select 'long', 1234", &[]).done();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[2..4].sort_unstable();
    assert_eq!(
        lines,
        [" name |    n", "------+------", " long | 1234", " x    |    7", "(2 rows)"],
        "{text}"
    );

    let text = enrichment.sql(HARD, &["--format", "markdown"]).done();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    let cells = |line: &str| -> Vec<String> {
        let inner = line.trim().trim_start_matches('|').trim_end_matches('|').replace("\\|", "¦");
        inner.split('|').map(|cell| cell.trim().replace('¦', "|")).collect()
    };
    assert_eq!(cells(lines[0])[..2], ["quoted", "missing"]);
    assert!(cells(lines[1]).iter().all(|cell| cell.chars().all(|c| c == '-')), "{text}");
    assert_eq!(
        cells(lines[2]),
        ["a,\"b\"\\nc\\t|d", "null", "", "1.5", "2025-01-02", "ü€😀", "true"]
    );
}

#[test]
fn no_rows_are_still_an_answer() {
    let enrichment = Enrichment::published();
    let nothing = "select CustomerId, EngagementScore from customer where false";
    for (format, expected) in [
        ("csv", "CustomerId,EngagementScore\n"),
        ("tsv", "CustomerId\tEngagementScore\n"),
        ("json", "[]\n"),
        ("ndjson", ""),
        ("markdown", "| CustomerId | EngagementScore |\n|------------|-----------------|\n"),
        ("table", " CustomerId | EngagementScore\n------------+-----------------\n(0 rows)\n"),
    ] {
        assert_eq!(enrichment.sql(nothing, &["--format", format]).done(), expected, "{format}");
    }
    enrichment.sql(nothing, &["-o", "none.parquet"]).done();
    let table = Table::read(&enrichment.folder().join("none.parquet"));
    assert_eq!((table.columns.len(), table.rows.len()), (2, 0));
}

#[test]
fn doubles_are_written_so_that_they_read_back_the_same() {
    let enrichment = Enrichment::published();
    let query = "select 0.1 + 0.2 as a, 1e300 as b, -1e-7 as c, cast(2 as double) / 3 as d";
    let expected = [0.1 + 0.2, 1e300, -1e-7, 2.0 / 3.0];
    let line = &enrichment.rows(query)[0];
    let numbers: Vec<f64> = line.split(',').map(|number| number.parse().unwrap()).collect();
    assert_eq!(numbers, expected);
    let text = enrichment.sql(query, &["--format", "json"]).done();
    let rows: Value = serde_json::from_str(&text).unwrap();
    let numbers: Vec<f64> =
        ["a", "b", "c", "d"].iter().map(|name| rows[0][name].as_f64().unwrap()).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn a_parquet_file_reads_back_with_types_units_and_meanings() {
    let enrichment = Enrichment::published();
    let query = "select CustomerId, DaysSinceLastEmail, EngagementStartDate, AverageDuration_Of_Meetings, \
        null as nothing from customer order by CustomerId";
    let outcome = enrichment.sql(query, &["-o", "deep/er/rows.parquet"]);
    assert_eq!(outcome.done(), "");
    let path = enrichment.folder().join("deep/er/rows.parquet");
    let table = Table::read(&path);
    let rows: Vec<String> = table
        .rows
        .iter()
        .map(|row| {
            row.iter().map(|cell| cell.as_deref().unwrap_or("")).collect::<Vec<_>>().join(",")
        })
        .collect();
    assert_eq!(rows, enrichment.rows(query));
    assert!(rows[0].starts_with("C1,27,2025-05-05,59.0,"), "{rows:?}");
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let field = builder.schema().field_with_name("DaysSinceLastEmail").unwrap();
    assert_eq!(field.data_type(), &arrow::datatypes::DataType::Int32);
    assert_eq!(field.metadata()["unit"], "days");
    assert!(field.metadata()["meaning"].contains("last counted e-mail"));
}

#[test]
fn the_name_of_the_file_tells_the_format_unless_one_is_asked_for() {
    let enrichment = Enrichment::published();
    for (file, options, begin) in [
        ("a.csv", &[][..], "x\n1\n"),
        ("a.tsv", &[], "x\n1\n"),
        ("a.json", &[], "[{\"x\":1}]\n"),
        ("a.JSONL", &[], "{\"x\":1}\n"),
        ("a.md", &[], "| x |\n"),
        ("a.txt", &[], " x\n---\n"),
        ("a.out", &["--format", "table"], " x\n---\n"),
        ("b.csv", &["--format", "json"], "[{\"x\":1}]\n"),
    ] {
        let options = [&["-o", file][..], options].concat();
        assert_eq!(enrichment.sql("select 1 as x", &options).done(), "", "{file}");
        let text = fs::read_to_string(enrichment.folder().join(file)).unwrap();
        assert!(text.starts_with(begin), "{file}: {text}");
    }
    let error = enrichment.sql("select 1 as x", &["-o", "a.xlsx"]).failed(1);
    assert!(error.contains("`a.xlsx` does not tell a format\nhint: end it with .csv"), "{error}");
    let rows = enrichment.folder().join("c");
    let output = start(enrichment.folder(), &["sql", "-c", "select 1 as x", "--format", "parquet"])
        .stdout(Stdio::from(File::create(&rows).unwrap()))
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(Table::read(&rows).rows, [[Some("1".to_owned())]]);
}

#[test]
fn a_query_that_fails_leaves_the_old_file_and_nothing_else() {
    let enrichment = Enrichment::published();
    enrichment.write("rows.csv", "old");
    let before = Tree::of(enrichment.folder());
    // the second fails while it runs, when the file has been begun
    for query in [
        "select nothing from customer",
        "select 1 / (EngagementScore - EngagementScore) from customer",
    ] {
        let outcome = enrichment.sql(query, &["-o", "rows.csv"]);
        assert_eq!(outcome.stdout, "");
        outcome.failed(1);
        Tree::of(enrichment.folder()).assert_same(&before);
    }
    enrichment.sql("select 1 as x", &["-o", "rows.csv"]).done();
    assert_eq!(fs::read_to_string(enrichment.folder().join("rows.csv")).unwrap(), "x\n1\n");
}

#[test]
fn a_file_takes_the_rows_of_one_statement() {
    let enrichment = Enrichment::published();
    let two = enrichment.sql("select 1 as x; select 2 as x", &["-o", "rows.csv"]);
    let error = two.failed(1);
    assert!(error.contains("`rows.csv` has the rows of a statement already\nhint: "), "{error}");
    assert_eq!(fs::read_to_string(enrichment.folder().join("rows.csv")).unwrap(), "x\n1\n");
    let none = enrichment.sql("create view v as select 1 as x", &["-o", "none.csv"]).failed(1);
    assert!(none.contains("no statement gave rows for `none.csv`"), "{none}");
    let view = enrichment.sql("create view v as select 5 as x; select * from v", &["-o", "v.csv"]);
    view.done();
    assert_eq!(fs::read_to_string(enrichment.folder().join("v.csv")).unwrap(), "x\n5\n");
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let enrichment = Enrichment::published();
    enrichment.write("file", "");
    let error = enrichment.sql("select 1", &["-o", "file/rows.csv"]).failed(1);
    assert!(error.starts_with("error: cannot write `file"), "{error}");
}
