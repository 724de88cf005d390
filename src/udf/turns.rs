//! `turns(messages)`: of the messages in a list, each that stands right after a question and is none itself, with the
//! question.
//!
//! `messages` is a list of structs `sent_at`, `is_question`, `message_key` and `message_hash`, in any order; it is put
//! in the order of the first three, questions first. Gives a list of structs `message_hash`, `sent_at`,
//! `question_hash` and `asked_at`. A window over all messages would sort them all at once; conversations are short.

use std::cmp::Reverse;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, StructArray, UInt32Array};
use arrow::compute::{cast, take};
use arrow::datatypes::{DataType, Field, Fields, Int64Type};
use datafusion::common::{Result, exec_datafusion_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::lists::list_of;
use super::texts::Texts;

/// The function as DataFusion registers it.
pub(super) fn function() -> ScalarUDF {
    ScalarUDF::from(Turns { signature: Signature::any(1, Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Turns {
    signature: Signature,
}

impl ScalarUDFImpl for Turns {
    fn name(&self) -> &str {
        "turns"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        if let DataType::List(item) = &arguments[0]
            && let DataType::Struct(message) = item.data_type()
            && let Some(turn) = turn(message)
        {
            return Ok(DataType::new_list(DataType::Struct(turn), true));
        }
        plan_err!("turns takes a list of structs that are messages, not {}", arguments[0])
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let messages = arguments.args[0].to_array(arguments.number_rows)?;
        Ok(ColumnarValue::Array(Arc::new(turns(messages.as_list())?)))
    }
}

/// The fields of a turn, with the types of the message's.
fn turn(message: &Fields) -> Option<Fields> {
    let kind = |name: &str| message.find(name).map(|(_, field)| field.data_type());
    if kind("is_question") != Some(&DataType::Boolean) || !Texts::can_be(kind("message_key")?) {
        return None;
    }
    let field = |name: &str, source: &str| {
        let (_, field) = message.find(source)?;
        Some(Field::new(name, field.data_type().clone(), true))
    };
    [
        field("message_hash", "message_hash"),
        field("sent_at", "sent_at"),
        field("question_hash", "message_hash"),
        field("asked_at", "sent_at"),
    ]
    .into_iter()
    .collect()
}

fn turns(lists: &ListArray) -> Result<ListArray> {
    let messages = lists.values().as_struct();
    let column = |name: &str| {
        messages.column_by_name(name).ok_or_else(|| exec_datafusion_err!("no field `{name}`"))
    };
    let (hashes, sent_at) = (column("message_hash")?, column("sent_at")?);
    let times = cast(sent_at, &DataType::Int64)?;
    let times = times.as_primitive::<Int64Type>();
    let is_question = column("is_question")?.as_boolean();
    let keys = cast(column("message_key")?, &DataType::Utf8View)?;
    let keys = keys.as_string_view();

    let (mut answers, mut questions, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
    let mut order: Vec<u32> = Vec::new();
    for (row, ends) in lists.value_offsets().windows(2).enumerate() {
        let before = answers.len();
        if lists.is_valid(row) {
            order.clear();
            order.extend(ends[0] as u32..ends[1] as u32);
            order.sort_unstable_by_key(|&place| {
                let place = place as usize;
                (times.value(place), Reverse(is_question.value(place)), keys.value(place))
            });
            for pair in order.windows(2) {
                if is_question.value(pair[0] as usize) && !is_question.value(pair[1] as usize) {
                    questions.push(pair[0]);
                    answers.push(pair[1]);
                }
            }
        }
        lengths.push(answers.len() - before);
    }

    let (answers, questions) = (UInt32Array::from(answers), UInt32Array::from(questions));
    let fields = turn(messages.fields()).ok_or_else(|| exec_datafusion_err!("no message"))?;
    let columns: Vec<ArrayRef> = vec![
        take(hashes, &answers, None)?,
        take(sent_at, &answers, None)?,
        take(hashes, &questions, None)?,
        take(sent_at, &questions, None)?,
    ];
    list_of(Arc::new(StructArray::try_new(fields, columns, None)?), lengths)
}
