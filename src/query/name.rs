//! Names in any letter case: published columns are CamelCase, and nobody wants to type them so, or in quotes.

use std::collections::BTreeMap;

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::text::{Placed, tokens};

/// The relations of a session and their columns, as they are written.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// By the name in lower case.
    relations: BTreeMap<String, Relation>,
}

#[derive(Debug, Clone)]
struct Relation {
    name: String,
    columns: Vec<String>,
}

impl Names {
    /// Adds a relation, in the place of one whose name differs in letter case only.
    pub(crate) fn add(&mut self, name: &str, columns: Vec<String>) {
        let relation = Relation { name: name.to_owned(), columns };
        self.relations.insert(name.to_ascii_lowercase(), relation);
    }

    /// Names of the relations, in the order of the alphabet.
    pub fn relations(&self) -> impl Iterator<Item = &str> {
        self.relations.values().map(|relation| relation.name.as_str())
    }

    /// Columns of the relation of this name, in any letter case.
    pub fn columns(&self, relation: &str) -> Option<&[String]> {
        let relation = self.relations.get(&relation.to_ascii_lowercase())?;
        Some(&relation.columns)
    }

    /// The relation of this name in any letter case, as it is written.
    pub fn written(&self, relation: &str) -> Option<&str> {
        Some(&self.relations.get(&relation.to_ascii_lowercase())?.name)
    }

    /// `sql` with each unquoted name in the letter case of the relation or column that it names, or of the
    /// `as Name` that gives it; other words in lower case. Nothing else changes, so every place stays what it is.
    pub fn in_their_case(&self, sql: &str) -> String {
        self.cased(sql, given_names)
    }

    /// The same with names that `as Name` gives in lower case, as Postgres has them.
    pub fn folded(&self, sql: &str) -> String {
        self.cased(sql, |_, _| BTreeMap::new())
    }

    fn cased(
        &self,
        sql: &str,
        given: impl for<'a> Fn(&[Placed], &'a str) -> BTreeMap<String, &'a str>,
    ) -> String {
        let Ok(mut tokens) = tokens(sql) else {
            return sql.to_owned();
        };
        tokens.retain(|(token, _)| !matches!(token, Token::Whitespace(_)));
        let written = self.named_by(&tokens);
        let given = given(&tokens, sql);
        let mut text = String::with_capacity(sql.len());
        let mut end = 0;
        for (at, (token, range)) in tokens.iter().enumerate() {
            if !is_plain_word(token) {
                continue;
            }
            let word = sql[range.clone()].to_ascii_lowercase();
            let is_function = matches!(tokens.get(at + 1), Some((Token::LParen, _)));
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            let is_relation = is_keyword(before, &BEFORE_RELATIONS)
                || matches!(tokens.get(at + 1), Some((Token::Period, _)));
            let relation = self.written(&word).filter(|_| is_relation);
            let relation = relation.or_else(|| self.in_schema(&tokens[..=at]));
            let name = relation.or_else(|| written.get(&word).copied());
            let name = name.or_else(|| given.get(&word).copied().filter(|_| !is_function));
            text.push_str(&sql[end..range.start]);
            text.push_str(name.unwrap_or(&word));
            end = range.end;
        }
        text.push_str(&sql[end..]);
        text
    }

    /// The relation that `schema.name` names, which `tokens` end with.
    fn with_schema(&self, tokens: &[Placed]) -> Option<&Relation> {
        match tokens {
            [.., (Token::Word(schema), _), (Token::Period, _), (Token::Word(word), _)] => {
                let name = format!("{}.{}", schema.value, word.value);
                self.relations.get(&name.to_ascii_lowercase())
            }
            _ => None,
        }
    }

    /// The same without its schema.
    fn in_schema(&self, tokens: &[Placed]) -> Option<&str> {
        let (_, name) = self.with_schema(tokens)?.name.split_once('.')?;
        Some(name)
    }

    /// The relations that are named, and their columns, by name in lower case.
    fn named_by(&self, tokens: &[Placed]) -> BTreeMap<String, &str> {
        let alone = tokens.iter().filter_map(|(token, _)| match token {
            Token::Word(word) => self.relations.get(&word.value.to_ascii_lowercase()),
            _ => None,
        });
        let with_schema = tokens.windows(3).filter_map(|tokens| self.with_schema(tokens));
        let mut written: BTreeMap<String, &str> = BTreeMap::new();
        for relation in alone.chain(with_schema) {
            for name in relation.columns.iter().chain([&relation.name]) {
                written.entry(name.to_ascii_lowercase()).or_insert(name);
            }
        }
        written
    }
}

