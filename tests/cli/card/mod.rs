//! `rapport card`: what is shown, that the figures are those of the published set, and ids that mean harm.

mod company;
mod hostile;

use std::path::Path;

use rapport::card::number::Numbers;
use rapport::card::svg::Scale;
use rapport::card::{Period, Selection, html};
use rapport::query::{Session, Source};
use serde_json::json;

use crate::support::export::message;
use crate::support::{Enrichment, Outcome, start};
use company::company;

/// `rapport card …`, with numbers as in English whoever runs the test.
fn card(enrichment: &Enrichment, arguments: &[&str]) -> Outcome {
    enrichment.rapport(&[&["card", "--locale", "en"], arguments].concat())
}

/// Compares with a file of `tests/card`, or writes it.
#[track_caller]
fn assert_written(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/card").join(name);
    let text = text.replace('\u{1b}', "^[");
    let text = match (text.find("<style>"), text.find("</style>")) {
        (Some(start), Some(end)) => format!("{}…{}", &text[..start + 7], &text[end..]),
        _ => text,
    };
    // one element a line, so that a difference can be read
    let text = if name.ends_with("ml") || name.ends_with("svg") {
        text.replace("><", ">\n<")
    } else {
        text
    };
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{name} is\n{text}\ninstead of\n{expected}");
}

#[test]
fn a_card_is_written_for_any_terminal() {
    let enrichment = company();
    for (name, options) in [
        ("60.txt", &["--width", "60"][..]),
        ("200.txt", &["--width", "200"]),
        ("60-ascii.txt", &["--width", "60", "--ascii"]),
        ("80-color.txt", &["--width", "80", "--color", "always"]),
    ] {
        let text = card(&enrichment, &[&["ACC-10"], options].concat()).done();
        let widest = text.lines().map(console::measure_text_width).max().unwrap();
        let width: usize = name.split(['.', '-']).next().unwrap().parse().unwrap();
        assert!(widest <= width, "{name} is {widest} wide");
        assert_eq!(text.is_ascii(), name.contains("ascii"), "{name}");
        assert_eq!(text.contains('\u{1b}'), name.contains("color"), "{name}");
        assert_written(name, &text);
    }
}

#[test]
fn customers_are_ranked_with_their_year_as_sparklines() {
    let enrichment = company();
    for (name, options) in [
        ("top-60.txt", &["--top", "20", "--width", "60"][..]),
        ("top-120.txt", &["--top", "5", "--width", "120"]),
        ("top-60-ascii.txt", &["--top", "3", "--width", "60", "--ascii"]),
    ] {
        let text = card(&enrichment, options).done();
        let width: usize = name.split(['.', '-']).nth(1).unwrap().parse().unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        assert_written(name, &text);
    }
    enrichment
        .write("segments/even.sql", "-- Even.\nCustomerId in ('ACC-02', 'ACC-04', 'ACC-06')\n");
    let best = enrichment.rows("select CustomerId from card.summary where CustomerId in ('ACC-02', 'ACC-04', 'ACC-06') order by Rank, CustomerId");
    let ranked = |options: &[&str]| {
        let text = card(&enrichment, &[&["--segment", "even"], options].concat()).done();
        let id = |line: &str| line.split_whitespace().nth(1).unwrap().to_owned();
        text.lines().skip(1).map(id).collect::<Vec<_>>()
    };
    assert_eq!(ranked(&[]), best);
    assert_eq!(ranked(&["--top", "2"]), best[..2]);
    let error = card(&enrichment, &["--segment", "evn"]).failed(1);
    assert!(
        error.contains("no segment `evn`") && error.contains("did you mean `even`?"),
        "{error}"
    );
}

#[test]
fn a_page_and_a_picture_need_no_other_file() {
    let enrichment = company();
    let wrote = card(&enrichment, &["ACC-10", "--html", "out of/a.html", "--svg", "a.svg"]).done();
    assert_eq!(wrote, "wrote out of/a.html\nwrote a.svg\n");
    let read = |name: &str| std::fs::read_to_string(enrichment.folder().join(name)).unwrap();
    let (page, picture) = (read("out of/a.html"), read("a.svg"));
    for text in [&page, &picture] {
        assert!(text.contains("prefers-color-scheme: dark") && text.contains("@media print"));
        let outside = ["<script", "src=", "url(", "@import", "<link", "style=\"", "onload"];
        assert!(outside.iter().all(|outside| !text.contains(outside)), "{text}");
    }
    roxmltree::Document::parse(&picture).unwrap();
    assert_written("card.html", &page);
    assert_written("card.svg", &picture);
}

