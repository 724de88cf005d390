//! The header comment of a file in `sql/`: what the relation is, its grain and its columns.

use anyhow::{Context, Result, bail};

/// How long what a relation gives is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keeping {
    /// Not at all: it is a view.
    #[default]
    Not,
    /// Computed once and kept as Parquet until the run ends.
    Run,
    /// Computed for each span of the activity, and kept until what it is computed from changes.
    Span,
}

/// What the header comment of one relation says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// First sentence: what the relation is.
    pub title: String,
    /// What one row is.
    pub row: String,
    /// Columns that tell rows apart; empty where none do.
    pub grain: Vec<String>,
    /// How long what the relation gives is kept.
    pub kept: Keeping,
    /// Columns in the order of the SELECT.
    pub columns: Vec<Column>,
}

/// One column as its header line documents it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Column name.
    pub name: String,
    /// Value type: `text`, `int`, `double`, `date`, `instant`, `bool` or a list of something.
    pub kind: String,
    /// Never null.
    pub not_null: bool,
    /// Unit of the values; empty where they have none.
    pub unit: String,
    /// What the value means.
    pub meaning: String,
}

/// Reads the header comment at the top of `sql`.
///
/// Fails where a line of it is missing or malformed.
pub(super) fn parse(sql: &str) -> Result<Header> {
    let mut lines = sql
        .lines()
        .take_while(|line| line.starts_with("--"))
        .map(|line| line.trim_start_matches('-').trim());
    let mut header = Header {
        title: lines.next().context("no header comment")?.to_owned(),
        ..Header::default()
    };
    for line in lines.filter(|line| !line.is_empty()) {
        if let Some(row) = line.strip_prefix("One row:") {
            header.row = row.trim().to_owned();
        } else if let Some(grain) = line.strip_prefix("Grain:") {
            let columns = grain.split(',').map(|column| column.trim().to_owned());
            header.grain = columns.filter(|column| column != "none").collect();
        } else if let Some(kept) = line.strip_prefix("Kept:") {
            header.kept = match kept.trim() {
                "yes" => Keeping::Run,
                "by span" => Keeping::Span,
                other => bail!("`Kept: {other}` is neither `yes` nor `by span`"),
            };
        } else {
            header.columns.push(column(line)?);
        }
    }
    if header.row.is_empty() || header.columns.is_empty() {
        bail!("the header comment needs `One row:`, `Grain:` and a line for each column");
    }
    Ok(header)
}

fn column(line: &str) -> Result<Column> {
    let cells: Vec<&str> = line.splitn(4, '|').map(str::trim).collect();
    let [name, kind, unit, meaning] = cells[..] else {
        bail!("header line `{line}` is not `name | type | unit | meaning`");
    };
    let (kind, not_null) = match kind.strip_suffix(" not null") {
        Some(kind) => (kind, true),
        None => (kind, false),
    };
    Ok(Column {
        name: name.to_owned(),
        kind: kind.to_owned(),
        not_null,
        unit: unit.to_owned(),
        meaning: meaning.to_owned(),
    })
}
