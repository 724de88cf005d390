//! `min_group`: what would tell of few own people is not published, on any level.

use std::fs::File;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::json;

use crate::support::export::{meeting, message};
use crate::support::{Enrichment, Set, Table, Tree};

const PEOPLE: [&str; 4] = [
    "NoOfContactsInvolved_Emails",
    "NoOfContactsInvolved_Meetings",
    "NoOfAccountContactsInvolved_Emails",
    "NoOfAccountContactsInvolved_Meetings",
];
const AVERAGES: [&str; 2] =
    ["AverageDuration_Of_Meetings", "AverageDuration_Of_AccountEmailReplies"];

/// Four own people. With `C1` one of them wrote in May, and had the only answer, and three wrote in June; one met in
/// May, three in June. With `C2` three wrote and met in one week. With `C3` there is one.
fn enrichment() -> Enrichment {
    let enrichment = Enrichment::empty();
    let own = ["alice", "bob", "cora", "dave"].map(|name| format!("{name}@north.example"));
    let [alice, bob, cora, dave] = own.each_ref().map(String::as_str);
    enrichment.define(
        "\"bob@north.example\"]",
        "\"bob@north.example\", \"cora@north.example\", \"dave@north.example\"]",
    );
    enrichment.write(
        "contacts.csv",
        "ContactId,CustomerId,Email\nk1,C1,carol@c1.example\nk2,C2,dan@c2.example\nk3,C3,erin@c3.example\n",
    );
    let [carol, dan, erin] = ["carol@c1.example", "dan@c2.example", "erin@c3.example"];
    let mut rows = vec![
        message("1", alice, &[carol], "2025-05-05T09:00:00Z"),
        message("2", carol, &[alice], "2025-05-05T12:00:00Z"),
        message("3", bob, &[carol, cora, dave], "2025-06-03T09:00:00Z"),
        message("4", alice, &[dan, bob, cora], "2025-06-10T09:00:00Z"),
        message("5", dan, &[alice, bob, cora], "2025-06-10T15:00:00Z"),
        message("6", dave, &[erin], "2025-06-17T09:00:00Z"),
        message("7", erin, &[dave], "2025-06-17T10:00:00Z"),
    ];
    for (answer, question) in [(1, 0), (4, 3), (6, 5)] {
        rows[answer]["conversationId"] = rows[question]["conversationId"].clone();
    }
    enrichment.export("Message_v1.json", &rows);
    let mut short = meeting("m1", alice, &[carol], "2025-05-06T09:00:00");
    short["end"]["dateTime"] = json!("2025-05-06T09:20:00");
    enrichment.export(
        "Event_v1.json",
        &[
            short,
            meeting("m2", bob, &[carol, cora, dave], "2025-06-04T09:00:00"),
            meeting("m3", alice, &[dan, bob, cora], "2025-06-11T09:00:00"),
        ],
    );
    enrichment
}

fn with_min_group(enrichment: &Enrichment, people: u32) -> Set {
    enrichment.define("output = \"out\"", &format!("output = \"out\"\nmin_group = {people}"));
    enrichment.run(&[]).done();
    enrichment.set()
}

/// The values of `column`, by customer, level and start.
fn values(office: &Table, column: &str) -> Vec<([String; 3], Option<String>)> {
    let key =
        ["CustomerId", "AggregationLevel", "AggregationStartDate"].map(|name| office.at(name));
    let at = office.at(column);
    let rows = office.rows.iter();
    rows.map(|row| (key.map(|at| row[at].clone().unwrap()), row[at].clone())).collect()
}

#[test]
fn people_and_durations_of_small_groups_are_hidden_and_nothing_else() {
    let enrichment = enrichment();
    enrichment.run(&[]).done();
    let open = enrichment.set();
    let spans = Tree::of(&enrichment.out().join("span"));
    let hidden = with_min_group(&enrichment, 3);
    // nothing that is kept by span is computed again
    spans.assert_same(&Tree::of(&enrichment.out().join("span")));

    for column in open.office.columns.iter().filter(|name| !is_of_people(name)) {
        assert_eq!(hidden.office.column(column), open.office.column(column), "{column}");
    }
    for column in PEOPLE.iter().chain(&AVERAGES) {
        let rows = values(&hidden.office, column).into_iter().zip(values(&open.office, column));
        for (([customer, level, start], told), (_, value)) in rows {
            let expected = match (customer.as_str(), level.as_str()) {
                // May's answer is the only one: the year's mean would be May's
                ("C1", "Year") if *column == AVERAGES[1] => None,
                ("C1", "Year") | ("C2", _) => value,
                _ => None,
            };
            assert_eq!(told, expected, "{customer} {level} {start} {column}");
        }
    }
    assert_eq!(hidden.year("C1", AVERAGES[0]), "39.5");
    assert_eq!(hidden.year("C2", AVERAGES[1]), "6.0");

    let component = |set: &Set, column: &str| set.score.column(column).join("\n");
    for column in ["PrimaryKey", "Component", "Weight"] {
        assert_eq!(component(&hidden, column), component(&open, column));
    }
    let [key, name] = ["PrimaryKey", "Component"].map(|column| open.score.at(column));
    for (told, row) in hidden.score.rows.iter().zip(&open.score.rows) {
        let key = row[key].as_deref().unwrap();
        let is_told = key.starts_with("C2|") || key.starts_with("C1|") && key.ends_with("Year");
        for column in ["Value", "Percentile", "Points"].map(|column| open.score.at(column)) {
            let is_hidden = row[name].as_deref() == Some("people") && !is_told;
            assert_eq!(told[column], row[column].clone().filter(|_| !is_hidden), "{key}");
        }
    }
}

