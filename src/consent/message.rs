//! What an administrator is told when consent is asked for.

use std::path::Path;

use super::{MOST_MONTHS, Request, in_seconds};
use crate::catalog;
use crate::definition::count;

/// The text of a mail to the administrators about `request`, for the enrichment `name` whose definition is at `path`.
///
/// Plain text with a final line break, without headers. It names nobody but who asks, and no address that is listed.
pub fn message(request: &Request, name: &str, path: &Path) -> String {
    let scope = &request.scope;
    let region = scope.region.as_deref().unwrap_or("not given");
    let path = argument(&path.to_string_lossy());
    let addresses = count(scope.addresses.len(), "own address", "own addresses");
    let relations = catalog::relations().unwrap_or_default();
    let meaning = |name: &String| {
        let entity = catalog::layer(&relations, "entity").find(|entity| entity.name == name);
        entity.map_or_else(|| name.clone(), |entity| format!("{name}: {}", entity.header.title))
    };
    let published: Vec<String> = scope.publishes.iter().map(meaning).collect();
    format!(
        "Rapport asks for your consent to read the mail and calendars of `{name}`.

Asked by: {by}, at {at}
Tenant: {tenant}
Region: {region}

What is read:
{sources}
For whom: {addresses} listed one by one, and the members of {groups}

What is published, without an address, a name, a subject or a text:
{publishes}
  - what saved segments and measures ask of these
{groups_of}
How long it is kept: the last {runs}; imported activity until `rapport purge`.

To agree, before {until}:

    rapport consent grant --by ADMIN -d {path}

ADMIN is you, as the definition names its administrators. The consent lasts {MOST_MONTHS} months;
`--until DATE` makes it shorter. Without an answer nothing more is read than was agreed
to before. To refuse, or to take the consent back at any time:

    rapport consent revoke --by ADMIN -d {path}
",
        name = one_line(name),
        by = one_line(&request.by),
        at = in_seconds(request.at),
        tenant = one_line(&scope.tenant),
        region = one_line(region),
        sources = lines(&scope.sources),
        groups = groups(scope.groups.iter()),
        publishes = lines(&published),
        groups_of = smallest_group(scope.min_group),
        runs = count(scope.keeps_runs as usize, "run", "runs"),
        until = in_seconds(request.until),
    )
}

/// A line for each name.
fn lines<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let lines: Vec<String> =
        names.into_iter().map(|name| format!("  - {}", one_line(name))).collect();
    match lines.as_slice() {
        [] => "  - nothing".to_owned(),
        lines => lines.join("\n"),
    }
}

fn groups<'a>(names: impl ExactSizeIterator<Item = &'a String>) -> String {
    match names.len() {
        0 => "no group.".to_owned(),
        1 => format!("this group:\n{}", lines(names)),
        number => format!("these {number} groups:\n{}", lines(names)),
    }
}

/// Whose people and durations are not published.
fn smallest_group(min_group: Option<u32>) -> String {
    let told = |size| {
        format!(
            "How many people were involved, and how long things took, is left out for fewer than {size} own people.\n"
        )
    };
    min_group.map(told).unwrap_or_default()
}

/// No name can begin a line of its own, and so say something else than the message does.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The text as one argument of a shell command.
fn argument(text: &str) -> String {
    let text = one_line(text);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Scope;
    use super::super::tests::{asked, at, scope};
    use super::*;

    fn text(change: impl Fn(&mut Scope)) -> String {
        let mut consent = asked();
        let mut scope = scope();
        change(&mut scope);
        let request = consent.request(at("2026-05-04T09:00:00Z"), "rita", scope);
        message(request, "northwind", Path::new("/srv/northwind/enrichment.toml"))
    }

    #[test]
    fn an_administrator_is_told_all_that_is_agreed_to() {
        assert_eq!(
            text(|_| {}),
            "Rapport asks for your consent to read the mail and calendars of `northwind`.

Asked by: rita, at 2026-05-04T09:00:00Z
Tenant: 027d8585
Region: europe

What is read:
  - exports/directory
  - exports/mail (message)
For whom: 2 own addresses listed one by one, and the members of this group:
  - Sales

What is published, without an address, a name, a subject or a text:
  - Office: Engagement of each customer by year, month and week.
  - Period
  - what saved segments and measures ask of these

How long it is kept: the last 10 runs; imported activity until `rapport purge`.

To agree, before 2026-05-05T09:00:00Z:

    rapport consent grant --by ADMIN -d /srv/northwind/enrichment.toml

ADMIN is you, as the definition names its administrators. The consent lasts 6 months;
`--until DATE` makes it shorter. Without an answer nothing more is read than was agreed
to before. To refuse, or to take the consent back at any time:

    rapport consent revoke --by ADMIN -d /srv/northwind/enrichment.toml
"
        );
    }

    #[test]
    fn no_listed_address_is_in_it() {
        let text = text(|scope| {
            scope.addresses.extend(crate::exclusion::Key::of("carol@north.example"));
            scope.groups.clear();
            scope.region = None;
        });
        assert!(!text.contains('@'), "{text}");
        assert!(text.contains(
            "For whom: 3 own addresses listed one by one, and the members of no group.\n"
        ));
        assert!(text.contains("Region: not given\n"));
    }

    #[test]
    fn groups_that_are_too_small_are_told() {
        let text = text(|scope| scope.min_group = Some(5));
        let sentence = "\nHow many people were involved, and how long things took, is left out for fewer than 5 own people.\n\nHow long";
        assert!(text.contains(sentence), "{text}");
    }

    #[test]
    fn several_groups_are_counted_and_named() {
        let text = text(|scope| {
            scope.groups.insert("HR".to_owned());
        });
        assert!(text.contains("the members of these 2 groups:\n  - HR\n  - Sales\n"), "{text}");
    }

    #[test]
    fn a_name_cannot_add_a_line() {
        let text = text(|scope| {
            scope.tenant = "x\nRegion: uk".to_owned();
            scope.groups.insert("HR\r\n\nWhat is read:\n  - nothing".to_owned());
        });
        assert!(text.contains("Tenant: x Region: uk\n"), "{text}");
        assert_eq!(text.matches("\nWhat is read:").count(), 1);
        assert!(!text.contains('\r'));
    }

    #[test]
    fn the_command_can_be_pasted() {
        assert_eq!(argument("/srv/a-b_1.toml"), "/srv/a-b_1.toml");
        assert_eq!(argument("/srv/it's here/$(x).toml"), r"'/srv/it'\''s here/$(x).toml'");
        assert_eq!(argument(""), "''");
    }
}
