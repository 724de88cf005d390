//! The header comment of a file in `sql/`: what the relation is, its grain and its columns.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

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
    /// The relation whose columns these are, where the header does not list them itself.
    pub columns_of: Option<String>,
    /// What else is said of a saved query; empty for a relation of `sql/`.
    pub description: String,
}

/// One column as its header line documents it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Column name.
    pub name: String,
    /// Value type: `text`, `int`, `double`, `date`, `instant`, `bool` or a list of something.
    pub kind: String,
    /// Never null, but where [`may_be_hidden`](Column::may_be_hidden).
    pub not_null: bool,
    /// Null where a definition sets `min_group` and the value would tell of fewer own people.
    pub may_be_hidden: bool,
    /// Unit of the values; empty where they have none.
    pub unit: String,
    /// What the value means.
    pub meaning: String,
}

impl Header {
    /// The columns as they are published, with unit and meaning in each field's metadata; `hides`: values of small
    /// groups may be null.
    ///
    /// Fails where one has a type that is not published.
    pub fn schema(&self, hides: bool) -> Result<SchemaRef> {
        let fields = self.columns.iter().map(|column| field(column, hides));
        let fields = fields.collect::<Result<Vec<_>>>()?;
        Ok(Arc::new(Schema::new(fields)))
    }
}

fn field(column: &Column, hides: bool) -> Result<Field> {
    let kind = match column.kind.as_str() {
        "text" => DataType::Utf8,
        "int" => DataType::Int32,
        "double" => DataType::Float64,
        "date" => DataType::Date32,
        other => bail!("column `{}`: `{other}` is no type of a published column", column.name),
    };
    let mut metadata = HashMap::from([("meaning".to_owned(), column.meaning.clone())]);
    if !column.unit.is_empty() {
        metadata.insert("unit".to_owned(), column.unit.clone());
    }
    let is_nullable = !column.not_null || hides && column.may_be_hidden;
    Ok(Field::new(&column.name, kind, is_nullable).with_metadata(metadata))
}

/// Reads the header comment at the top of `sql`, a file of `sql/`.
///
/// Fails where a line of it is missing or malformed.
pub(super) fn parse(sql: &str) -> Result<Header> {
    let header = read(sql, |line, header| {
        header.columns.push(column(line)?);
        Ok(())
    })?;
    if header.row.is_empty() || header.columns.is_empty() && header.columns_of.is_none() {
        bail!("the header comment needs `One row:`, `Grain:` and a line for each column");
    }
    Ok(header)
}

/// Reads the header comment at the top of a saved query: its title, then what people want to say; all but the
/// title may be missing.
pub fn of_saved(sql: &str) -> Result<Header> {
    read(sql, |line, header| {
        match column(line) {
            Ok(column) => header.columns.push(column),
            Err(_) if header.description.is_empty() => header.description = line.to_owned(),
            Err(_) => {
                header.description.push(' ');
                header.description.push_str(line);
            }
        }
        Ok(())
    })
}

fn read(sql: &str, mut other: impl FnMut(&str, &mut Header) -> Result<()>) -> Result<Header> {
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
        } else if let Some(relation) = line.strip_prefix("Columns:") {
            header.columns_of = Some(relation.trim().to_owned());
        } else {
            other(line, &mut header)?;
        }
    }
    Ok(header)
}

fn column(line: &str) -> Result<Column> {
    let cells: Vec<&str> = line.splitn(4, '|').map(str::trim).collect();
    let [name, kind, unit, meaning] = cells[..] else {
        bail!("header line `{line}` is not `name | type | unit | meaning`");
    };
    let (kind, may_be_hidden) = match kind.strip_suffix(" unless hidden") {
        Some(kind) => (kind, true),
        None => (kind, false),
    };
    let (kind, not_null) = match kind.strip_suffix(" not null") {
        Some(kind) => (kind, true),
        None => (kind, false),
    };
    Ok(Column {
        name: name.to_owned(),
        kind: kind.to_owned(),
        not_null,
        may_be_hidden,
        unit: unit.to_owned(),
        meaning: meaning.to_owned(),
    })
}
