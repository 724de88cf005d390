//! Customer ids come from other people's systems: nothing that they hold does anything where a card is read.

use std::fmt::Write as _;

use super::card;
use crate::support::Enrichment;
use crate::support::export::message;

fn hostile() -> Vec<String> {
    let mut ids: Vec<String> = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</style></title></svg><svg onload=alert(1)>",
        "]]>&amp;&#60;b&#62;",
        "a\u{1b}[31mred\u{1b}]0;title\u{7}",
        "\u{9b}2Jcleared",
        "tab\tand\u{8}\u{8}back",
        "\u{202e}gnp.exe\u{2066}",
        "zero\u{200b}width\u{feff}",
        "tag\u{e0041}ged",
        "not\u{fffe}a character\u{ffff}",
        "'; drop table Office; --",
        "-9",
        "Ölwerke 株式会社 שלום",
        "e\u{301}",
    ]
    .map(str::to_owned)
    .to_vec();
    ids.push("long".repeat(2000));
    ids.push(format!("marks{}", "\u{301}".repeat(500)));
    ids
}

/// One customer for each id, all with a message.
fn company(ids: &[String]) -> Enrichment {
    let enrichment = Enrichment::empty();
    let mut contacts = "ContactId,CustomerId,Email\n".to_owned();
    let mut messages = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        writeln!(contacts, "k{at},\"{}\",a@c{at}.example", id.replace('"', "\"\"")).unwrap();
        let to = format!("a@c{at}.example");
        messages.push(message(
            &at.to_string(),
            "alice@north.example",
            &[&to],
            "2025-06-02T09:00:00Z",
        ));
    }
    enrichment.write("contacts.csv", contacts);
    enrichment.export("Message_v1.json", &messages);
    enrichment.run(&[]).done();
    enrichment
}

/// Nothing moves the cursor, turns the text around or cannot be seen.
#[track_caller]
fn assert_harmless(text: &str) {
    let harms = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffe}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
    };
    assert!(!text.contains(harms), "{text:?}");
}

#[test]
fn hostile_ids_come_out_harmless_everywhere() {
    let ids = hostile();
    let enrichment = company(&ids);
    for id in &ids {
        let text = card(&enrichment, &["--width", "60", "--", id]).done();
        assert_harmless(&text);
        let widest = text.lines().map(console::measure_text_width).max().unwrap();
        assert!(widest <= 60, "{text}");
        assert!(text.lines().next().unwrap().chars().count() < 300, "{text}");
        let text = card(&enrichment, &["--ascii", "--", id]).done();
        assert!(text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)), "{text}");
    }
    for width in ["60", "200"] {
        let text = card(&enrichment, &["--top", "100", "--width", width]).done();
        assert_harmless(&text);
        assert_eq!(text.lines().count(), 1 + ids.len());
        let widest = text.lines().map(console::measure_text_width).max().unwrap();
        assert!(widest <= width.parse().unwrap(), "{text}");
    }
}

#[test]
fn hostile_ids_are_text_in_pages_and_pictures() {
    let ids = hostile();
    let enrichment = company(&ids);
    for id in &ids {
        card(&enrichment, &["--html", "a.html", "--svg", "a.svg", "--", id]).done();
        let read = |name: &str| std::fs::read_to_string(enrichment.folder().join(name)).unwrap();
        let (page, picture) = (read("a.html"), read("a.svg"));
        for text in [&page, &picture] {
            let without_style = text.split("<style>").next().unwrap().to_owned()
                + text.split("</style>").last().unwrap();
            assert_harmless(&without_style);
            assert_eq!(text.matches("</style>").count(), 1, "{id:?}");
            for mark in ["<script", "<img", "<b>", "<svg onload"] {
                assert!(!text.contains(mark), "{id:?}");
            }
        }
        let picture = roxmltree::Document::parse(&picture).unwrap();
        let elements = picture.descendants().filter(|node| node.is_element());
        let handler = |name: &str| name.starts_with("on");
        for element in elements {
            assert!(element.attributes().all(|attribute| !handler(attribute.name())), "{id:?}");
        }
        let title = picture
            .descendants()
            .find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "title")));
        let title = title.unwrap().text().unwrap();
        assert!(title.starts_with("Engagement of ") && title.chars().count() < 220, "{title}");
    }
    // what was typed is no safer than what was stored
    let error = card(&enrichment, &["--", "no\u{1b}[31m\u{202e}body"]).failed(1);
    assert_harmless(&error);
}
