//! Twelve customers with a year that is written down here by rule.

use std::sync::OnceLock;

use serde_json::json;

use crate::support::export::{meeting, message};
use crate::support::{Enrichment, Tree};

/// `ACC-01` to `ACC-12`, published as of 2025-06-30.
///
/// In month m, from July 2024 as 0, customer k gets (k + 3m) mod 5 messages and sends (k · m) mod 4, which answer the
/// first of the month; every even one meets us in each third month, every fifth one also at its own invitation in
/// each fifth.
pub(super) fn company() -> Enrichment {
    static TREE: OnceLock<Tree> = OnceLock::new();
    let tree = TREE.get_or_init(|| {
        let enrichment = Enrichment::empty();
        let mut contacts = "ContactId,CustomerId,Email\n".to_owned();
        let (mut messages, mut meetings) = (Vec::new(), Vec::new());
        for k in 1..=12_u32 {
            contacts +=
                &format!("k{k},ACC-{k:02},a@c{k}.example\nm{k},ACC-{k:02},b@c{k}.example\n");
            for m in 0..12 {
                month(k, m, &mut messages, &mut meetings);
            }
        }
        enrichment.write("contacts.csv", contacts);
        enrichment.export("Message_v1.json", &messages);
        enrichment.export("Event_v1.json", &meetings);
        enrichment.run(&[]).done();
        Tree::of(enrichment.folder())
    });
    Enrichment::from_tree(tree)
}

fn month(
    k: u32,
    m: u32,
    messages: &mut Vec<serde_json::Value>,
    meetings: &mut Vec<serde_json::Value>,
) {
    let own = ["alice@north.example", "bob@north.example"];
    let theirs = [format!("a@c{k}.example"), format!("b@c{k}.example")];
    let month = format!("{}-{:02}", 2024 + (m + 6) / 12, (m + 6) % 12 + 1);
    let mut sent = |name: String, from: &str, to: &str, day: u32, hour: u32| {
        let at = format!("{month}-{day:02}T{hour:02}:00:00Z");
        let mut row = message(&name, from, &[to], &at);
        row["conversationId"] = json!(format!("{k} in {month}"));
        messages.push(row);
    };
    for n in 0..(k + 3 * m) % 5 {
        let (from, to) = (own[(n % 2) as usize], &theirs[(m % 2) as usize]);
        sent(format!("to-{k}-{m}-{n}"), from, to, 2 + n, 9);
    }
    for n in 0..(k * m) % 4 {
        sent(format!("from-{k}-{m}-{n}"), &theirs[0], own[0], 9 + n, 12 + k);
    }
    if k.is_multiple_of(2) && m % 3 == 1 {
        let start = format!("{month}-10T09:00:00");
        meetings.push(meeting(&format!("own-{k}-{m}"), own[0], &[&theirs[0]], &start));
    }
    if k.is_multiple_of(5) && m.is_multiple_of(5) {
        let start = format!("{month}-20T09:00:00");
        meetings.push(meeting(&format!("theirs-{k}-{m}"), &theirs[1], &own, &start));
    }
}
