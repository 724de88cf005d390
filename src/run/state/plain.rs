//! What of an error or a warning goes into a record, a report or a log: no address, no row, no name of an individual.

use arrow::error::ArrowError;
use datafusion::common::DataFusionError;
use parquet::errors::ParquetError;

use crate::engine;
use crate::run::Refused;

/// What stands for what is left out.
const LEFT_OUT: &str = "…";

/// Why a run failed: what errors of the engine quote of the data, hints and examples are left out.
pub fn error(error: &anyhow::Error) -> String {
    if let Some(Refused::Check { check, rows, .. }) = error.downcast_ref() {
        return format!("check `{check}` found {rows} rows where there must be none");
    }
    let is_of_engine = |cause: &(dyn std::error::Error + 'static)| {
        cause.is::<DataFusionError>() || cause.is::<ArrowError>() || cause.is::<ParquetError>()
    };
    let is_outermost = error.chain().next().is_some_and(is_of_engine);
    let told = match error.chain().any(is_of_engine) {
        true if engine::is_out_of_memory(error) => format!("{error}: there is not enough memory"),
        true if is_outermost => "the engine failed".to_owned(),
        true => error.to_string(),
        false => format!("{error:#}"),
    };
    text(&told)
}

/// The same without hints and without whatever has an address in it.
pub fn text(text: &str) -> String {
    let lines = text.lines().take_while(|line| !line.starts_with("hint:"));
    let lines: Vec<String> = lines.map(line).collect();
    lines.join("\n")
}

/// Quoted pieces and words with an `@` are left out.
fn line(line: &str) -> String {
    let pieces = line.split('`').enumerate().map(|(number, piece)| match number % 2 {
        1 if piece.contains('@') => LEFT_OUT.to_owned(),
        1 => piece.to_owned(),
        _ => words(piece),
    });
    pieces.collect::<Vec<_>>().join("`")
}

fn words(text: &str) -> String {
    let words = text.split(' ').map(|word| if word.contains('@') { LEFT_OUT } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hints_and_rows_are_left_out() {
        assert_eq!(
            text("2 of `Jane <jane@x.example>` and jane@x.example, `b`"),
            "2 of `…` and … `b`"
        );
        assert_eq!(text("one\ntwo\nhint: three\nfour"), "one\ntwo");
        let check = Refused::Check { check: "score", rows: 2, first: "{\"a\":1}".to_owned() };
        assert_eq!(error(&check.into()), "check `score` found 2 rows where there must be none");
        let cast = DataFusionError::Execution("cannot cast 'jane' to Int64".to_owned());
        let cast = anyhow::Error::new(cast).context("cannot compute `stage.message`");
        assert_eq!(error(&cast), "cannot compute `stage.message`");
    }
}
