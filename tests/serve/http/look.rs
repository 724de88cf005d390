//! Pages about the published set: their figures are those of SQL, and every link leads somewhere.

use std::collections::BTreeSet;

use super::{Server, links, text};
use crate::support::Enrichment;
use crate::support::http::encoded;

/// The customer ids of a list, in its order.
fn listed(page: &str) -> Vec<String> {
    let table = page.split("<tbody>").nth(1).unwrap_or_default();
    let rows = table.split("<bdi").skip(1).filter_map(|row| Some(row.split_once('>')?.1));
    let id = |row: &str| row.split("</bdi>").next().unwrap().to_owned();
    rows.map(id).collect()
}

/// An enrichment with `count` customers of the names `N001`, `N002`… and no mail with most of them.
fn many(count: usize) -> Enrichment {
    let enrichment = Enrichment::new();
    let contacts = std::fs::read_to_string(enrichment.folder().join("contacts.csv")).unwrap();
    let more = (1..=count).map(|at| format!("n{at},N{at:03},n{at}@n.example\n"));
    enrichment.write("contacts.csv", contacts + &more.collect::<String>());
    enrichment.run(&[]).done();
    enrichment
}

#[test]
fn the_overview_tells_what_the_report_tells() {
    let server = Server::start(&[]);
    let text = text(&server.page("/"));
    let report = std::fs::read(server.enrichment.out().join("current/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let coverage = &report["coverage"];
    for told in [
        format!(
            "Customers enriched {} of {}",
            coverage["customers_enriched"], coverage["customers"]
        ),
        format!("E-mails {} of {} counted", coverage["messages_counted"], coverage["messages"]),
        format!("Meetings {} of {} counted", coverage["meetings_counted"], coverage["meetings"]),
        format!("Days of data {} of 365", coverage["days_covered"]),
        format!("from run {}", report["run"].as_str().unwrap()),
    ] {
        assert!(text.contains(&told), "`{told}` is not in: {text}");
    }
}

#[test]
fn every_link_leads_to_a_page() {
    let server = Server::start(&[]);
    let (mut waiting, mut seen) = (vec!["/".to_owned()], BTreeSet::new());
    while let Some(path) = waiting.pop() {
        if path.starts_with('#') || path.starts_with("data:") || !seen.insert(path.clone()) {
            continue;
        }
        assert!(path.starts_with('/') && !path.starts_with("//"), "{path}");
        let page = server.page(&path);
        // the name of a namespace is no address
        let told = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!told.contains("http://") && !told.contains("https://"), "{path}");
        waiting.extend(links(&page));
    }
    for path in [
        "/customers",
        "/customer?id=C1",
        "/segment/stale",
        "/sql",
        "/runs",
        "/sources",
        "/style.css",
    ] {
        assert!(seen.contains(path), "no page links to {path}: {seen:?}");
    }
    assert!(seen.iter().any(|path| path.starts_with("/runs/")), "{seen:?}");
}

#[test]
fn lists_are_sorted_as_sql_sorts_them() {
    let server = Server::start(&[]);
    for (asked, order) in [
        ("", "EngagementScore desc"),
        ("?sort=score&order=up", "EngagementScore"),
        ("?sort=customer", "CustomerId"),
        ("?sort=customer&order=down", "CustomerId desc"),
        ("?sort=emails", "Emails desc"),
        ("?sort=meetings&order=up", "Meetings"),
        ("?sort=people", "People desc"),
        ("?sort=contacts", "Contacts desc"),
        ("?sort=last-email", "DaysSinceLastEmail"),
        ("?sort=last-meeting&order=down", "DaysSinceLastMeeting desc"),
        // what makes no sense is as if it were not there
        ("?sort=nothing&order=x&page=-3", "EngagementScore desc"),
    ] {
        let sql = include_str!("../../../sql/overview/listed.sql");
        let ids = server.enrichment.rows(&format!(
            "select CustomerId from ({sql}) order by {order} nulls last, CustomerId"
        ));
        assert_eq!(listed(&server.page(&format!("/customers{asked}"))), ids, "{asked}");
    }
    let page = server.page("/customers?sort=emails");
    assert_eq!(page.matches("aria-sort=\"descending\"").count(), 1);
    assert_eq!(page.matches("aria-sort").count(), 1);
}

#[test]
fn lists_are_searched_and_paged() {
    let server = Server::over(many(118), &[]);
    let first = server.page("/customers?sort=customer");
    assert!(text(&first).contains("120 customers") && text(&first).contains("1–50 of 120"));
    let pages: Vec<String> = (1..=3)
        .flat_map(|page| listed(&server.page(&format!("/customers?sort=customer&page={page}"))))
        .collect();
    assert_eq!(
        pages,
        server.enrichment.rows("select CustomerId from Office_CustomerEntity order by 1")
    );
    // a page that is not there is the last one
    assert_eq!(listed(&server.page("/customers?sort=customer&page=99")).len(), 20);
    let found = server.page("/customers?q=n00&sort=customer");
    assert_eq!(listed(&found).len(), 9);
    assert_eq!(listed(&server.page("/customers?q=N11&sort=customer&order=down"))[0], "N118");
    for nothing in ["%25", "_", "' or 1=1 --", "\\", "N00%"] {
        let page = server.page(&format!("/customers?q={}", encoded(nothing)));
        assert_eq!(listed(&page), [""; 0], "{nothing}");
        assert!(text(&page).contains("No customer id has"), "{nothing}");
    }
}

#[test]
fn segments_tell_members_and_what_changed() {
    let enrichment = Enrichment::accounts();
    enrichment.report(&["--as-of", "2025-02-28"]);
    enrichment.report(&[]);
    let server = Server::over(enrichment, &[]);
    let list = server.enrichment.rapport(&["segment", "list", "--format", "csv"]).done();
    let page = text(&server.page("/segments"));
    for line in list.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        assert!(page.contains(&format!("{} ", cells[0])), "{line}");
    }
    let members = server.enrichment.rows("select CustomerId from stale order by 1");
    let mut shown =
        listed(server.page("/segment/stale?sort=customer").split("Members").last().unwrap());
    shown.sort();
    assert_eq!(shown, members);
    let change = server.enrichment.rapport(&["segment", "diff", "stale", "--format", "csv"]).done();
    let page = text(&server.page("/segment/stale"));
    let came = change.lines().filter(|line| line.ends_with(",came")).count();
    assert!(came > 0 && page.contains(&format!("Came ({came})")), "{change}: {page}");
    assert_eq!(server.get("/segment/nothing").status, 404);
}