#[test]
fn the_figures_are_those_of_the_published_set() {
    let enrichment = company();
    card(&enrichment, &["ACC-08", "--html", "a.html"]).done();
    let page = std::fs::read_to_string(enrichment.folder().join("a.html")).unwrap();
    let months = enrichment.rows(
        "select AggregationStartDate, NoOfEmails_FromAccount, NoOfEmails_ToAccount from month
         where CustomerId = 'ACC-08' order by 1",
    );
    // all twelve months of both charts, those without any too
    let names = page.split("<th scope=\"row\">").filter_map(|cell| cell.split("</th>").next());
    let months_told = names.filter(|name| name.ends_with(" 2024") || name.ends_with(" 2025"));
    assert_eq!(months_told.count(), 24);
    assert!(months.len() < 12, "{months:?}");
    for month in &months {
        let [start, from, to] = month.split(',').collect::<Vec<_>>()[..] else { panic!("{month}") };
        let start: chrono::NaiveDate = start.parse().unwrap();
        let row = format!(
            "{}</th><td class=\"number\">{from}</td><td class=\"number\">{to}</td>",
            start.format("%B %Y")
        );
        assert!(page.contains(&row), "{row}");
    }
    let year = enrichment.rows(
        "select EngagementScore, NoOfEmails_ToAccount, DaysSinceLastEmail from customer where CustomerId = 'ACC-08'",
    );
    let [score, to, days] = year[0].split(',').collect::<Vec<_>>()[..] else { panic!("{year:?}") };
    for told in
        [format!("Score {score} of 100"), format!("{to} to them"), format!("{days} days ago")]
    {
        assert!(page.contains(&told), "{told}");
    }
}

#[test]
fn an_unknown_customer_has_near_ones_and_nothing_is_written() {
    let enrichment = company();
    let error = card(&enrichment, &["acc-10", "--html", "a.html"]).failed(1);
    assert!(error.contains("no customer `acc-10`") && error.contains("`ACC-10`"), "{error}");
    let error = card(&enrichment, &["somebody"]).failed(1);
    assert!(error.contains("hint: `rapport card --top 20`"), "{error}");
    assert!(!enrichment.folder().join("a.html").exists());
    // a folder stands there
    let error = card(&enrichment, &["ACC-10", "--html", "exports"]).failed(1);
    assert!(error.contains("exports"), "{error}");
    assert!(enrichment.folder().join("exports/Message_v1.json").exists());
}

#[test]
fn numbers_are_written_as_the_locale_has_them() {
    let enrichment = company();
    let german = enrichment.rapport(&["card", "ACC-10", "--locale", "de-DE"]).done();
    let english = card(&enrichment, &["ACC-10"]).done();
    assert_eq!(german, english.replace('.', ","));
    assert!(english.matches('.').count() > 8, "{english}");
    let of_environment = start(enrichment.folder(), &["card", "ACC-10"])
        .env_remove("LC_ALL")
        .envs([("LC_NUMERIC", "de_AT.UTF-8"), ("LANG", "en_US.UTF-8")])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(of_environment.stdout).unwrap(), german);
    let error = enrichment.rapport(&["card", "ACC-10", "--locale", "xx-YY"]).failed(1);
    assert!(error.contains("no locale `xx-YY`\nhint: "), "{error}");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let enrichment = Enrichment::new();
    for arguments in [
        &[][..],
        &["C1", "--top", "3"],
        &["C1", "--segment", "stale"],
        &["--top", "0"],
        &["--top", "3", "--html", "a.html"],
        &["C1", "--width", "59"],
        &["C1", "--color", "blue"],
    ] {
        card(&enrichment, arguments).failed(2);
    }
    let error = card(&enrichment, &["C1"]).failed(1);
    assert!(error.contains("nothing is published"), "{error}");
}

