//! SQL as text: its tokens, its statements and the places of both.

use std::ops::Range;

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, Tokenizer, TokenizerError};

/// A token and its bytes in the text.
pub(super) type Placed = (Token, Range<usize>);

/// The tokens of `sql`; those that make no difference, such as comments, among them.
pub(super) fn tokens(sql: &str) -> Result<Vec<Placed>, TokenizerError> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql)
        // names keep their quotes, and literals their escapes
        .with_unescape(false)
        .tokenize_with_location()?;
    let mut reader = Reader { text: sql, at: 0, line: 1, column: 1 };
    let placed = tokens.into_iter().map(|token| {
        let range = reader.offset(token.span.start)..reader.offset(token.span.end);
        (token.token, range)
    });
    Ok(placed.collect())
}

/// How many tokens of `sql` join expressions, relations or queries: as deep its plan may become, however flat
/// the text is. What lists of values are made of does not count.
pub(super) fn links(sql: &str) -> usize {
    let is_link = |token: &Token| match token {
        Token::Word(word) => word.quote_style.is_none() && LINKS.contains(&word.keyword),
        Token::Whitespace(_) | Token::SemiColon | Token::Comma | Token::Period => false,
        Token::LParen | Token::RParen | Token::RBracket => false,
        // texts, numbers and what is none of SQL
        Token::Number(..) | Token::SingleQuotedString(_) | Token::EscapedStringLiteral(_) => false,
        _ => true,
    };
    tokens(sql).map_or(0, |tokens| tokens.iter().filter(|(token, _)| is_link(token)).count())
}

/// `name` is a word that PostgreSQL reserves, so that a relation of this name would need quotes.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.split_whitespace().any(|word| word.eq_ignore_ascii_case(name))
}

/// Appendix C of PostgreSQL's manual: "reserved", and below "reserved (can be function or type)".
const RESERVED: &str = "
    all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
    current_catalog current_date current_role current_time current_timestamp current_user default deferrable
    desc distinct do else end except false fetch for foreign from grant group having in initially intersect
    into lateral leading limit localtime localtimestamp not null offset on only or order placing primary
    references returning select session_user some symmetric system_user table then to trailing true union
    unique user using variadic when where window with

    authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join
    left like natural notnull outer overlaps right similar tablesample verbose
";

/// Words that join what stands on both sides, or add to what stands before.
const LINKS: [Keyword; 17] = [
    Keyword::AND,
    Keyword::OR,
    Keyword::NOT,
    Keyword::IS,
    Keyword::IN,
    Keyword::LIKE,
    Keyword::ILIKE,
    Keyword::BETWEEN,
    Keyword::SIMILAR,
    Keyword::AT,
    Keyword::COLLATE,
    Keyword::OVERLAPS,
    Keyword::UNION,
    Keyword::EXCEPT,
    Keyword::INTERSECT,
    Keyword::JOIN,
    Keyword::SELECT,
];

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

/// Goes through a text once, to find the bytes of places that follow each other.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    column: u64,
}

impl Reader<'_> {
    /// The byte at a place, which does not stand before the one asked for last.
    fn offset(&mut self, place: Location) -> usize {
        let mut rest = self.text[self.at..].chars();
        while (self.line, self.column) < (place.line, place.column) {
            let Some(c) = rest.next() else { break };
            self.at += c.len_utf8();
            (self.line, self.column) = match c {
                '\n' => (self.line + 1, 1),
                _ => (self.line, self.column + 1),
            };
        }
        self.at
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
    fn links_are_what_makes_a_plan_deep() {
        for (sql, count) in [
            ("select a.b, f(1, 'x') from c, d", 1),
            ("select 1 + 2::int - 3 where a or b and not c", 7),
            ("select 1 union all select [1][2] from a join b using (c)", 6),
            ("select a in (1, 2, 3, 4)", 2),
            ("select 'a or b' -- or c", 1),
        ] {
            assert_eq!(links(sql), count, "{sql}");
        }
    }

    #[test]
    fn the_last_statement_may_lack_its_semicolon() {
        let ended: Vec<bool> = statements("a; b").into_iter().map(|(_, ended)| ended).collect();
        assert_eq!(ended, [true, false]);
    }
}
