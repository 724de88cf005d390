//! `rapport check`.

use crate::support::export::{group, member, user};
use crate::support::{Enrichment, Tree, rapport};

#[test]
fn what_a_definition_resolves_to_is_shown() {
    let enrichment = Enrichment::new();
    let expected = "\
north: enrichment.toml is valid

own addresses        2
                     2  listed singly or in files
contacts             3  with 3 addresses, in 3 rows
customers            2
files                3
                     1  event
                     1  message
                     1  user
";
    let text = rapport(enrichment.folder(), &["check"]).done();
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(squeeze(&text), squeeze(expected));
}

#[test]
fn the_addresses_of_each_group_are_told() {
    let enrichment = Enrichment::new();
    enrichment.export("GroupDetails_v0.json", &[group("g", "Sales", "sales@north.example")]);
    enrichment.export(
        "GroupMembers_v0.json",
        &[
            member("g", "id-alice", "alice@north.example"),
            member("g", "id-cleo", "cleo@north.example"),
        ],
    );
    enrichment.define("addresses = [\"alice", "groups = [\"Sales\"]\naddresses = [\"alice");
    let text = rapport(enrichment.folder(), &["check"]).done();
    let lines: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(lines.contains(&vec!["own", "addresses", "3"]), "{text}");
    assert!(lines.contains(&vec!["2", "group", "`Sales`"]), "{text}");
    let warning =
        "\nwarning: 1 own address has no directory id in the user export: `cleo@north.example`\n";
    assert!(text.contains(warning), "{text}");
}

#[test]
fn mail_is_not_read_and_nothing_is_written() {
    let enrichment = Enrichment::new();
    enrichment.write("exports/Message_v1.json", "no JSON");
    enrichment.export("users.json", &[user("id-alice", "alice@north.example")]);
    let before = Tree::of(enrichment.folder());
    rapport(enrichment.folder(), &["check"]).done();
    Tree::of(enrichment.folder()).assert_same(&before);
}