#[test]
fn a_new_set_is_there_with_the_next_request() {
    let server = Server::start(&[]);
    let before = server.page("/");
    let report = server.enrichment.report(&["--as-of", "2025-02-28"]);
    let after = server.page("/");
    let run = report["run"].as_str().unwrap();
    assert!(!before.contains(run) && text(&after).contains(&format!("from run {run}")));
    assert!(text(&server.page("/runs")).contains(&format!("{run} published")));
}

#[test]
fn before_anything_is_published_the_pages_say_so() {
    let server = Server::over(Enrichment::new(), &[]);
    for path in ["/", "/customers", "/customer?id=C1", "/segments", "/sql"] {
        let reply = server.get(path);
        assert_eq!(reply.status, 503, "{path}");
        assert!(text(&reply.body).contains("Nothing is published yet"), "{path}");
    }
    assert!(text(&server.page("/runs")).contains("Nothing was run yet"));
    assert!(text(&server.page("/sources")).contains("message"));
    server.enrichment.run(&[]).done();
    assert!(text(&server.page("/")).contains("Customers enriched 2 of 2"));
}

#[test]
fn runs_and_sources_tell_what_changes() {
    let server = Server::start(&[]);
    let [runs, sources] = ["/runs/state", "/sources/state"].map(|path| server.page(path));
    assert_eq!([&runs, &sources], [&server.page("/runs/state"), &server.page("/sources/state")]);
    server.enrichment.export("late/Message_v1.json", &[]);
    let later = server.page("/sources/state");
    assert_ne!(later, sources);
    // bad rows alone make a run fail
    server.enrichment.write("exports/late/Message_v1.json", "{\"broken\": \n");
    let failed = server.enrichment.run(&[]);
    assert_ne!(failed.code, Some(0));
    assert_ne!(server.page("/runs/state"), runs);
    assert!(text(&server.page("/runs")).contains("failed"));
    let run =
        links(&server.page("/runs")).into_iter().find(|path| path.starts_with("/runs/")).unwrap();
    let page = text(&server.page(&run));
    assert!(page.contains("import") && page.contains("skipped"), "{page}");
    assert_eq!(server.get("/runs/none").status, 404);
}

/// Ids and titles that other systems would stumble over.
const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; drop table customer; --",
    "../../etc/passwd",
    "..",
    "a/b\\c?d#e&f=g%h",
    "CON",
    "con",
    "\u{202e}gnp.exe",
    "bell\u{7}and\u{0}zero",
    "two\nlines",
    "&amp;&lt;b&gt;",
];

#[test]
fn hostile_ids_and_titles_come_out_harmless() {
    let enrichment = Enrichment::new();
    let long = "x".repeat(300);
    let ids: Vec<&str> = HOSTILE.into_iter().chain([long.as_str()]).collect();
    enrichment.write_to_customers(&ids);
    enrichment.write(
        "segments/hostile.sql",
        "-- <script>alert(2)</script> \u{202e}\"title'\n-- </pre><b>\ntrue\n",
    );
    enrichment.run(&[]).done();
    let server = Server::over(enrichment, &[]);
    let list = server.page("/customers");
    let cards: Vec<String> =
        links(&list).into_iter().filter(|path| path.starts_with("/customer?")).collect();
    assert_eq!(cards.len(), ids.len());
    let mut pages =
        vec![list, server.page("/"), server.page("/segments"), server.page("/segment/hostile")];
    pages.extend(cards.iter().map(|card| server.page(card)));
    for id in &ids {
        pages.push(server.page(&format!("/customers?q={}", encoded(id))));
        let asked = server.post("/sql", &[("sql", "select CustomerId from customer")]).ok();
        pages.push(asked);
    }
    for page in &pages {
        for harmful in [
            "<script>alert",
            "<img src=x",
            "\u{202e}",
            "\u{7}",
            "\0",
            "</pre><b>",
            "onerror=alert(1)>",
        ] {
            assert!(!page.contains(harmful), "{harmful:?} in {page}");
        }
    }
    assert!(pages[0].contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(pages[3].contains("&lt;script&gt;alert(2)"));
    assert_eq!(server.get(&format!("/segment/{}", encoded("<b>"))).status, 404);
    assert_eq!(server.get("/customer?id=nobody").status, 404);
}
