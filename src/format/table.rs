//! Rows as a table for people, plain or in Markdown, and as a line for each value.
//!
//! Values come from other people's systems: what would move the cursor or turn the text around is written as an escape.

use std::io::Write;

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::util::display::ArrayFormatter;
use comfy_table::{CellAlignment, presets};

use super::{NULL, Rows, options};

/// A line below the header and bars between columns, nothing around.
const PLAIN: &str = "     -+ |          ";

pub(super) struct Table<'a> {
    out: Box<dyn Write + Send + 'a>,
    table: comfy_table::Table,
    schema: SchemaRef,
    is_markdown: bool,
    count: usize,
}

impl<'a> Table<'a> {
    pub(super) fn plain(schema: SchemaRef, out: Box<dyn Write + Send + 'a>) -> Self {
        Self::new(schema, out, false)
    }

    pub(super) fn markdown(schema: SchemaRef, out: Box<dyn Write + Send + 'a>) -> Self {
        Self::new(schema, out, true)
    }

    fn new(schema: SchemaRef, out: Box<dyn Write + Send + 'a>, is_markdown: bool) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_preset(if is_markdown { presets::ASCII_MARKDOWN } else { PLAIN });
        let names = schema.fields().iter().map(|field| cell(field.name(), is_markdown));
        table.set_header(names.collect::<Vec<_>>());
        for (column, field) in table.column_iter_mut().zip(schema.fields()) {
            if is_number(field.data_type()) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self { out, table, schema, is_markdown, count: 0 }
    }
}

impl Rows for Table<'_> {
    fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        self.count += rows.num_rows();
        let is_markdown = self.is_markdown;
        each_row(rows, |values| {
            let cells = values.iter().map(|value| cell(value, is_markdown));
            self.table.add_row(cells.collect::<Vec<_>>());
            Ok(())
        })
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if self.schema.fields().is_empty() {
            return Ok(self.out.flush()?);
        }
        for line in self.table.lines() {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        if !self.is_markdown {
            writeln!(self.out, "({})", crate::definition::count(self.count, "row", "rows"))?;
        }
        Ok(self.out.flush()?)
    }
}

pub(super) struct Expanded<'a> {
    out: Box<dyn Write + Send + 'a>,
    names: Vec<String>,
    width: usize,
    count: usize,
}

impl<'a> Expanded<'a> {
    pub(super) fn new(schema: SchemaRef, out: Box<dyn Write + Send + 'a>) -> Self {
        let names: Vec<String> =
            schema.fields().iter().map(|field| harmless(field.name())).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        Self { out, names, width, count: 0 }
    }
}

impl Rows for Expanded<'_> {
    fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        let Self { out, names, width, count } = self;
        each_row(rows, |values| {
            *count += 1;
            writeln!(out, "-[ row {count} ]-")?;
            for (name, value) in names.iter().zip(values) {
                writeln!(out, "{name:<width$} | {}", harmless(value), width = *width)?;
            }
            Ok(())
        })
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        writeln!(self.out, "({})", crate::definition::count(self.count, "row", "rows"))?;
        Ok(self.out.flush()?)
    }
}

fn each_row(rows: &RecordBatch, mut row: impl FnMut(&[String]) -> Result<()>) -> Result<()> {
    let options = options(NULL);
    let columns = rows
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options))
        .collect::<Result<Vec<_>, _>>()?;
    for at in 0..rows.num_rows() {
        let values: Vec<String> =
            columns.iter().map(|column| column.value(at).to_string()).collect();
        row(&values)?;
    }
    Ok(())
}

fn cell(value: &str, is_markdown: bool) -> String {
    match is_markdown {
        true => harmless(value).replace('|', "\\|"),
        false => harmless(value),
    }
}

/// The text with characters that draw nothing, and those that turn its direction, as escapes.
fn harmless(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(|c: char| c.is_control() || turns(c)) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| match c.is_control() || turns(c) {
            true => c.escape_default().to_string(),
            false => c.to_string(),
        })
        .collect()
}

fn is_number(kind: &DataType) -> bool {
    kind.is_numeric()
}
