//! The quick way and the careful one give the same, whatever a text holds.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

/// Text in blocks of a length that no row knows of.
struct Blocks<'a>(std::slice::Chunks<'a, u8>);

impl Input for Blocks<'_> {
    fn more(&mut self, buffer: &mut Vec<u8>, passed: usize) -> io::Result<bool> {
        buffer.drain(..passed);
        let next = self.0.next();
        buffer.extend_from_slice(next.unwrap_or_default());
        Ok(next.is_some())
    }
}

fn read_both_ways(kind: Kind, text: &[u8], block: usize) -> (usize, usize) {
    let (mut rows, mut quick) = (0, 0);
    let read = |way: Option<Quick>| {
        let mut found = Vec::new();
        let frames = Frames::new(Blocks(text.chunks(block)), ROW_LIMIT);
        let end = read_text::<_, ()>(frames, Compression::None, kind, way, &mut |row| {
            found.push(row);
            Ok(())
        });
        (found, end.map_err(|error| format!("{error:?}")))
    };
    let (careful, both) = (read(None), read(Some(scan)));
    if careful != both {
        let at = careful.0.iter().zip(&both.0).position(|(one, other)| one != other);
        panic!("{kind}: row {at:?}, {:?} and {:?}", careful.1, both.1);
    }
    for line in text.split(|&byte| byte == b'\n') {
        rows += 1;
        quick += usize::from(scan::plain(line).is_some_and(|text| scan(kind, text).is_some()));
    }
    (rows, quick)
}

/// Texts of the repository: the cases of this room and the shipped company.
fn texts() -> Vec<(Kind, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = [root.join("tests/source"), root.join("data/exports")];
    let files = files.iter().flat_map(walkdir::WalkDir::new).filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = files.map(walkdir::DirEntry::into_path).collect();
    paths.sort();
    let mut texts = Vec::new();
    for path in paths.iter().filter(|path| path.is_file()) {
        let name = path.strip_prefix(root).unwrap();
        let Some(kind) = Kind::of_path(name) else { continue };
        // damaged ones are for `tests/source`
        let Ok(Format::Text(file, compression)) = decode::open(path) else { continue };
        let mut text = Vec::new();
        if decode::text(file, compression).unwrap().read_to_end(&mut text).is_ok() {
            texts.push((kind, text));
        }
    }
    texts
}

#[test]
fn every_text_of_the_repository_is_read_the_same_both_ways() {
    let (mut rows, mut quick) = (0, 0);
    for (kind, text) in texts() {
        let (more_rows, more_quick) = read_both_ways(kind, &text, 64 * 1024);
        rows += more_rows;
        quick += more_quick;
        if text.len() < 20_000 {
            read_both_ways(kind, &text, 7);
        }
    }
    // or the comparison would compare nothing
    assert!(quick > 2000 && quick < rows, "{quick} of {rows} lines");
}

#[test]
fn bent_rows_are_read_the_same_both_ways() {
    const PIECES: [&str; 44] = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "\\",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "\0",
        "\u{1f}",
        "\u{7f}",
        "é",
        "\u{feff}",
        "null",
        "true",
        "false",
        "nul",
        "0",
        "01",
        "-",
        "-0",
        "1.",
        ".5",
        "1e5",
        "1E+",
        "1e400",
        "\\u00e9",
        "\\ud800",
        "\\u12",
        "\\n",
        "\\x",
        "\\\\",
        "\\\"",
        "{}",
        "[]",
        "{\"a\":[{\"b\":1}]}",
        "\"isDraft\":\"TRUE\",",
        "\"SENTDATETIME\":null,",
        "/",
    ];
    let mut dice = ChaCha8Rng::seed_from_u64(7);
    let texts = texts();
    let mut lines = Vec::new();
    for (kind, text) in &texts {
        let all = text.split(|&byte| byte == b'\n').filter(|line| line.len() < 4000);
        lines.extend(all.take(3).map(|line| (*kind, line)));
    }
    let (mut rows, mut quick) = (0, 0);
    for _ in 0..20_000 {
        let (kind, line) = *lines.choose(&mut dice).unwrap();
        let mut text = line.to_vec();
        for _ in 0..dice.random_range(1..4) {
            let at = dice.random_range(0..=text.len());
            let end = (at + dice.random_range(0..4)).min(text.len());
            let piece = PIECES.choose(&mut dice).unwrap().as_bytes();
            match dice.random_range(0..6) {
                0 => text.truncate(at),
                1 => _ = text.drain(at..end),
                2 if at < text.len() => text[at] = dice.random(),
                _ => _ = text.splice(at..end, piece.iter().copied()),
            }
        }
        text.push(b'\n');
        text.extend_from_slice(line);
        let (more_rows, more_quick) = read_both_ways(kind, &text, dice.random_range(1..3000));
        rows += more_rows;
        quick += more_quick;
    }
    assert!(quick * 3 > rows && quick < rows, "{quick} of {rows} lines");
}

#[test]
fn deep_rows_are_read_the_same_both_ways() {
    for depth in [1, 60, 61, 62, 63, 64, 65, 126, 127, 128, 129, 1000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            for field in ["x", "from", "toRecipients", "rowinformation"] {
                let (open, close) = (open.repeat(depth), close.repeat(depth));
                let text =
                    format!("{{\"{field}\":{open}1{close},\"sentDateTime\":\"2024-01-01\"}}\n");
                read_both_ways(Kind::Message, text.as_bytes(), 100);
            }
        }
    }
}

#[test]
fn the_hash_is_that_of_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Message_v1.json");
    fs::write(&path, "{}").unwrap();
    let read = |path: &Path| {
        read_hashed::<String>(path, Kind::Message, &mut |_| {}, &mut |_| Ok(()))
            .map_err(|error| error.to_string())
    };
    assert_eq!(hash(&path, &|| false).unwrap(), twox_hash::XxHash3_128::oneshot(b"{}"));
    assert!(read(&path).is_err(), "no necessary column");
    let row = r#"{"sentDateTime":"2024-01-01","from":null,"toRecipients":[]}"#;
    fs::write(&path, row).unwrap();
    assert_eq!(read(&path), Ok(twox_hash::XxHash3_128::oneshot(row.as_bytes())));
}
