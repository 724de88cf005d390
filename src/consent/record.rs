//! The file of a consent, JSON that people can read.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Consent;
use crate::store;

/// Where the consent to read the activity of the output at `root` is kept.
pub fn file(root: &Path) -> PathBuf {
    store::state(root).join("consent.json")
}

/// Reads the consent at `path`; a missing file is one that nobody has asked for.
///
/// A file that cannot be read is an error, and so is a damaged one: without a sound record nothing is agreed.
pub fn load(path: &Path) -> Result<Consent> {
    let text = match fs::read(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Consent::default());
        }
        text => text.with_context(|| format!("cannot read `{}`", path.display()))?,
    };
    match serde_json::from_slice(&text) {
        Ok(consent) => Ok(consent),
        Err(error) => bail!(
            "{}:{}: the record of the consent is damaged: {error}\nhint: restore the file, or remove it and ask anew with `rapport consent request`",
            path.display(),
            error.line()
        ),
    }
}

/// Who has taken back the consent to read the activity of the output at `root`, or `a purge` where even the record of
/// it is gone; nothing while there is one.
pub fn withdrawn(root: &Path) -> Result<Option<String>> {
    let Consent { approval, revocation, .. } = load(&file(root))?;
    let by = || revocation.map_or_else(|| "a purge".to_owned(), |revocation| revocation.by);
    Ok(approval.is_none().then(by))
}

/// Times as RFC 3339 in UTC, in whole seconds.
pub(super) mod seconds {
    use chrono::{DateTime, Utc};
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(in super::super) fn serialize<S: Serializer>(
        at: &DateTime<Utc>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::super::in_seconds(*at))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at = DateTime::parse_from_rfc3339(&text)
            .map_err(|_| de::Error::custom(format!("`{text}` is no time")))?;
        Ok(at.to_utc())
    }
}

#[cfg(test)]
mod tests {

    use super::super::tests::{administrators, asked, at, given, scope};
    use super::*;

    /// A file of its own with this text.
    fn file(text: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("consent.json");
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn a_missing_file_is_an_empty_record() {
        assert_eq!(load(Path::new("no/such/consent.json")).unwrap(), Consent::default());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut revoked = given();
        revoked.revoke(at("2026-06-01T08:00:00Z"), "ada@north.example", &administrators()).unwrap();
        let mut renewed = given();
        renewed.request(at("2026-06-01T08:00:00.123Z"), "rita", scope());
        for consent in [Consent::default(), asked(), given(), revoked, renewed] {
            let (_folder, path) = file(&store::to_json(&consent).unwrap());
            assert_eq!(load(&path).unwrap(), consent);
        }
    }

    #[test]
    fn the_file_is_for_people_too() {
        let text = String::from_utf8(store::to_json(&given()).unwrap()).unwrap();
        assert!(
            text.starts_with("{\n  \"approval\": {\n    \"at\": \"2026-05-04T10:00:00Z\",\n"),
            "{text}"
        );
        assert!(
            text.contains("\"until\": \"2026-11-04\",\n    \"ends\": \"2026-11-04T23:00:00Z\","),
            "{text}"
        );
        assert!(text.ends_with("}\n"));
        assert_eq!(store::to_json(&Consent::default()).unwrap(), b"{}\n");
    }

    #[test]
    fn a_damaged_file_is_told_with_its_line_and_what_to_do() {
        let sound = String::from_utf8(store::to_json(&given()).unwrap()).unwrap();
        let broken = |text: &str, line: usize, reason: &str| {
            let (_folder, path) = file(text.as_bytes());
            let error = load(&path).unwrap_err().to_string();
            let start = format!(
                "{}:{line}: the record of the consent is damaged: {reason}",
                path.display()
            );
            assert!(error.starts_with(&start), "{error}");
            let hint = "\nhint: restore the file, or remove it and ask anew with `rapport consent request`";
            assert!(error.ends_with(hint), "{error}");
        };
        broken("", 1, "EOF");
        broken(
            &sound.replacen("2026-05-04T10:00:00Z", "yesterday", 1),
            3,
            "`yesterday` is no time",
        );
        broken(&sound.replacen("\"until\": \"2026-11-04\"", "\"until\": \"soon\"", 1), 5, "");
        broken(&sound.replacen("\"by\"", "\"from\"", 1), 4, "unknown field `from`");
        broken(&sound.replacen("\"approval\"", "\"approved\"", 1), 2, "unknown field `approved`");
        broken(&sound[..40], 3, "EOF");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_no_empty_record() {
        let folder = tempfile::tempdir().unwrap();
        let error = load(folder.path()).unwrap_err().to_string();
        assert_eq!(error, format!("cannot read `{}`", folder.path().display()));
    }
}
