//! Parquet: text and integer columns, however they are encoded.

use std::fs::File;
use std::path::Path;

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use super::super::error::{Error, reason};
use super::{Each, Pick};

pub(super) fn columns(path: &Path) -> Result<Vec<String>, Error> {
    Ok(names(&open(path)?))
}

pub(super) fn read(path: &Path, pick: Pick<'_>, each: Each<'_>) -> Result<(), Error> {
    let builder = open(path)?;
    let names = names(&builder);
    let picked = pick(&names)?;
    for at in &picked {
        let kind = builder.schema().field(*at).data_type();
        if !is_text_or_integer(kind) {
            let problem = format!("column `{}` holds {kind}, not text or integers", names[*at]);
            return Err(Error::new(path, problem).hint("write the column as text"));
        }
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), picked.iter().copied());
    let reader = builder.with_projection(mask).build().map_err(|error| broken(path, &error))?;
    for batch in reader {
        let batch = batch.map_err(|error| broken(path, &error))?;
        let columns = picked
            .iter()
            .map(|at| texts(path, &batch, &names[*at]))
            .collect::<Result<Vec<StringArray>, Error>>()?;
        for row in 0..batch.num_rows() {
            let cell = |column| cell(column, row);
            each(&columns.iter().map(cell).collect::<Vec<&str>>());
        }
    }
    Ok(())
}

fn cell(column: &StringArray, row: usize) -> &str {
    if column.is_null(row) { "" } else { column.value(row) }
}

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, Error> {
    let file = File::open(path).map_err(|error| Error::new(path, reason(&error)))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| broken(path, &error))
}

fn names(builder: &ParquetRecordBatchReaderBuilder<File>) -> Vec<String> {
    builder.schema().fields().iter().map(|field| field.name().clone()).collect()
}

fn is_text_or_integer(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => true,
        DataType::Dictionary(_, value) => is_text_or_integer(value),
        other => other.is_integer(),
    }
}

fn texts(path: &Path, batch: &RecordBatch, name: &str) -> Result<StringArray, Error> {
    let wrong = || Error::new(path, format!("column `{name}` cannot be read as text"));
    let column: &ArrayRef = batch.column_by_name(name).ok_or_else(wrong)?;
    let texts = cast(column, &DataType::Utf8).map_err(|_| wrong())?;
    texts.as_any().downcast_ref::<StringArray>().cloned().ok_or_else(wrong)
}

fn broken(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::new(path, format!("not readable as Parquet: {error}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ::parquet::arrow::ArrowWriter;
    use arrow::array::{
        BooleanArray, DictionaryArray, Int64Array, LargeStringArray, StringViewArray,
    };
    use arrow::datatypes::Int32Type;

    use super::*;

    fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
        let batch = RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, column)| (name, column, true)),
        )
        .unwrap();
        let mut writer =
            ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }

    #[test]
    fn every_encoding_of_text_and_integers_comes_out_as_text_in_the_picked_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let dictionary: DictionaryArray<Int32Type> = vec![Some("c1"), None].into_iter().collect();
        write(
            &path,
            vec![
                ("large", Arc::new(LargeStringArray::from(vec![Some("a@x"), None])) as ArrayRef),
                ("flag", Arc::new(BooleanArray::from(vec![true, false]))),
                ("id", Arc::new(Int64Array::from(vec![Some(7), None]))),
                ("view", Arc::new(StringViewArray::from(vec!["v@x", "w@x"]))),
                ("dictionary", Arc::new(dictionary)),
            ],
        );
        let mut rows: Vec<Vec<String>> = Vec::new();
        read(&path, &|_| Ok(vec![2, 4, 0, 3]), &mut |cells| {
            rows.push(cells.iter().map(|cell| cell.to_string()).collect());
        })
        .unwrap();
        assert_eq!(rows, [["7", "c1", "a@x", "v@x"], ["", "", "", "w@x"]]);
        let error = read(&path, &|_| Ok(vec![1]), &mut |_| {}).unwrap_err();
        assert!(error.problem.contains("`flag` holds Boolean"), "{error}");
    }

    #[test]
    fn a_text_file_is_no_parquet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        std::fs::write(&path, "ContactId,Email\n").unwrap();
        assert!(columns(&path).unwrap_err().problem.starts_with("not readable as Parquet"));
    }
}
