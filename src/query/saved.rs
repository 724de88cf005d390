//! Saved queries: segments in `segments/` and measures in `measures/` beside the definition, and those that ship.
//!
//! Here: the files and what they say. What a segment's members are is `segment`'s.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::error::Error;
use super::size;
use super::text::{self, statements, tokens};
use crate::catalog::{self, Header, Relation};
use crate::definition::near;

/// What a saved query is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Customers that have something in common.
    Segment,
    /// One value, or one for each customer.
    Measure,
}

impl Kind {
    /// Both, in the order in which they are listed.
    pub const ALL: [Kind; 2] = [Kind::Segment, Kind::Measure];

    /// `segment` or `measure`: also the folder of what is published.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Segment => "segment",
            Kind::Measure => "measure",
        }
    }

    /// The folder beside the definition.
    pub fn folder(self) -> &'static str {
        match self {
            Kind::Segment => "segments",
            Kind::Measure => "measures",
        }
    }
}

/// A saved query.
#[derive(Debug, Clone)]
pub struct Saved {
    /// What it is for.
    pub kind: Kind,
    /// Its name, which is the file's stem: lower-case letters, digits and `_`.
    pub name: String,
    /// The file; none where it ships with Rapport.
    pub path: Option<PathBuf>,
    /// The whole text of the file.
    pub text: String,
    /// What its header says.
    pub header: Header,
}

/// What is wrong with the file of a saved query.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// What is wrong in it.
    pub error: Error,
}

/// `path:line:column: message`, and what follows of the error.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if let Some(place) = self.error.place {
            write!(f, "{}:{}:", place.line, place.column)?;
        }
        write!(f, " {}", self.error)
    }
}

/// The saved queries of an enrichment, and the files that are none.
#[derive(Debug, Clone, Default)]
pub struct SavedQueries {
    /// Those that can be asked, segments before measures, by name.
    pub queries: Vec<Saved>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
}

/// Reads the saved queries beside a definition in `folder`; one there replaces the one of its name that ships.
pub fn load(folder: &Path) -> Result<SavedQueries> {
    let relations = catalog::relations()?;
    let mut found = SavedQueries::default();
    for kind in Kind::ALL {
        let mut queries: Vec<Saved> = catalog::layer(&relations, kind.as_str())
            .map(|relation| shipped(kind, relation))
            .collect();
        for path in files(&folder.join(kind.folder()))? {
            match read(kind, &path) {
                Ok(saved) => {
                    queries.retain(|other| other.name != saved.name);
                    queries.push(saved);
                }
                Err(error) => found.problems.push(Problem { path, error }),
            }
        }
        queries.sort_by(|a, b| a.name.cmp(&b.name));
        found.queries.extend(queries);
    }
    let names: Vec<(Kind, String)> =
        found.queries.iter().map(|saved| (saved.kind, saved.name.clone())).collect();
    found.queries.retain(|saved| {
        let is_segment = |(kind, name): &(Kind, String)| *kind != saved.kind && *name == saved.name;
        let is_second = saved.kind == Kind::Measure && names.iter().any(is_segment);
        let Some(path) =
            saved.path.as_ref().filter(|_| is_second || is_given(&relations, &saved.name))
        else {
            return !is_second;
        };
        let what = if is_second { "a segment" } else { "a relation or a column of Rapport" };
        let error = Error::of_text(format!("`{}` is the name of {what} already", saved.name));
        let error = error.hint("give the file another name");
        found.problems.push(Problem { path: path.clone(), error });
        false
    });
    Ok(found)
}

/// `name` is that of a relation that every set has, or of a column there, from which it could not be told.
pub fn is_reserved(name: &str) -> Result<bool> {
    Ok(is_given(&catalog::relations()?, name))
}

fn is_given(relations: &[Relation], name: &str) -> bool {
    let is_own = |relation: &&Relation| ["entity", "view"].contains(&relation.layer);
    let mut own = relations.iter().filter(is_own).flat_map(|relation| {
        let columns = relation.header.columns.iter().map(|column| column.name.as_str());
        columns.chain([relation.name])
    });
    own.any(|own| own.eq_ignore_ascii_case(name)) || super::GIVEN.contains(&name)
}

fn shipped(kind: Kind, relation: &Relation) -> Saved {
    let (name, text) = (relation.name.to_owned(), relation.sql.to_owned());
    Saved { kind, name, path: None, text, header: relation.header.clone() }
}

/// The `.sql` files of a folder, which may be missing, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot = || format!("cannot read `{}`", folder.display());
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(cannot)?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.with_context(cannot)?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn read(kind: Kind, path: &Path) -> Result<Saved, Error> {
    let bytes =
        fs::read(path).map_err(|error| Error::of_text(format!("cannot be read: {error}")))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match String::from_utf8(bytes) {
        // some editors begin a file with a mark of its encoding
        Ok(text) => parse(kind, &name, text.trim_start_matches('\u{feff}').to_owned(), Some(path)),
        Err(error) => {
            let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|b| *b == b'\n');
            Err(Error::of_text(format!("line {} is not UTF-8", line.count())))
        }
    }
}

