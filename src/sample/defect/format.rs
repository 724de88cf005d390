//! The same rows in other formats: compressed, UTF-16, Windows line ends, side by side, the PascalCase of the `_v0` data sets.
//!
//! Line by line, so memory stays bounded however large a part is. Not here: defects of single rows.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use super::{Planted, parts, planted};

/// How a part is written again.
#[derive(Clone, Copy)]
enum Format {
    Gzip,
    Zstd,
    Utf16,
    WindowsLines,
    SideBySide,
    Pascal,
}

/// Parts of every data set that stay as they are: the last ones, for people to look at.
const PLAIN: usize = 3;

/// Rewrites some parts of each data set; the others but the last few are compressed to keep the sample small.
pub(super) fn vary(dir: &Path) -> anyhow::Result<Vec<Planted>> {
    let mut all = Vec::new();
    let mut compressed = 0;
    for (data_set, special) in [
        ("Message_v1", &[(3, Format::Pascal), (5, Format::Zstd)][..]),
        ("SentItem_v1", &[(8, Format::SideBySide)]),
        ("Inbox_v1", &[(6, Format::Utf16), (7, Format::WindowsLines)]),
        ("Event_v1", &[(4, Format::Pascal)]),
        ("CalendarView_v0", &[]),
    ] {
        let parts = parts(dir, data_set)?;
        let plain_from = parts.len().saturating_sub(PLAIN);
        for (index, part) in parts.iter().enumerate() {
            match special.iter().find(|(place, _)| *place == index) {
                Some(&(_, format)) => {
                    all.push(described(format, part, &rewrite(dir, part, format)?))
                }
                None if index < plain_from => {
                    rewrite(dir, part, Format::Gzip)?;
                    compressed += 1;
                }
                None => {}
            }
        }
        if data_set == "Message_v1"
            && let Some(part) = parts.get(plain_from + 1)
        {
            let again = part.with_extension("again.json");
            std::fs::copy(dir.join(part), dir.join(&again))
                .with_context(|| format!("cannot write `{}`", again.display()))?;
            let again = rewrite(dir, &again, Format::Gzip)?;
            all.push(planted(
                format!(
                    "all rows of `{}` once more, as when a delivery is repeated",
                    part.display()
                ),
                again.display().to_string(),
                "copies of messages that are known: merged, and counted as duplicates",
            ));
        }
    }
    all.insert(
        0,
        planted(
            format!("{compressed} parts compressed with gzip"),
            "exports/*/part-*.json.gz",
            "decompressed while reading",
        ),
    );
    Ok(all)
}

fn described(format: Format, part: &Path, place: &Path) -> Planted {
    let (what, outcome) = match format {
        Format::Gzip => ("part compressed with gzip", "decompressed while reading"),
        Format::Zstd => ("part compressed with Zstandard", "decompressed while reading"),
        Format::Utf16 => ("part in UTF-16LE with a byte order mark", "read by its byte order mark"),
        Format::WindowsLines => {
            ("part with Windows line ends and a break after the last line", "read like any other")
        }
        Format::SideBySide => {
            ("part whose rows stand side by side on one line", "read like any other")
        }
        Format::Pascal => (
            "part of a `_v0` data set: names in PascalCase, objects over several lines",
            "names match without regard to case",
        ),
    };
    planted(format!("{what} (would be `{}`)", part.display()), place.display().to_string(), outcome)
}

/// Writes a part again in a format and removes the plain one; tells the new path.
fn rewrite(dir: &Path, part: &Path, format: Format) -> anyhow::Result<PathBuf> {
    let name = part.display().to_string();
    let target = match format {
        Format::Gzip => format!("{name}.gz"),
        Format::Zstd => format!("{name}.zst"),
        Format::Pascal => name.replace("_v1", "_v0"),
        Format::Utf16 => name.replace(".json", "-utf16.json"),
        Format::WindowsLines => name.replace(".json", "-crlf.json"),
        Format::SideBySide => name.replace(".json", "-side-by-side.json"),
    };
    let target = PathBuf::from(target);
    let context = || format!("cannot write `{}`", target.display());
    if let Some(folder) = dir.join(&target).parent() {
        std::fs::create_dir_all(folder).with_context(context)?;
    }
    let source = BufReader::new(
        File::open(dir.join(part)).with_context(|| format!("cannot read `{name}`"))?,
    );
    let mut out = BufWriter::new(File::create(dir.join(&target)).with_context(context)?);
    write(source, &mut out, format).and_then(|()| Ok(out.flush()?)).with_context(context)?;
    std::fs::remove_file(dir.join(part)).with_context(|| format!("cannot remove `{name}`"))?;
    Ok(target)
}

