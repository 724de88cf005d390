//! SQL as text: its tokens, its statements and the places of both.

use std::ops::Range;

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, Tokenizer, TokenizerError};

/// A token and its bytes in the text.
pub(super) type Placed = (Token, Range<usize>);

/// The tokens of `sql`; those that make no difference, such as comments, among them.
pub(super) fn tokens(sql: &str) -> Result<Vec<Placed>, TokenizerError> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql)
        // names keep their quotes, and literals their escapes
        .with_unescape(false)
        .tokenize_with_location()?;
    let lines = Lines::of(sql);
    let placed = tokens.into_iter().map(|token| {
        let range = lines.offset(token.span.start)..lines.offset(token.span.end);
        (token.token, range)
    });
    Ok(placed.collect())
}

/// The bytes of each statement of `sql`, without the semicolon behind it, and whether there is one.
///
/// Text that cannot be cut, such as one with an open quote, is one statement: its parser tells what is wrong.
pub fn statements(sql: &str) -> Vec<(Range<usize>, bool)> {
    let Ok(tokens) = tokens(sql) else {
        return vec![(0..sql.len(), false)];
    };
    let mut found = Vec::new();
    let mut begin: Option<usize> = None;
    let mut end = 0;
    for (token, range) in tokens {
        match token {
            Token::SemiColon => {
                found.extend(begin.take().map(|begin| (begin..range.start, true)));
            }
            Token::Whitespace(_) => {}
            _ => {
                begin.get_or_insert(range.start);
                end = range.end;
            }
        }
    }
    found.extend(begin.map(|begin| (begin..end, false)));
    found
}

/// Where the lines of a text begin.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after).collect() }
    }

    /// The byte at a line and a column, both from 1, columns counted in characters.
    fn offset(&self, place: Location) -> usize {
        let line = usize::try_from(place.line).unwrap_or(usize::MAX).saturating_sub(1);
        let Some(start) = self.starts.get(line) else {
            return self.text.len();
        };
        let column = usize::try_from(place.column).unwrap_or(usize::MAX).saturating_sub(1);
        let rest = &self.text[*start..];
        // most text has a byte for each character
        match rest.get(..column) {
            Some(before) if before.is_ascii() => start + column,
            _ => start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(sql: &str) -> Vec<&str> {
        statements(sql).into_iter().map(|(range, _)| &sql[range]).collect()
    }

    #[test]
    fn statements_end_at_semicolons_that_are_not_quoted() {
        assert_eq!(
            cut("select 1; select 'a;b';\n-- c;\n select \"x;\" "),
            ["select 1", "select 'a;b'", "select \"x;\""]
        );
        assert_eq!(cut(" ;; \n"), [""; 0]);
        assert_eq!(cut("select 'ä;', 2; x"), ["select 'ä;', 2", "x"]);
        assert_eq!(cut("select 'open; x"), ["select 'open; x"]);
    }

    #[test]
    fn the_last_statement_may_lack_its_semicolon() {
        let ended: Vec<bool> = statements("a; b").into_iter().map(|(_, ended)| ended).collect();
        assert_eq!(ended, [true, false]);
    }
}