/// The names that `as Name` gives, by name in lower case; the types of casts are none.
fn given_names<'a>(tokens: &[Placed], sql: &'a str) -> BTreeMap<String, &'a str> {
    let mut given = BTreeMap::new();
    let mut is_cast = Vec::new();
    for (at, (token, range)) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        match token {
            Token::LParen => is_cast.push(is_keyword(before, &[Keyword::CAST, Keyword::TRY_CAST])),
            Token::RParen => {
                is_cast.pop();
            }
            _ if is_plain_word(token)
                && is_keyword(before, &[Keyword::AS])
                && is_cast.last() != Some(&true) =>
            {
                let name = &sql[range.clone()];
                given.entry(name.to_ascii_lowercase()).or_insert(name);
            }
            _ => {}
        }
    }
    given
}

/// What follows these is a relation, also where a column has its name in other capitals.
const BEFORE_RELATIONS: [Keyword; 3] = [Keyword::FROM, Keyword::JOIN, Keyword::VIEW];

fn is_keyword(token: Option<&Placed>, keywords: &[Keyword]) -> bool {
    matches!(token, Some((Token::Word(word), _)) if keywords.contains(&word.keyword))
}

fn is_plain_word(token: &Token) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.add("Office", vec!["CustomerId".to_owned(), "DaysSinceLastEmail".to_owned()]);
        names.add("Office_ScoreEntity", vec!["PrimaryKey".to_owned(), "Value".to_owned()]);
        names.add("weeks", vec!["CustomerId".to_owned(), "Weeks".to_owned()]);
        names.add("card.part", vec!["CustomerId".to_owned(), "Part".to_owned()]);
        names
    }

    #[test]
    fn names_take_the_case_of_what_they_name_and_nothing_else_changes() {
        for (typed, written) in [
            ("SELECT customerid FROM OFFICE", "select CustomerId from Office"),
            (
                "select o.DAYSSINCELASTEMAIL from office o",
                "select o.DaysSinceLastEmail from Office o",
            ),
            (
                r#"select "customerid" AS "X" from "Office""#,
                r#"select "customerid" as "X" from "Office""#,
            ),
            (
                "select 'OFFICE' /* OFFICE */ from Office -- X",
                "select 'OFFICE' /* OFFICE */ from Office -- X",
            ),
            // a column counts only where its relation is named
            ("select Value from df_settings", "select value from df_settings"),
            ("select value from office_scoreentity", "select Value from Office_ScoreEntity"),
            ("select 'ä' AS Ä, CustomerID from office", "select 'ä' as Ä, CustomerId from Office"),
            ("select E'\\'' , Customerid from OFFICE", "select E'\\'' , CustomerId from Office"),
            ("select 'open FROM", "select 'open FROM"),
            // a name that is given keeps its case, and is found in any other; a function is no such name
            (
                "select SUM(x) as Sum, cast(y AS Double) AS Share from office ORDER BY SHARE, sum",
                "select sum(x) as Sum, cast(y as double) as Share from Office order by Share, Sum",
            ),
            // a column with the name of its relation
            (
                "select WEEKS, weeks.weeks from WEEKS join office on 1",
                "select Weeks, weeks.Weeks from weeks join Office on 1",
            ),
            ("select 1 as customerID from Office", "select 1 as CustomerId from Office"),
            // of a schema, and again a column with the name of its relation
            ("select PART, p.part from CARD.Part p", "select Part, p.Part from card.part p"),
        ] {
            assert_eq!(names().in_their_case(typed), written);
        }
    }
}
