//! Finds the rows in JSON text: one object a line, objects over many lines, objects side by side,
//! or an array of objects.
//!
//! Only brackets, quotes and line breaks are looked at; whether a row is JSON is for `json`.
//! A row that breaks costs itself only: reading goes on at the next line that begins like a row.

use std::io;

use super::Reason;

/// How far the first row is looked for.
const HEAD: usize = 256 * 1024;
/// The longest line that is handed out as one row unseen.
const LINE_LIMIT: usize = 16 * 1024 * 1024;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// One row found, or the place of one that cannot be cut out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame<'a> {
    Row { line: u64, bytes: &'a [u8] },
    Broken { line: u64, reason: Reason },
}

/// Where text comes from.
pub(super) trait Input {
    /// Takes the first `passed` bytes out of the buffer and appends more text; `false` at the end, when
    /// there is none.
    fn more(&mut self, buffer: &mut Vec<u8>, passed: usize) -> io::Result<bool>;
}

/// The rows of a text, held one at a time.
pub(super) struct Frames<I> {
    input: I,
    /// Longest row in bytes; a longer one is broken.
    limit: usize,
    /// `buffer[start..]` is read and not yet passed.
    buffer: Vec<u8>,
    start: usize,
    /// Length and line breaks of the row handed out last.
    passed: usize,
    passed_lines: u64,
    /// Line of `buffer[start]`, from 1.
    line: u64,
    /// Blanks between the line's begin and `start`; `None` behind anything else.
    blanks: Option<usize>,
    /// Blanks before rows that begin a line, from the first such row.
    indent: Option<usize>,
    /// After a broken row: what follows on its line belongs to it.
    is_broken: bool,
    /// Open brackets of the row being scanned.
    open: Vec<u8>,
}

impl<I: Input> Frames<I> {
    pub(super) fn new(input: I, limit: usize) -> Self {
        Self {
            input,
            limit,
            buffer: Vec::new(),
            start: 0,
            passed: 0,
            passed_lines: 0,
            line: 1,
            blanks: Some(0),
            indent: None,
            is_broken: false,
            open: Vec::new(),
        }
    }

