//! The SQL console: a statement, and its rows as a table.

use maud::{Markup, html};

use super::{Here, Page};
use crate::format::harmless::harmless;

/// What the console shows below the statement.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Nothing was asked yet.
    None,
    /// Statements that give no rows, such as those that make a view.
    Done,
    /// Rows, the first of them.
    Rows(Rows),
    /// Why there is no answer: what is wrong, with its place, and what to do.
    Failed(String),
}

/// The first rows of an answer.
#[derive(Debug, Clone)]
pub struct Rows {
    /// Columns; of numbers, whether they are.
    pub columns: Vec<(String, bool)>,
    /// Values as text, null apart.
    pub rows: Vec<Vec<Option<String>>>,
    /// There are more than these.
    pub has_more: bool,
    /// How long it took.
    pub seconds: f64,
}

/// A relation that can be asked.
#[derive(Debug, Clone)]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// Entity, view, segment or measure.
    pub sort: &'static str,
    /// What it tells.
    pub title: String,
    /// Its columns.
    pub columns: Vec<String>,
}

const EXAMPLES: [(&str, &str); 4] = [
    (
        "Nobody has written for 60 days",
        "select CustomerId, EngagementScore, DaysSinceLastEmail\nfrom customer\nwhere DaysSinceLastEmail > 60\norder by EngagementScore desc",
    ),
    (
        "Score and its components",
        "select CustomerId, Component, Value, Points\nfrom Office_ScoreEntity\njoin customer using (PrimaryKey)\norder by CustomerId, Points desc",
    ),
    (
        "E-mails by month",
        "select AggregationStartDate, sum(NoOfEmails_FromAccount) as FromAccounts, sum(NoOfEmails_ToAccount) as ToAccounts\nfrom month\ngroup by AggregationStartDate\norder by AggregationStartDate",
    ),
    ("Customers in a segment", "select *\nfrom fading\norder by QuarterBefore desc"),
];

/// The page.
pub fn html(page: &Page<'_>, sql: &str, answer: &Answer, relations: &[Relation]) -> Markup {
    page.html(
        "SQL",
        Here::Console,
        &html! {
            div.heading {
                h1 { "SQL" }
                p.lead { "Ask the published set. It can be read, and nothing else." }
            }
            form.console method="post" action="/sql" {
                label for="sql" { "Statement" }
                textarea #sql name="sql" rows="8" spellcheck="false" autocapitalize="off" autocomplete="off"
                    aria-describedby="keys" { "\n" (sql) }
                div.row {
                    button name="as" value="table" { "Run" }
                    button.quiet name="as" value="csv" { "Download CSV" }
                    span.muted #keys { "Ctrl+Enter runs it. Names need no quotes and no capitals." }
                }
            }
            (answered(page, answer))
            div.columns {
                section {
                    h2 { "Examples" }
                    ul.examples {
                        @for (title, sql) in EXAMPLES {
                            li { form method="post" action="/sql" {
                                input type="hidden" name="sql" value=(sql);
                                button.link { (title) }
                            } }
                        }
                    }
                }
                section {
                    h2 { "What there is" }
                    @for relation in relations {
                        details.relation {
                            summary { code { (relation.name) } " " span.tag { (relation.sort) } }
                            p { (harmless(&relation.title)) }
                            p.names { @for column in &relation.columns { code { (harmless(column)) } " " } }
                        }
                    }
                }
            }
        },
    )
}

fn answered(page: &Page<'_>, answer: &Answer) -> Markup {
    match answer {
        Answer::None => html! {},
        Answer::Done => {
            html! { div.panel.answer role="status" { p { "Done. A view lasts as long as the statements that are run together with it." } } }
        }
        Answer::Failed(text) => html! {
            div.panel.answer.failed role="alert" {
                h2 { "No answer" }
                pre tabindex="0" { (harmless_lines(text)) }
            }
        },
        Answer::Rows(rows) => html! {
            section.answer #answer {
                h2 { "Answer" }
                p.muted role="status" {
                    (match rows.has_more {
                        true => format!("The first {} rows; the CSV file has them all", page.whole(rows.rows.len())),
                        false => page.counted(rows.rows.len(), "row", "rows"),
                    })
                    ", " (page.numbers.decimal(rows.seconds, 2)) " s" "."
                }
                @if !rows.columns.is_empty() {
                    div.panel.flush { div.scroll.tall tabindex="0" role="region" aria-label="Answer" {
                        table.list {
                            caption.unseen { "Rows of the answer" }
                            thead { tr {
                                @for (name, is_number) in &rows.columns {
                                    th.number[*is_number] scope="col" { (harmless(name)) }
                                }
                            } }
                            tbody {
                                @for row in &rows.rows {
                                    tr {
                                        @for (value, (_, is_number)) in row.iter().zip(&rows.columns) {
                                            td.number[*is_number] {
                                                @match value {
                                                    Some(value) => bdi { (harmless(value)) },
                                                    None => span.muted { "null" },
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    } }
                }
            }
        },
    }
}

/// Lines stay lines, and tabs tabs.
fn harmless_lines(text: &str) -> String {
    let line = |line: &str| line.split('\t').map(harmless).collect::<Vec<_>>().join("\t");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
