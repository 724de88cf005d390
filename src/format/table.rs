//! Rows as a table for people, plain or in Markdown, and as a line for each value.
//!
//! Values come from other people's systems: what would move the cursor or turn the text around is written as an escape.

use std::io::Write;

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::util::display::ArrayFormatter;
use comfy_table::{CellAlignment, ColumnConstraint, Width, presets};

use super::harmless::harmless;
use super::{NULL, Rows, options};

/// A line below the header and bars between columns, nothing around.
const PLAIN: &str = "     -+ |          ";

/// Rows that are held until they are written, so that the widths of columns are known.
const HELD: usize = 10_000;
/// Lines above the rows: names, and what parts them from the rows.
const HEADER: usize = 2;

pub(super) struct Table<'a> {
    out: Box<dyn Write + Send + 'a>,
    table: comfy_table::Table,
    schema: SchemaRef,
    is_markdown: bool,
    count: usize,
}

impl<'a> Table<'a> {
    pub(super) fn plain(schema: SchemaRef, out: Box<dyn Write + Send + 'a>) -> Self {
        Self { table: empty(&schema, false, &[]), out, schema, is_markdown: false, count: 0 }
    }

    pub(super) fn markdown(schema: SchemaRef, out: Box<dyn Write + Send + 'a>) -> Self {
        Self { table: empty(&schema, true, &[]), out, schema, is_markdown: true, count: 0 }
    }

    /// Writes the rows that are held, the first with the header; columns of later ones are at least as wide.
    fn draw(&mut self) -> Result<()> {
        let is_first = self.count <= HELD;
        for line in self.table.lines().skip(if is_first { 0 } else { HEADER }) {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        self.table = empty(&self.schema, self.is_markdown, &self.table.column_max_content_widths());
        Ok(())
    }
}

/// A table without rows, of which columns have these widths at least.
fn empty(schema: &SchemaRef, is_markdown: bool, widths: &[u16]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_preset(if is_markdown { presets::ASCII_MARKDOWN } else { PLAIN });
    let names = schema.fields().iter().map(|field| cell(field.name(), is_markdown));
    table.set_header(names.collect::<Vec<_>>());
    for (column, field) in table.column_iter_mut().zip(schema.fields()) {
        if field.data_type().is_numeric() {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for (column, width) in table.column_iter_mut().zip(widths) {
        let width = Width::Fixed(width + column.padding_width());
        column.set_constraint(ColumnConstraint::LowerBoundary(width));
    }
    table
}

impl Rows for Table<'_> {
    fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        let is_markdown = self.is_markdown;
        each_row(rows, |values| {
            let cells = values.iter().map(|value| cell(value, is_markdown));
            self.table.add_row(cells.collect::<Vec<_>>());
            self.count += 1;
            if self.count.is_multiple_of(HELD) { self.draw() } else { Ok(()) }
        })
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if self.schema.fields().is_empty() {
            return Ok(self.out.flush()?);
        }
        if self.count == 0 || !self.count.is_multiple_of(HELD) {
            self.draw()?;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array};

    use super::*;

    #[test]
    fn rows_beyond_those_that_are_held_line_up_with_them() {
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..25_000));
        let rows = RecordBatch::try_from_iter([("n", numbers.clone()), ("m", numbers)]).unwrap();
        let mut written = Vec::new();
        let mut table = Box::new(Table::plain(rows.schema(), Box::new(&mut written)));
        table.write(&rows).unwrap();
        table.finish().unwrap();
        let text = String::from_utf8(written).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2 + 25_000 + 1);
        assert_eq!(lines[..3], ["    n |    m", "------+------", "    0 |    0"]);
        assert_eq!(lines[10_001..10_004], [" 9999 | 9999", " 10000 | 10000", " 10001 | 10001"]);
        assert_eq!(lines[25_002], "(25000 rows)");
    }
}