    /// Whether the text begins like JSON rows; an empty one does.
    pub(super) fn begins_with_json(&mut self) -> io::Result<bool> {
        let mut at = 0;
        while let Some(byte) = self.peek(at)? {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                // A zero byte follows in UTF-16 without byte order mark.
                b'{' | b'[' => return Ok(self.peek(at + 1)? != Some(0)),
                _ => return Ok(false),
            }
            if at == HEAD {
                break;
            }
        }
        Ok(true)
    }

    /// The row handed out last is no JSON: what follows it on its line is not reported again.
    pub(super) fn mark_broken(&mut self) {
        self.is_broken = true;
    }

    /// The next line, without a comma at its end, where a row may begin that ends with it. Whether one does is for the caller to find
    /// out: if so, [`Self::accept`] makes it the row handed out last; if not, [`Self::next`] cuts it.
    pub(super) fn line(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        self.pass_row();
        if self.pass_marks()? != Some(b'{') || self.blanks != Some(0) {
            return Ok(None);
        }
        let mut looked_at = 0;
        let end = loop {
            match memchr::memchr(b'\n', &self.buffer[self.start + looked_at..]) {
                Some(found) => break self.start + looked_at + found,
                None => looked_at = self.buffer.len() - self.start,
            }
            if looked_at > LINE_LIMIT {
                return Ok(None);
            }
            if !self.fill()? {
                break self.buffer.len();
            }
        };
        let line = &self.buffer[self.start..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Ok(Some((self.line, line.strip_suffix(b",").unwrap_or(line))))
    }

    /// The line looked at last is a row of this length.
    pub(super) fn accept(&mut self, length: usize) {
        self.passed = length;
        self.passed_lines = 0;
        self.is_broken = false;
        self.indent.get_or_insert(0);
    }

    fn pass_row(&mut self) {
        let passed = std::mem::take(&mut self.passed);
        self.pass(passed);
        self.line += std::mem::take(&mut self.passed_lines);
    }

    /// Passes what may stand between rows; gives the byte that does not.
    fn pass_marks(&mut self) -> io::Result<Option<u8>> {
        while let Some(byte) = self.peek(0)? {
            match byte {
                b'\n' => {
                    self.pass(1);
                    self.line += 1;
                    self.blanks = Some(0);
                }
                b' ' | b'\t' | b'\r' => {
                    self.start += 1;
                    self.blanks = self.blanks.map(|blanks| blanks + 1);
                }
                // The array's own marks; strictness would reject sound rows.
                b',' | b'[' | b']' => self.pass(1),
                other => return Ok(Some(other)),
            }
        }
        Ok(None)
    }

    /// The next row.
    pub(super) fn next(&mut self) -> io::Result<Option<Frame<'_>>> {
        self.pass_row();
        while let Some(byte) = self.pass_marks()? {
            match byte {
                b'{' => return self.row().map(Some),
                _ if self.at_bom()? => self.pass(BOM.len()),
                _ => {
                    let line = self.line;
                    let is_news = !std::mem::replace(&mut self.is_broken, true);
                    self.skip_to_row_line()?;
                    if is_news {
                        return Ok(Some(Frame::Broken { line, reason: Reason::NotJson }));
                    }
                }
            }
        }
        Ok(None)
    }

    fn row(&mut self) -> io::Result<Frame<'_>> {
        let line = self.line;
        if self.indent.is_none() {
            self.indent = self.blanks;
        }
        match self.scan()? {
            Ok((length, lines)) => {
                self.is_broken = false;
                self.passed = length;
                self.passed_lines = lines;
                Ok(Frame::Row { line, bytes: &self.buffer[self.start..self.start + length] })
            }
            Err(Trouble { at, lines, reason }) => {
                self.is_broken = true;
                self.pass(at);
                self.line += lines;
                self.skip_to_row_line()?;
                Ok(Frame::Broken { line, reason })
            }
        }
    }

    /// Looks for the end of the row that begins at `start`: its length and its line breaks.
    fn scan(&mut self) -> io::Result<Result<(usize, u64), Trouble>> {
        self.open.clear();
        let is_flat = self.is_flat()?;
        let (mut at, mut lines) = (0, 0);
        let (mut in_text, mut is_escaped) = (false, false);
        loop {
            if at >= self.limit {
                return Ok(Err(Trouble { at, lines, reason: Reason::TooLong }));
            }
            if self.start + at >= self.buffer.len() && !self.fill()? {
                return Ok(Err(Trouble { at, lines, reason: Reason::CutOff }));
            }
            let ahead = &self.buffer[self.start + at..];
            if is_escaped {
                is_escaped = false;
                if ahead[0] != b'\n' {
                    at += 1;
                }
                continue;
            }
            let found = if in_text {
                memchr::memchr3(b'"', b'\\', b'\n', ahead)
            } else {
                ahead.iter().position(|&byte| IS_MARK[usize::from(byte)])
            };
            let Some(found) = found else {
                at += ahead.len();
                continue;
            };
            let mark = ahead[found];
            at += found;
            match mark {
                b'\\' if in_text => is_escaped = true,
                b'"' => in_text = !in_text,
                b'\n' => {
                    let row_follows = self.row_begins_at(at + 1)?;
                    if in_text || (row_follows && !(is_flat && self.may_nest(at))) {
                        let reason = if row_follows { Reason::CutOff } else { Reason::NotJson };
                        return Ok(Err(Trouble { at, lines, reason }));
                    }
                    lines += 1;
                }
                b'{' | b'[' => self.open.push(mark),
                _ => {
                    let expected = if mark == b'}' { b'{' } else { b'[' };
                    if self.open.pop() != Some(expected) {
                        return Ok(Err(Trouble { at, lines, reason: Reason::NotJson }));
                    }
                    if self.open.is_empty() && at < self.limit {
                        return Ok(Ok((at + 1, lines)));
                    }
                    if self.open.is_empty() {
                        return Ok(Err(Trouble { at, lines, reason: Reason::TooLong }));
                    }
                }
            }
            at += 1;
        }
    }

    /// Whether the row is written over many lines without indentation, so that nested objects
    /// begin lines as rows do.
    fn is_flat(&mut self) -> io::Result<bool> {
        let mut at = 1;
        if self.peek(at)? == Some(b'\r') {
            at += 1;
        }
        if self.peek(at)? != Some(b'\n') {
            return Ok(false);
        }
        Ok(!matches!(self.peek(at + 1)?, None | Some(b' ' | b'\t')))
    }

    /// Whether JSON allows an object behind the line break at `at`.
    fn may_nest(&self, at: usize) -> bool {
        let row = &self.buffer[self.start..self.start + at];
        match row.trim_ascii_end().last() {
            Some(b'[') => true,
            Some(b':') => self.open.last() == Some(&b'{'),
            Some(b',') => self.open.last() == Some(&b'['),
            _ => false,
        }
    }

    /// Whether the line that begins at `at` begins like a row: no deeper than the rows before,
    /// perhaps behind the comma of an array.
    fn row_begins_at(&mut self, at: usize) -> io::Result<bool> {
        let mut at = at;
        let mut blanks = self.indent.unwrap_or(0);
        let mut may_be_comma = true;
        loop {
            match self.peek(at)? {
                Some(b'{') => return Ok(true),
                Some(b' ' | b'\t') if blanks > 0 => blanks -= 1,
                Some(b',') if may_be_comma => may_be_comma = false,
                _ => return Ok(false),
            }
            at += 1;
        }
    }

    /// Passes everything up to the next line that begins like a row.
    fn skip_to_row_line(&mut self) -> io::Result<()> {
        loop {
            match memchr::memchr(b'\n', &self.buffer[self.start..]) {
                Some(found) => {
                    self.pass(found + 1);
                    self.line += 1;
                    self.blanks = Some(0);
                    if self.row_begins_at(0)? {
                        return Ok(());
                    }
                }
                None => {
                    self.pass(self.buffer.len() - self.start);
                    if !self.fill()? {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn at_bom(&mut self) -> io::Result<bool> {
        self.peek(BOM.len() - 1)?;
        Ok(self.buffer[self.start..].starts_with(BOM))
    }

    fn pass(&mut self, bytes: usize) {
        if bytes > 0 {
            self.start += bytes;
            self.blanks = None;
        }
    }

    fn peek(&mut self, at: usize) -> io::Result<Option<u8>> {
        while self.start + at >= self.buffer.len() {
            if !self.fill()? {
                return Ok(None);
            }
        }
        Ok(Some(self.buffer[self.start + at]))
    }

    /// Reads more behind what is there; `false` at the end of the text.
    fn fill(&mut self) -> io::Result<bool> {
        let passed = std::mem::take(&mut self.start);
        self.input.more(&mut self.buffer, passed)
    }
}

/// Where a row broke, counted from its begin.
struct Trouble {
    at: usize,
    lines: u64,
    reason: Reason,
}

/// The bytes that matter outside of texts.
const IS_MARK: [bool; 256] = {
    let mut marks = [false; 256];
    let mut at = 0;
    while at < 6 {
        marks[b"\"\n{}[]"[at] as usize] = true;
        at += 1;
    }
    marks
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Byte by byte, so that every look-ahead crosses a refill.
    struct Bytewise<'a>(&'a [u8]);

    impl Input for Bytewise<'_> {
        fn more(&mut self, buffer: &mut Vec<u8>, passed: usize) -> io::Result<bool> {
            buffer.drain(..passed);
            let first = self.0.split_off_first();
            buffer.extend(first);
            Ok(first.is_some())
        }
    }

    fn frames(text: &str, limit: usize) -> Vec<String> {
        let mut frames = Frames::new(Bytewise(text.as_bytes()), limit);
        let mut found = Vec::new();
        while let Some(frame) = frames.next().unwrap() {
            found.push(match frame {
                Frame::Row { line, bytes } => {
                    format!("{line} {}", String::from_utf8_lossy(bytes).replace('\n', "~"))
                }
                Frame::Broken { line, reason } => format!("{line} {reason}"),
            });
        }
        found
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(frames(text, 100), expected, "{text}");
    }

    #[test]
    fn rows_are_found_in_every_layout() {
        check("", &[]);
        check("{}\r\n\r\n{\"a\":1}", &["1 {}", "3 {\"a\":1}"]);
        check("{\"a\":{}}{\"b\":[]} {}", &["1 {\"a\":{}}", "1 {\"b\":[]}", "1 {}"]);
        check("[{}\n,{}]", &["1 {}", "2 {}"]);
        check("[\n  {\n    \"a\": 1\n  },\n  {}\n]\n", &["2 {~    \"a\": 1~  }", "5 {}"]);
        check("{\n\"a\":\n[\n{\n},\n{\n}\n]\n}\n{\n}", &["1 {~\"a\":~[~{~},~{~}~]~}", "10 {~}"]);
        check("{\"a\":\"}\\\"{\\\\\"}\n\u{feff}{}", &["1 {\"a\":\"}\\\"{\\\\\"}", "2 {}"]);
    }

    #[test]
    fn a_row_that_breaks_costs_itself_only() {
        let cut_off = "row is cut off";
        let not_json = "row is not JSON";
        check("{\"a\":\"x\n{}", &[&format!("1 {cut_off}"), "2 {}"]);
        check("{\"a\":\n{}", &[&format!("1 {cut_off}"), "2 {}"]);
        check("{\"a\":[\n{}\n{}", &[&format!("1 {cut_off}"), "2 {}", "3 {}"]);
        check("{\"a\":\"x\\\n{}", &[&format!("1 {cut_off}"), "2 {}"]);
        check("{\n \"a\": \"x\n y\",\n \"b\": {}\n}\n{}", &[&format!("1 {not_json}"), "6 {}"]);
        check("{\n \"a\": [\n{\n \"b\": 1\n}", &[&format!("1 {cut_off}"), "3 {~ \"b\": 1~}"]);
        check("{\n\"a\": 1,\n{\n\"b\": 1\n}", &[&format!("1 {cut_off}"), "3 {~\"b\": 1~}"]);
        check("[\n {\"a\":]},\n {}\n]", &[&format!("2 {not_json}"), "3 {}"]);
        check("{\"a\":1", &[&format!("1 {cut_off}")]);
        check("{}\noops {} oops\noops\n{}", &["1 {}", &format!("2 {not_json}"), "4 {}"]);
        check("{\"a\":1}}\n{}", &["1 {\"a\":1}", &format!("1 {not_json}"), "2 {}"]);
    }

    #[test]
    fn a_row_over_the_limit_is_passed_by() {
        let text = format!("{{\"a\":\"{}\"}}\n{{}}", "x".repeat(200));
        assert_eq!(frames(&text, 100), ["1 row is longer than 512 MiB", "2 {}"]);
    }
}
