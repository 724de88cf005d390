//! Names near a mistyped one, and lists of names, for messages.

/// The nearest of `names`, if any is near enough to be what was meant.
pub(crate) fn nearest<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    near(text, names, 1).into_iter().next()
}

/// Up to `count` names near `text`, nearest first, each once.
pub(crate) fn near<'a>(
    text: &str,
    names: impl IntoIterator<Item = &'a str>,
    count: usize,
) -> Vec<&'a str> {
    let wanted = plain(text);
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let other = plain(name);
            let distance = strsim::damerau_levenshtein(&wanted, &other);
            let longest = wanted.chars().count().max(other.chars().count());
            let is_part = wanted.len().min(other.len()) >= 3
                && (wanted.contains(&other) || other.contains(&wanted));
            (is_part || distance * 3 <= longest).then_some((distance, name))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(count).map(|(_, name)| name).collect()
}

/// Letters and digits in lower case: `Primary-Email` and `primary_email` are the same typing.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `a`, `b` and `c`
pub(crate) fn list<T: AsRef<str>>(names: impl IntoIterator<Item = T>, last: &str) -> String {
    let quoted: Vec<String> =
        names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        None => "none".to_owned(),
        Some((only, [])) => only.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// The first five of `names` and how many more there are.
pub(crate) fn first_five<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<String> = names.iter().take(5).map(|n| format!("`{}`", n.as_ref())).collect();
    match names.len().saturating_sub(5) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `1 row`, `2 rows`
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_slip_and_a_part_are_near_and_a_stranger_is_not() {
        assert_eq!(nearest("timezon", ["timezone", "days"]), Some("timezone"));
        assert_eq!(nearest("Email", ["Name", "PrimaryEmail"]), Some("PrimaryEmail"));
        assert_eq!(nearest("colour", ["timezone", "days"]), None);
    }
}
