//! Statements and backslash commands as they are typed, and where each stands.

use crate::query::statements;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A statement; white space stands before it, so that its places are those of the whole text.
    Statement(String),
    /// What follows a backslash, up to the end of the line.
    Command(String),
}

/// The parts of a text: statements end with a semicolon or the text, commands begin between two and end with the
/// line.
pub(super) fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut begin = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let is_between = |_: &&str| statements(&text[begin..at]).is_empty();
        let command = command_of(line).filter(is_between);
        at += line.len();
        if let Some(command) = command {
            parts.push(Part::Command(command.to_owned()));
            begin = at;
        } else if line.contains(';') {
            begin = take(text, begin, at, false, &mut parts);
            if let Some(command) = command_of(&text[begin..at]) {
                parts.push(Part::Command(command.to_owned()));
                begin = at;
            }
        }
    }
    take(text, begin, at, true, &mut parts);
    parts
}

/// Nothing has to follow `text`: it ends with a command, or its last statement has its semicolon.
pub(super) fn is_complete(text: &str) -> bool {
    let statements = statements(text);
    let last = statements.last();
    last.is_none_or(|(range, is_ended)| *is_ended || command_of(&text[range.clone()]).is_some())
}

/// The command that `text` begins with, without its backslash.
fn command_of(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('\\').map(str::trim)
}

/// Takes the statements of `text[begin..end]`, the last one only where it has ended or `is_all`; returns where
/// the rest begins.
fn take(text: &str, begin: usize, end: usize, is_all: bool, parts: &mut Vec<Part>) -> usize {
    let mut rest = begin;
    for (range, is_ended) in statements(&text[begin..end]) {
        if is_ended || is_all {
            let (from, to) = (begin + range.start, begin + range.end);
            parts.push(Part::Statement(blank(&text[..from]) + &text[from..to]));
            rest = to + usize::from(is_ended);
        }
    }
    rest
}

/// White space with the same lines and columns.
fn blank(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trimmed(text: &str) -> Vec<String> {
        let told = |part| match part {
            Part::Statement(sql) => sql.trim_start().to_owned(),
            Part::Command(command) => format!("\\{command}"),
        };
        parts(text).into_iter().map(told).collect()
    }

    #[test]
    fn statements_and_commands_follow_each_other() {
        assert_eq!(
            trimmed("select 1; select\n2;\n\\d customer\nselect ';\n\\d'"),
            ["select 1", "select\n2", "\\d customer", "select ';\n\\d'"]
        );
        assert_eq!(
            trimmed("select 1; \\d a\n select 2; select 3"),
            ["select 1", "\\d a", "select 2", "select 3"]
        );
        assert_eq!(trimmed("  \\timing \n\n"), ["\\timing"]);
        assert_eq!(trimmed("-- only words\n;"), [""; 0]);
        assert_eq!(trimmed("select 'a;\nb';select 2"), ["select 'a;\nb'", "select 2"]);
    }

    #[test]
    fn places_are_those_of_the_whole_text() {
        let Part::Statement(sql) = &parts("select 1;\n  selec 2")[1] else { panic!() };
        assert_eq!(sql, "         \n  selec 2");
    }

    #[test]
    fn a_statement_goes_on_until_its_semicolon() {
        for text in ["select 1;", "", "\\d", "select 1; \\d", "-- words", "select ';';  "] {
            assert!(is_complete(text), "{text}");
        }
        for text in ["select 1", "select 'open;", "select 1; select", "select \"open;"] {
            assert!(!is_complete(text), "{text}");
        }
    }
}
