//! Addresses that the definition or its files list one by one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::super::error::{Error, reason};
use super::super::place::line_of;
use super::super::{Definition, Placed};
use crate::activity::normal_form;

/// Why a text is no address.
pub(crate) struct NoAddress {
    pub(crate) problem: String,
    pub(crate) hint: &'static str,
}

/// The normal form of one address.
pub(crate) fn address(text: &str) -> Result<String, NoAddress> {
    let address = normal_form(text).unwrap_or_default();
    let problem = format!("`{}` is not an address", text.trim());
    if address.contains([',', ';', '<', '>']) || address.contains(char::is_whitespace) {
        return Err(NoAddress { problem, hint: "write one plain address, without a name" });
    }
    match address.split_once('@') {
        Some((local, domain)) if !local.is_empty() && !domain.is_empty() => Ok(address),
        _ => Err(NoAddress { problem, hint: "an address looks like `alice@north.example`" }),
    }
}

/// All listed addresses, those of the files included.
pub(crate) fn listed(definition: &Definition) -> Result<BTreeSet<String>, Error> {
    let mut listed: BTreeSet<String> =
        definition.own.addresses.iter().map(|address| address.value.clone()).collect();
    for file in &definition.own.address_files {
        let text = read(definition, file)?;
        for (index, line) in text.lines().enumerate() {
            let written = without_comment(line);
            if written.is_empty() {
                continue;
            }
            listed.insert(address(written).map_err(|no_address| {
                Error::new(&file.value, no_address.problem).line(index + 1).hint(no_address.hint)
            })?);
        }
    }
    Ok(listed)
}

fn read(definition: &Definition, file: &Placed<std::path::PathBuf>) -> Result<String, Error> {
    let path: &Path = &file.value;
    let bytes = fs::read(path).map_err(|error| {
        let problem = format!("`{}` {}", path.display(), reason(&error));
        definition
            .error(file.line, "own.address_files", problem)
            .hint("paths are relative to the folder of the definition")
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
        Error::new(path, "not UTF-8 text").line(line).hint("save the file as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Drops a `#` comment. A `#` within an address stays: guests are `bob_x.example#EXT#@tenant`.
fn without_comment(line: &str) -> &str {
    let comment = line.char_indices().find(|(index, sign)| {
        *sign == '#' && line[..*index].chars().next_back().is_none_or(char::is_whitespace)
    });
    comment.map_or(line, |(index, _)| &line[..index]).trim()
}

#[cfg(test)]
mod tests {
    use super::without_comment;

    #[test]
    fn a_guest_keeps_its_number_signs() {
        assert_eq!(without_comment("bob_x#EXT#@t.example # a guest"), "bob_x#EXT#@t.example");
        assert_eq!(without_comment("  # nobody"), "");
    }
}