fn write(mut source: BufReader<File>, out: &mut impl Write, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Gzip => {
            let mut encoder =
                flate2::GzBuilder::new().mtime(0).write(out, flate2::Compression::best());
            std::io::copy(&mut source, &mut encoder)?;
            encoder.finish()?;
        }
        Format::Zstd => {
            let mut encoder = zstd::Encoder::new(out, 19)?;
            std::io::copy(&mut source, &mut encoder)?;
            encoder.finish()?;
        }
        Format::Utf16 => {
            out.write_all(&[0xff, 0xfe])?;
            for (index, line) in source.lines().enumerate() {
                let line = if index > 0 { format!("\n{}", line?) } else { line? };
                for unit in line.encode_utf16() {
                    out.write_all(&unit.to_le_bytes())?;
                }
            }
        }
        Format::WindowsLines => {
            for line in source.lines() {
                write!(out, "{}\r\n", line?)?;
            }
        }
        Format::SideBySide => {
            for line in source.lines() {
                out.write_all(line?.as_bytes())?;
            }
        }
        Format::Pascal => {
            for line in source.lines() {
                let row: Value = serde_json::from_str(&line?)?;
                let mut row = pascal(row, true);
                // The order must not hang on whether some other crate turns on serde_json's `preserve_order`.
                row.sort_all_objects();
                serde_json::to_writer_pretty(&mut *out, &row)?;
                out.write_all(b"\n")?;
            }
        }
    }
    Ok(())
}

/// A row of a `_v1` data set as `_v0` writes it.
fn pascal(value: Value, is_row: bool) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(name, _)| {
                !(is_row
                    && matches!(name.as_str(), "bodyPreview" | "inferenceClassification" | "flag"))
            })
            .map(|(name, value)| match name.as_str() {
                // Trailing fields and a few names are the same in both.
                "puser" | "ptenant" | "pAdditionalInfo" | "datarow" | "userrow" | "pagerow"
                | "rowinformation" | "iCalUId"
                    if is_row =>
                {
                    (name, value)
                }
                "importance" | "sensitivity" | "showAs" | "type" if is_row => (
                    capital(&name),
                    value.as_str().map_or(Value::Null, |text| capital(text).into()),
                ),
                "ODataType" => (name, pascal(value, false)),
                _ => (capital(&name), pascal(value, false)),
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(|item| pascal(item, false)).collect(),
        Value::String(text) => {
            match text.strip_prefix("microsoft.graph.").and_then(|rest| rest.split_once('\'')) {
                Some((kind, name)) => {
                    format!("Microsoft.OutlookServices.{}'{}", capital(kind), capital(name)).into()
                }
                None => match text.strip_prefix("#microsoft.graph.") {
                    Some(kind) => format!("#Microsoft.OutlookServices.{}", capital(kind)).into(),
                    None => text.into(),
                },
            }
        }
        other => other,
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pascal_case_keeps_the_trailing_fields() {
        let row = serde_json::json!({
            "id": "1", "iCalUId": "x", "type": "singleInstance", "puser": "p", "rowinformation": {"isUserSummaryRow": false},
            "attendees": [{"type": "microsoft.graph.attendeeType'required'", "emailAddress": {"address": "a@b.example"}}],
            "ODataType": "#microsoft.graph.event", "bodyPreview": "x",
        });
        let expected = serde_json::json!({
            "Id": "1", "iCalUId": "x", "Type": "SingleInstance", "puser": "p", "rowinformation": {"isUserSummaryRow": false},
            "Attendees": [{"Type": "Microsoft.OutlookServices.AttendeeType'Required'", "EmailAddress": {"Address": "a@b.example"}}],
            "ODataType": "#Microsoft.OutlookServices.Event",
        });
        assert_eq!(pascal(row, true), expected);
    }
}