fn is_of_people(column: &str) -> bool {
    PEOPLE.contains(&column) || AVERAGES.contains(&column)
}

/// Takes what is published, and works out figures of rows with too few people as far as other levels allow it.
#[test]
fn a_hidden_figure_cannot_be_worked_out_from_other_levels() {
    let enrichment = enrichment();
    enrichment.run(&[]).done();
    let open = enrichment.set().office;
    let hidden = with_min_group(&enrichment, 3).office;
    for column in PEOPLE.into_iter().chain(AVERAGES) {
        let told = values(&hidden, column);
        let own = if column.contains("Meetings") { PEOPLE[1] } else { PEOPLE[0] };
        for ((row, truth), (_, own)) in values(&open, column).into_iter().zip(values(&open, own)) {
            let (Some(truth), "1" | "2") = (truth, own.as_deref().unwrap()) else { continue };
            // alone on its level in being hidden, it would be what the others leave of the year
            let level = told.iter().filter(|(other, _)| other[..2] == row[..2]);
            assert!(level.clone().all(|(_, value)| value.is_none()), "{row:?} {column}");
            // a mean of another level that has nothing else to be made of would be this one
            if AVERAGES.contains(&column) {
                let others =
                    told.iter().filter(|(other, _)| other[0] == row[0] && other[1] != row[1]);
                for (other, value) in others {
                    assert_ne!(
                        value.as_ref(),
                        Some(&truth),
                        "{row:?} {column} is that of {other:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn columns_can_be_null_where_something_may_be_hidden() {
    let enrichment = enrichment();
    with_min_group(&enrichment, 100);
    for (entity, columns) in
        [("Office", &PEOPLE[..]), ("Office_ScoreEntity", &["Value", "Percentile", "Points"])]
    {
        let file = File::open(enrichment.out().join(format!("{entity}.parquet"))).unwrap();
        let schema = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().schema().clone();
        for column in columns {
            assert!(schema.field_with_name(column).unwrap().is_nullable(), "{entity}: {column}");
        }
        assert!(!schema.field_with_name("PrimaryKey").unwrap().is_nullable());
    }
}

#[test]
fn what_is_hidden_is_null_to_who_asks() {
    let enrichment = enrichment();
    enrichment.run(&[]).done();
    with_min_group(&enrichment, 3);
    let asked = |query: &str| enrichment.rows(query);
    let is_null = format!("{} is null", PEOPLE[0]);
    assert_eq!(asked(&format!("select CustomerId from customer where {is_null}")), ["C3"]);
    assert_eq!(asked(&format!("select count(*) from week where {is_null}")), ["3"]);
    assert_eq!(asked("select count(*) from Office_ScoreEntity where Value is null"), ["7"]);
    // an earlier run keeps what it published
    let by_run = format!(
        "select RunId, count({}) from office_history group by RunId order by RunId",
        PEOPLE[0]
    );
    let by_run: Vec<String> =
        asked(&by_run).iter().map(|row| row.rsplit(',').next().unwrap().to_owned()).collect();
    assert_eq!(by_run, ["11", "4"]);
    // segments ask what is published: who is hidden is in none that asks for people
    assert_eq!(asked("select CustomerId from single_threaded order by 1"), ["C1", "C2"]);
    let report = enrichment.report(&[]);
    let people = |customer: &str| {
        let accounts = report["top_accounts"].as_array().unwrap();
        accounts.iter().find(|row| row["CustomerId"] == customer).unwrap()["People"].clone()
    };
    assert_eq!([people("C1"), people("C3")], [json!(4), json!(null)]);
    assert!(enrichment.run(&[]).done().contains(" hidden "));
}