/// A saved query from the text of its file, which stands or will stand at `path`.
pub fn parse(kind: Kind, name: &str, text: String, path: Option<&Path>) -> Result<Saved, Error> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(is_part) {
        let error = Error::of_text(format!("`{name}` is no name of a {}", kind.as_str()));
        return Err(error.hint("lower-case letters, digits and `_`, a letter first"));
    }
    if text::is_reserved(name) {
        let error = Error::of_text(format!("`{name}` is a word of SQL"));
        return Err(error.hint("choose a name that needs no quotes in a query"));
    }
    let header = catalog::of_saved(&text).ok().filter(|header| !header.title.is_empty());
    let Some(header) = header else {
        let error = Error::of_text("the file has no title".to_owned()).at_statement(&text);
        return Err(error.hint("begin it with a line `-- what it tells, in one sentence`"));
    };
    let saved = Saved { kind, name: name.to_owned(), path: path.map(Path::to_owned), text, header };
    match (statements(&saved.text).len(), saved.is_predicate(), kind) {
        (0, _, _) => Err(Error::of_text("there is nothing below the title".to_owned())
            .hint("write a condition such as `DaysSinceLastEmail > 60`, or a SELECT")),
        (1, true, Kind::Measure) => Err(Error::of_text("a measure is a SELECT".to_owned())
            .at_statement(&saved.text)
            .hint("such as `select avg(EngagementScore) as AverageScore from customer`")),
        (1, true, Kind::Segment) => condition(saved.query()).map(|()| saved),
        (1, false, _) => Ok(saved),
        _ => Err(Error::of_text("there is more than one statement".to_owned())
            .at_statement(&saved.text)
            .hint("a file holds one")),
    }
}

/// `text` is one condition by itself, so that parentheses can stand around it.
fn condition(text: &str) -> Result<(), Error> {
    // what is longer is told when it is planned
    if text::links(text) > size::MOST_LEVELS {
        return Ok(());
    }
    let parsed = Parser::new(&PostgreSqlDialect {}).try_with_sql(text).and_then(|mut parser| {
        parser.parse_expr()?;
        match parser.next_token() {
            end if end.token == Token::EOF => Ok(()),
            other => parser.expected("the end of the condition", other),
        }
    });
    parsed.map_err(|error| Error::syntax(&error, text))
}

/// What stands before a condition, on the line of the title: places below it stay what they are.
const CONDITION: &str = "select CustomerId from customer where (";

/// The column that tells the customer.
pub const CUSTOMER: &str = "CustomerId";

impl Saved {
    /// The plan gives what a query of this kind must: a segment customers, a measure one column or customers too.
    pub(super) fn check(&self, plan: &LogicalPlan) -> Result<(), Error> {
        let columns: Vec<&str> =
            plan.schema().fields().iter().map(|field| field.name().as_str()).collect();
        let named = columns.iter().filter(|column| **column == CUSTOMER).count();
        let mut distinct = columns.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let problem = match (self.kind, named) {
            _ if distinct.len() < columns.len() => "two columns have the same name",
            (_, 1) => return Ok(()),
            (Kind::Measure, 0) if columns.len() == 1 => return Ok(()),
            (Kind::Segment, _) => "a segment must give the column `CustomerId`",
            (Kind::Measure, _) => "a measure must give one column, or `CustomerId` and others",
        };
        let error = Error::of_text(problem.to_owned());
        Err(error.hint(format!("this one gives {}", near::list(columns, "and"))))
    }

    /// The text is a condition that customers meet, not a SELECT.
    pub fn is_predicate(&self) -> bool {
        let tokens = tokens(&self.text).unwrap_or_default();
        let mut words = tokens
            .iter()
            .filter(|(token, _)| !matches!(token, Token::Whitespace(_) | Token::LParen));
        words.next().is_none_or(|(first, _)| match first {
            Token::Word(word) => {
                let is_query = |keyword: &&str| keyword.eq_ignore_ascii_case(&word.value);
                !["select", "with", "values", "table"].iter().any(is_query)
            }
            _ => true,
        })
    }

    /// The text up to the end of its statement, without the semicolon.
    fn query(&self) -> &str {
        &self.text[..statements(&self.text).first().map_or(0, |(range, _)| range.end)]
    }

    /// The statement that it stands for; lines from the second on are those of the file.
    pub fn sql(&self) -> String {
        match self.is_predicate() {
            true => format!("{CONDITION}{}\n) order by CustomerId", self.query()),
            false => self.query().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(text: &str) -> Result<Saved, Error> {
        parse(Kind::Segment, "quiet", text.to_owned(), None)
    }

    #[test]
    fn a_condition_is_told_from_a_select() {
        for text in
            ["-- t\nDaysSinceLastEmail > 60;", "-- t\n(a > 1) or b", "-- t\nnot exists (select 1)"]
        {
            assert!(segment(text).unwrap().is_predicate(), "{text}");
        }
        for text in ["-- t\n\n/* c */ SELECT CustomerId", "-- t\n(with a as (select 1) select 1)"] {
            assert!(!segment(text).unwrap().is_predicate(), "{text}");
        }
        let sql = segment("-- t\nA > 60;\n").unwrap().sql();
        assert_eq!(
            sql,
            "select CustomerId from customer where (-- t\nA > 60\n) order by CustomerId"
        );
    }

    #[test]
    fn what_is_no_saved_query_is_told() {
        for (text, problem) in [
            ("A > 60", "no title"),
            ("", "no title"),
            ("-- t\n", "nothing below"),
            ("-- t\nselect 1; select 2", "more than one"),
        ] {
            let error = segment(text).unwrap_err().to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
        assert!(parse(Kind::Measure, "m", "-- t\nA > 1".to_owned(), None).is_err());
        for name in ["Quiet", "1st", "", "a-b", "..", "ä", "order", "where", "table"] {
            assert!(parse(Kind::Segment, name, "-- t\nA".to_owned(), None).is_err(), "{name}");
        }
    }
}
