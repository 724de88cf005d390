//! What is left of a person in the files below a folder: their raw bytes, and the texts of Parquet decoded.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

/// The texts that stand for a person.
#[derive(Debug, Clone)]
pub struct Trace {
    /// In lower case.
    texts: Vec<String>,
}

impl Trace {
    /// Addresses and directory ids, in whatever case.
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self { texts: texts.into_iter().map(str::to_ascii_lowercase).collect() }
    }

    /// The files below `folder` in which the person is; links are not followed.
    pub fn files(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        self.search(folder, &mut found)?;
        found.sort();
        Ok(found)
    }

    fn search(&self, folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
        let cannot = || format!("cannot read `{}`", folder.display());
        if !folder.exists() {
            return Ok(());
        }
        for entry in fs::read_dir(folder).with_context(cannot)? {
            let entry = entry.with_context(cannot)?;
            let kind = entry.file_type().with_context(cannot)?;
            let path = entry.path();
            if kind.is_dir() {
                self.search(&path, found)?;
            } else if kind.is_file() && self.is_in(&path)? {
                found.push(path);
            }
        }
        Ok(())
    }

    fn is_in(&self, path: &Path) -> Result<bool> {
        let cannot = || format!("cannot read `{}`", path.display());
        let is_parquet = path.extension().is_some_and(|extension| extension == "parquet");
        Ok(self.is_in_bytes(path).with_context(cannot)?
            || is_parquet && self.is_in_parquet(path).with_context(cannot)?)
    }

    fn is_in_bytes(&self, path: &Path) -> std::io::Result<bool> {
        // a text and what stands beside it may lie across two chunks
        let longest = self.texts.iter().map(String::len).max().unwrap_or(0) + 3;
        let mut file = File::open(path)?;
        let mut bytes = Vec::new();
        loop {
            let read = file.by_ref().take(CHUNK as u64).read_to_end(&mut bytes)?;
            let is_end = read < CHUNK;
            if self.is_in_text(&mut bytes) {
                return Ok(true);
            }
            if is_end {
                return Ok(false);
            }
            bytes.drain(..bytes.len().saturating_sub(longest));
        }
    }

    fn is_in_parquet(&self, path: &Path) -> Result<bool> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()?;
        for rows in reader {
            for column in rows?.columns() {
                if self.is_in_array(column)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn is_in_array(&self, array: &dyn Array) -> Result<bool> {
        Ok(match array.data_type() {
            DataType::Utf8 => {
                let mut texts = array.as_string::<i32>().iter().flatten();
                texts.any(|text| self.is_in_text(&mut text.as_bytes().to_vec()))
            }
            DataType::LargeUtf8 | DataType::Utf8View => {
                self.is_in_array(&cast(array, &DataType::Utf8)?)?
            }
            DataType::Dictionary(_, _) => self.is_in_array(array.as_any_dictionary().values())?,
            DataType::List(_) => self.is_in_array(array.as_list::<i32>().values())?,
            DataType::LargeList(_) => self.is_in_array(array.as_list::<i64>().values())?,
            DataType::Struct(_) => {
                for column in array.as_struct().columns() {
                    if self.is_in_array(column)? {
                        return Ok(true);
                    }
                }
                false
            }
            DataType::Map(_, _) => self.is_in_array(array.as_map().entries())?,
            _ => false,
        })
    }

    /// One of the texts stands in the bytes by itself, not as a part of a longer address or id; lower-cases them.
    fn is_in_text(&self, bytes: &mut [u8]) -> bool {
        bytes.make_ascii_lowercase();
        self.texts.iter().any(|text| {
            memchr::memmem::find_iter(bytes, text.as_bytes()).any(|at| {
                let after = &bytes[at + text.len()..];
                !bytes[..at].last().is_some_and(|&byte| is_of_address(byte))
                    && !after.first().is_some_and(|&byte| byte == b'-' || is_of_word(byte))
                    && !matches!(after, [b'.', next, ..] if is_of_word(*next))
            })
        })
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// Letters, digits and the signs that addresses usually have before the `@`.
fn is_of_address(byte: u8) -> bool {
    is_of_word(byte) || b".-_+'".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_by_itself_and_not_in_a_longer_one() {
        let trace = Trace::new(["Bob@x.example", "1-2"]);
        let is_in = |text: &str| trace.is_in_text(&mut text.as_bytes().to_vec());
        for text in ["bob@x.example", "<BOB@X.example>.", "\0bob@x.example\u{1}", "id 1-2,"] {
            assert!(is_in(text), "{text}");
        }
        for text in ["jim.bob@x.example", "bob@x.example.uk", "bob@x.examples", "1-2-3", "01-2"] {
            assert!(!is_in(text), "{text}");
        }
    }

    #[test]
    fn files_are_searched_across_chunks_and_inside_of_parquet() -> Result<()> {
        use crate::activity::table::{MessageTable, Table};
        let folder = tempfile::tempdir()?;
        let mut long = vec![b' '; CHUNK - 5];
        long.extend(b"bob@x.example");
        fs::create_dir(folder.path().join("in"))?;
        fs::write(folder.path().join("in/long.txt"), &long)?;
        fs::write(folder.path().join("none.txt"), "jim.bob@x.example")?;
        let mut table = MessageTable::default();
        for sent_at in 0..100 {
            table.push(&crate::activity::MessageCopy {
                mailbox: None,
                message_id: None,
                sent_at,
                sender: None,
                recipients: vec!["bob@x.example".into()],
                conversation: None,
                in_reply_to: None,
                is_draft: false,
                is_meeting_traffic: false,
                is_automatic: false,
            });
        }
        let bytes = crate::engine::parquet(&table.finish()?)?;
        fs::write(folder.path().join("rows.parquet"), bytes)?;
        let found = Trace::new(["bob@x.example"]).files(folder.path())?;
        let names: Vec<_> = found.iter().map(|path| path.strip_prefix(folder.path())).collect();
        assert_eq!(names, [Ok(Path::new("in/long.txt")), Ok(Path::new("rows.parquet"))]);
        Ok(())
    }
}
