//! Who is to be excluded, as people write it: addresses, and files of addresses.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use crate::activity::normal_form;
use crate::definition::own;

/// The normal form of an address; Exchange's own form (`/o=…/cn=…`) is one too.
pub fn address(text: &str) -> Result<String> {
    let normal = normal_form(text).unwrap_or_default();
    if normal.starts_with("/o=") {
        return Ok(normal);
    }
    own::address(text).map_err(|no| anyhow!("{}\nhint: {}", no.problem, no.hint))
}

/// The addresses that the arguments of a command name: each is an address, or `@FILE`.
pub fn addresses(arguments: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for argument in arguments {
        match argument.strip_prefix('@') {
            Some(file) => found.extend(of_file(Path::new(file))?),
            None => found.push(address(argument)?),
        }
    }
    Ok(found)
}

fn of_file(path: &Path) -> Result<Vec<String>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let Ok(text) = String::from_utf8(bytes) else {
        bail!("`{}` is not UTF-8 text\nhint: save the file as UTF-8", path.display());
    };
    of_text(path, &text)
}

/// One address a line, or the first column of CSV.
fn of_text(path: &Path, text: &str) -> Result<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let first = line.split([',', ';', '\t']).next().unwrap_or_default().trim();
        let first = first.strip_prefix('"').and_then(|f| f.strip_suffix('"')).unwrap_or(first);
        if first.is_empty() && line.trim().is_empty() {
            continue;
        }
        let address = address(first)
            .map_err(|problem| anyhow!("{}:{}: {problem}", path.display(), index + 1))?;
        found.push(address);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_an_address_a_line_or_in_its_first_column() -> Result<()> {
        let read = |text: &str| of_text(Path::new("out.csv"), text);
        let plain = read("\u{feff}Ann@x.example\r\n\r\n  mailto:bob@x.example \n")?;
        assert_eq!(plain, ["ann@x.example", "bob@x.example"]);
        assert_eq!(read("\"a@x.example\",Ann\nb@x.example;Bob")?, ["a@x.example", "b@x.example"]);
        assert_eq!(read("/O=Lab/OU=x/CN=y")?, ["/o=lab/ou=x/cn=y"]);
        for (text, line) in [("Email\na@x.example", 1), ("a@x.example\n\n,b@x.example", 3)] {
            let error = read(text).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.starts_with(&format!("out.csv:{line}: ")), "{error}");
            assert!(error.contains("is not an address\nhint: "), "{error}");
        }
        Ok(())
    }
}
