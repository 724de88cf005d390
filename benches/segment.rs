//! A query over a published `Office.parquet`, in a process of its own: `benches/compare.py` measures it.
//!
//! `segment OFFICE.parquet QUERY` prints the rows and the seconds from opening the session as JSON.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result};
use arrow::array::AsArray as _;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::TableReference;
use parquet::arrow::parquet_to_arrow_schema;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use rapport::catalog;
use rapport::engine::{self, Resources};

#[tokio::main]
async fn main() -> Result<()> {
    // `cargo bench` adds arguments of its own
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [office, query] = arguments.as_slice() else {
        return Ok(());
    };
    let began = Instant::now();
    let path = PathBuf::from(office);
    let file = std::fs::File::open(&path).with_context(|| format!("cannot read `{office}`"))?;
    let reader = SerializedFileReader::new(file)?;
    let metadata = reader.metadata().file_metadata();
    let schema = parquet_to_arrow_schema(metadata.schema_descr(), metadata.key_value_metadata())?;
    let context = engine::session(&catalog::relations()?, &Resources::unlimited())?;
    let reference = TableReference::partial("entity", "Office");
    engine::register_parquet(&context, reference, schema.into(), &[path])?;
    let mut rows = Vec::new();
    for batch in context.sql(query).await?.collect().await? {
        let columns = batch
            .columns()
            .iter()
            .map(|column| cast(column, &DataType::Utf8))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            rows.push(
                columns
                    .iter()
                    .map(|column| column.as_string::<i32>().value(row).to_owned())
                    .collect::<Vec<_>>(),
            );
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let answer = serde_json::json!({ "seconds": seconds, "rows": rows });
    writeln!(std::io::stdout(), "{answer}")?;
    Ok(())
}
