//! The line editor: completion, highlighting, and statements over several lines.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::command::COMMANDS;
use super::script::is_complete;
use crate::query::Names;

/// Words of SQL that are offered; others can be typed.
const KEYWORDS: [&str; 52] = [
    "select",
    "distinct",
    "from",
    "where",
    "group",
    "by",
    "having",
    "order",
    "asc",
    "desc",
    "nulls",
    "first",
    "last",
    "limit",
    "offset",
    "with",
    "as",
    "and",
    "or",
    "not",
    "in",
    "exists",
    "between",
    "like",
    "ilike",
    "is",
    "null",
    "true",
    "false",
    "case",
    "when",
    "then",
    "else",
    "end",
    "inner",
    "left",
    "right",
    "full",
    "cross",
    "join",
    "on",
    "using",
    "union",
    "all",
    "except",
    "intersect",
    "filter",
    "over",
    "partition",
    "explain",
    "describe",
    "date",
];

/// What can be completed to.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) names: Names,
    pub(super) functions: Vec<String>,
}

pub(super) struct Editing {
    pub(super) words: Rc<RefCell<Words>>,
    pub(super) has_colour: bool,
}

impl Helper for Editing {}

impl Hinter for Editing {
    type Hint = String;
}

impl Validator for Editing {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match is_complete(context.input()) {
            true => ValidationResult::Valid(None),
            false => ValidationResult::Incomplete,
        })
    }
}

impl Completer for Editing {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(candidates(&self.words.borrow(), line, position))
    }
}

/// Where the word before `position` begins, and what it can become, in any letter case.
fn candidates(words: &Words, line: &str, position: usize) -> (usize, Vec<String>) {
    let before = &line[..position];
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let start = before
        .rfind(|c| !is_part(c))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let typed = before[start..].to_lowercase();
    if before[..start].trim_start() == "\\" {
        let names = COMMANDS.iter().map(|command| command.name.to_owned());
        return (start, names.filter(|name| name.starts_with(&typed)).collect());
    }
    let mut found: Vec<String> = Vec::new();
    let mut offer = |word: &str| {
        if word.to_lowercase().starts_with(&typed) && !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
    };
    // columns of the relations that the statement names, of all where it names none yet
    let named = |relation: &&str| {
        let lower = relation.to_lowercase();
        line.split(|c| !is_part(c)).any(|word| word.to_lowercase() == lower)
    };
    let is_any_named = words.names.relations().any(|relation| named(&relation));
    for relation in words.names.relations() {
        if named(&relation) || !is_any_named {
            words.names.columns(relation).unwrap_or_default().iter().for_each(|name| offer(name));
        }
    }
    words.names.relations().for_each(&mut offer);
    if !typed.is_empty() && !before.trim_start().starts_with('\\') {
        words.functions.iter().for_each(|name| offer(name));
        KEYWORDS.iter().for_each(|word| offer(word));
    }
    (start, found)
}

impl Highlighter for Editing {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        match self.has_colour {
            true => Cow::Owned(coloured(line)),
            false => Cow::Borrowed(line),
        }
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.has_colour
    }
}

/// Keywords, literals and comments in colours; a text that is still open stays as it is.
fn coloured(line: &str) -> String {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, line).with_unescape(false).tokenize();
    let mut text = String::with_capacity(line.len() * 2);
    for token in tokens.unwrap_or_default() {
        let colour = match &token {
            Token::Word(word) if word.keyword != Keyword::NoKeyword => "\x1b[1;34m",
            Token::SingleQuotedString(_) | Token::EscapedStringLiteral(_) => "\x1b[32m",
            Token::Number(_, _) => "\x1b[36m",
            Token::Whitespace(space) if space.to_string().starts_with(['-', '/']) => "\x1b[2m",
            _ => "",
        };
        let end = if colour.is_empty() { "" } else { "\x1b[0m" };
        text.push_str(colour);
        text.push_str(&token.to_string());
        text.push_str(end);
    }
    match plain(&text) == line {
        true => text,
        // the tokens do not spell the line, as with an open quote
        false => line.to_owned(),
    }
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\x1b[") {
        plain.push_str(&rest[..at]);
        rest = rest[at..].find('m').map_or("", |end| &rest[at + end + 1..]);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        let mut names = Names::default();
        names.add("customer", vec!["CustomerId".to_owned(), "DaysSinceLastEmail".to_owned()]);
        names.add("Office_ScoreEntity", vec!["Component".to_owned()]);
        Words { names, functions: vec!["coalesce".to_owned(), "date_trunc".to_owned()] }
    }

    #[test]
    fn relations_columns_functions_and_keywords_are_completed() {
        for (line, position, start, expected) in [
            ("select days from customer", 11, 7, &["DaysSinceLastEmail"][..]),
            ("select co from customer", 9, 7, &["coalesce"]),
            (
                "select c",
                8,
                7,
                &["CustomerId", "Component", "customer", "coalesce", "case", "cross"],
            ),
            ("select * from of", 16, 14, &["Office_ScoreEntity", "offset"]),
            ("\\ti", 3, 1, &["timing"]),
            ("\\d off", 6, 3, &["Office_ScoreEntity"]),
            ("select 'ä' zz", 14, 12, &[]),
        ] {
            assert_eq!(
                candidates(&words(), line, position),
                (start, expected.iter().map(|word| (*word).to_owned()).collect()),
                "{line}"
            );
        }
    }

    #[test]
    fn colours_change_no_character() {
        for line in ["select 'a' -- c", "select 'open", "SELECT 1.50, E'\\n' /* x */", "ä \"Q\" $1"]
        {
            assert_eq!(plain(&coloured(line)), line);
        }
        assert!(coloured("select 1").contains("\x1b[1;34mselect\x1b[0m"));
    }
}