#[test]
fn without_engagement_a_card_says_so() {
    let enrichment = Enrichment::accounts();
    let text = card(&enrichment, &["C5", "--width", "60"]).done();
    assert_written("never.txt", &text);
    card(&enrichment, &["C5", "--html", "a.html", "--svg", "a.svg"]).done();
    for name in ["a.html", "a.svg"] {
        let text = std::fs::read_to_string(enrichment.folder().join(name)).unwrap();
        assert!(text.contains("Neither e-mails nor meetings"), "{text}");
    }
    // one mail in the window, then nobody has any
    let text = card(&enrichment, &["C4"]).done();
    assert!(text.contains("Last meeting") && text.contains("never"), "{text}");
    let rows = [message("9", "bob@north.example", &["ann@else.example"], "2027-06-20T09:00:00Z")];
    enrichment.export("later/Message_v1.json", &rows);
    enrichment.run(&["--as-of", "2027-06-30"]).done();
    assert!(card(&enrichment, &["C1"]).done().contains("Neither e-mails nor meetings"));
    assert_eq!(card(&enrichment, &["--top", "5"]).done(), "No customer has a score.\n");
}

#[test]
fn one_customer_alone_is_the_first_of_one() {
    let enrichment = Enrichment::empty();
    let rows = [message("1", "alice@north.example", &["carol@c1.example"], "2025-06-02T09:00:00Z")];
    enrichment.export("Message_v1.json", &rows);
    enrichment.run(&[]).done();
    let text = card(&enrichment, &["C1"]).done();
    assert!(text.contains("1st of 1 customer\n"), "{text}");
    let ranked = card(&enrichment, &["--top", "5", "--width", "60"]).done();
    assert_eq!(ranked.lines().count(), 2, "{ranked}");
}

#[test]
fn small_groups_stay_hidden_on_cards() {
    let enrichment = Enrichment::new();
    enrichment.define("output = \"out\"", "output = \"out\"\nmin_group = 2");
    let mut reply =
        message("7", "carol@c1.example", &["alice@north.example"], "2025-06-20T12:00:00Z");
    reply["conversationId"] = json!("conversation of 1");
    enrichment.export("more/Message_v1.json", &[reply]);
    enrichment.run(&[]).done();
    let text = card(&enrichment, &["C2", "--width", "60"]).done();
    assert_written("hidden.txt", &text);
    card(&enrichment, &["C2", "--html", "a.html", "--svg", "a.svg"]).done();
    for name in ["a.html", "a.svg"] {
        let text = std::fs::read_to_string(enrichment.folder().join(name)).unwrap();
        assert!(text.contains("hidden"), "{text}");
    }
}

#[test]
fn weeks_are_all_of_the_window_and_months_that_are_not_whole_say_so() {
    let enrichment = company();
    let source = Source::published(enrichment.out(), Vec::new(), 256 << 20);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let session = runtime.block_on(Session::open(source)).unwrap();
    enrichment.run(&["--as-of", "2025-06-18"]).done();
    let text = card(&enrichment, &["ACC-10", "--width", "60"]).done();
    assert!(text.contains("Not whole: the last one up to 18 Jun 2025."), "{text}");
    let card = runtime.block_on(async {
        // cards are of what is published now, also where the session was opened before
        session.refresh().await.unwrap();
        // one card is the same alone and among all
        let all = rapport::card::read(&session, Selection::All).await.unwrap();
        assert_eq!(all.len(), 12);
        let place = all.iter().position(|card| card.customer == "ACC-10").unwrap();
        let one = rapport::card::of(&session, "ACC-10").await.unwrap();
        assert_eq!(one, all[place]);
        let ranks: Vec<u32> = all.iter().map(|card| card.rank.unwrap()).collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
        one
    });
    assert_eq!(card.as_of.to_string(), "2025-06-18");
    assert_eq!((card.months.len(), card.weeks.len()), (12, 53));
    let emails: u32 = card.weeks.iter().map(|week| week.emails.total()).sum();
    let meetings: u32 = card.weeks.iter().map(|week| week.meetings.total()).sum();
    assert_eq!((emails, meetings), (card.emails.total(), card.meetings.total()));
    let whole = |week: &&Period| week.is_whole();
    assert_eq!(card.weeks.iter().filter(whole).count(), 51);
    let weeks = html::fragment(&card, Scale::Weeks, &Numbers::of("en").unwrap()).into_string();
    assert!(weeks.contains("week of 16 Jun 2025*") && weeks.contains("week of 17 Jun 2024*"));
    assert_written("weeks.html", &weeks);
}
