//! Names in any letter case: published columns are CamelCase, and nobody wants to type them so, or in quotes.

use std::collections::BTreeMap;

use datafusion::sql::sqlparser::tokenizer::Token;

use super::text::tokens;

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
    pub(super) fn add(&mut self, name: &str, columns: Vec<String>) {
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

    /// `sql` with each unquoted name in the letter case of the relation or column that it names; other words
    /// in lower case. Nothing else changes, so every place stays what it is.
    pub fn in_their_case(&self, sql: &str) -> String {
        let Ok(tokens) = tokens(sql) else {
            return sql.to_owned();
        };
        let words = tokens.iter().filter_map(|(token, range)| match token {
            Token::Word(word) => Some((word.quote_style.is_none(), &word.value, range)),
            _ => None,
        });
        let named =
            words.clone().filter_map(|(_, word, _)| self.relations.get(&word.to_ascii_lowercase()));
        let mut written: BTreeMap<String, &str> = BTreeMap::new();
        for relation in named {
            for name in relation.columns.iter().chain([&relation.name]) {
                written.entry(name.to_ascii_lowercase()).or_insert(name);
            }
        }
        let mut text = String::with_capacity(sql.len());
        let mut end = 0;
        for (is_plain, _, range) in words {
            if !is_plain {
                continue;
            }
            text.push_str(&sql[end..range.start]);
            let word = sql[range.clone()].to_ascii_lowercase();
            text.push_str(written.get(&word).copied().unwrap_or(&word));
            end = range.end;
        }
        text.push_str(&sql[end..]);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.add("Office", vec!["CustomerId".to_owned(), "DaysSinceLastEmail".to_owned()]);
        names.add("Office_ScoreEntity", vec!["PrimaryKey".to_owned(), "Value".to_owned()]);
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
        ] {
            assert_eq!(names().in_their_case(typed), written);
        }
    }
}
