//! Rows as values of a type.

use anyhow::Result;
use arrow::json::ArrayWriter;
use datafusion::prelude::DataFrame;
use serde::de::DeserializeOwned;

/// The rows, each read by the names of its columns; null columns are left out, so they need a default.
///
/// Fails where the query fails, and where a row is none of the type.
pub async fn rows<T: DeserializeOwned>(query: DataFrame) -> Result<Vec<T>> {
    let mut writer = ArrayWriter::new(Vec::new());
    for rows in query.collect().await? {
        writer.write(&rows)?;
    }
    writer.finish()?;
    let text = writer.into_inner();
    match text.is_empty() {
        true => Ok(Vec::new()),
        false => Ok(serde_json::from_slice(&text)?),
    }
}
