//! `lookup(relation, texts [, numbers])`: the numbers that a relation gives a text, or the texts of a list, and the
//! further `numbers`, as one sorted list, each once.
//!
//! `relation` is a literal, the full name of a relation whose first column is the text and whose second the number,
//! an int or a bigint; a text may have several numbers or none. It is held in memory, as [`Lookups`], for all
//! sessions of a run. A join would have to take every list apart and put it together again, and would look for a text
//! each time it is met; here each different text of a batch is looked for once.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, ListArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, plan_datafusion_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    TypeSignature, Volatility,
};

use super::interner::Interner;
use super::lists::{Bigints, list_of, settle};
use super::texts::Texts;

/// The relations that functions look texts up in, by full name.
#[derive(Debug, Clone, Default)]
pub struct Lookups(Arc<RwLock<BTreeMap<String, Arc<Numbers>>>>);

impl Lookups {
    /// Makes `rows` the relation called `name`: a column of texts and one of numbers of the type `kind`.
    ///
    /// Fails where the columns are others or have nulls.
    pub fn set(&self, name: &str, kind: &DataType, rows: &[RecordBatch]) -> Result<()> {
        let numbers = Arc::new(Numbers::of(kind, rows)?);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(name.to_owned(), numbers);
        Ok(())
    }

    /// The relation that a literal names.
    pub(super) fn named(&self, name: Option<&ScalarValue>) -> Result<Arc<Numbers>> {
        let Some(Some(name)) = name.and_then(ScalarValue::try_as_str) else {
            return plan_err!("the relation to look up in is no literal");
        };
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(name).cloned();
        found.ok_or_else(|| plan_datafusion_err!("`{name}` is not there to look up in"))
    }

    /// The relation that the first argument of a call names.
    pub(super) fn called(&self, arguments: &[ColumnarValue]) -> Result<Arc<Numbers>> {
        match &arguments[0] {
            ColumnarValue::Scalar(name) => self.named(Some(name)),
            ColumnarValue::Array(_) => self.named(None),
        }
    }
}

impl PartialEq for Lookups {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Lookups {}

impl Hash for Lookups {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

/// Each text's numbers.
#[derive(Debug)]
pub(super) struct Numbers {
    texts: Interner,
    /// For each text, in the order of its code, where its numbers end; they begin where those before end.
    ends: Vec<usize>,
    numbers: Vec<i64>,
    kind: DataType,
}

impl Numbers {
    fn of(kind: &DataType, rows: &[RecordBatch]) -> Result<Self> {
        let mut texts = Interner::default();
        let mut pairs = Vec::new();
        for batch in rows {
            let names = cast(batch.column(0), &DataType::Utf8View)?;
            let numbers = cast(batch.column(1), &DataType::Int64)?;
            for (name, number) in
                names.as_string_view().iter().zip(numbers.as_primitive::<Int64Type>())
            {
                let pair = name.map(|name| texts.code(name)).zip(number);
                pairs.push(pair.ok_or_else(|| exec_datafusion_err!("a null to look up"))?);
            }
        }
        pairs.sort_unstable();
        let mut ends = vec![0; texts.len()];
        for (place, (code, _)) in pairs.iter().enumerate() {
            ends[*code as usize] = place + 1;
        }
        let numbers = pairs.into_iter().map(|(_, number)| number).collect();
        Ok(Self { texts, ends, numbers, kind: kind.clone() })
    }

    /// The smallest number of `text`.
    pub(super) fn first(&self, text: &str) -> Option<i64> {
        self.find(text).map(|at| self.numbers[at.start])
    }

    /// Where the numbers of `text` stand; `None` where it has none.
    pub(super) fn find(&self, text: &str) -> Option<Range<usize>> {
        let code = self.texts.find(text)? as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        Some(start..self.ends[code])
    }
}

/// The function as DataFusion registers it.
pub(super) fn function(lookups: Lookups) -> ScalarUDF {
    let counts = vec![TypeSignature::Any(2), TypeSignature::Any(3)];
    let signature = Signature::one_of(counts, Volatility::Immutable);
    ScalarUDF::from(Lookup { signature, lookups })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Lookup {
    signature: Signature,
    lookups: Lookups,
}

impl ScalarUDFImpl for Lookup {
    fn name(&self) -> &str {
        "lookup"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        plan_err!("what lookup gives depends on the relation")
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs) -> Result<FieldRef> {
        let numbers = self.lookups.named(arguments.scalar_arguments[0])?;
        let kinds: Vec<_> = arguments.arg_fields.iter().map(|field| field.data_type()).collect();
        if !Texts::can_be(kinds[1]) || kinds.get(2).is_some_and(|kind| !Bigints::can_be(kind)) {
            return plan_err!("lookup takes texts and a list of ints, not {:?}", &kinds[1..]);
        }
        Ok(Arc::new(Field::new(self.name(), DataType::new_list(numbers.kind.clone(), true), false)))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let numbers = self.lookups.called(&arguments.args)?;
        let texts = arguments.args[1].to_array(arguments.number_rows)?;
        let further = arguments.args.get(2).map(|list| list.to_array(arguments.number_rows));
        let lists = lists(&numbers, &texts, further.transpose()?.as_ref())?;
        Ok(ColumnarValue::Array(Arc::new(lists)))
    }
}

/// For each row the numbers of its texts and the further ones.
fn lists(numbers: &Numbers, texts: &ArrayRef, further: Option<&ArrayRef>) -> Result<ListArray> {
    let (rows, texts) = (texts.len(), Texts::of(texts)?);
    let further = further.map(Bigints::of).transpose()?;
    let mut memo = Vec::new();
    let mut found: Vec<i64> = Vec::with_capacity(rows);
    let mut lengths = Vec::with_capacity(rows);
    for row in 0..rows {
        let start = found.len();
        let find = |text: &str| numbers.find(text).unwrap_or_default();
        texts.each(row, &mut memo, find, |at| found.extend_from_slice(&numbers.numbers[at]));
        found.extend_from_slice(further.as_ref().map_or(&[], |lists| lists.row(row)));
        settle(&mut found, start);
        lengths.push(found.len() - start);
    }
    list_of(cast(&Int64Array::from(found), &numbers.kind)?, lengths)
}
