//! `known_attendees(relation, attendees)`: the attendees in a list whose address a relation has, the address replaced by
//! its number.
//!
//! `relation` is as for [`lookup`](super::lookup), with one int for each text; `attendees` is a list of structs with a
//! field `address`. Gives a list of the same structs with `address_no` in the place of `address`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, ListArray, StructArray, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion::common::{Result, exec_datafusion_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::lists::list_of;
use super::lookup::{Lookups, Numbers};
use super::texts::Texts;

const ADDRESS: &str = "address";

/// The function as DataFusion registers it.
pub(super) fn function(lookups: Lookups) -> ScalarUDF {
    let signature = Signature::any(2, Volatility::Immutable);
    ScalarUDF::from(KnownAttendees { signature, lookups })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct KnownAttendees {
    signature: Signature,
    lookups: Lookups,
}

impl ScalarUDFImpl for KnownAttendees {
    fn name(&self) -> &str {
        "known_attendees"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match &arguments[1] {
            DataType::List(item)
                if let DataType::Struct(attendee) = item.data_type()
                    && let Some((_, address)) = attendee.find(ADDRESS)
                    && Texts::can_be(address.data_type()) =>
            {
                Ok(DataType::new_list(DataType::Struct(known(attendee)), true))
            }
            other => plan_err!(
                "known_attendees takes a list of structs with a field `{ADDRESS}`, not {other}"
            ),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let numbers = self.lookups.called(&arguments.args)?;
        let attendees = arguments.args[1].to_array(arguments.number_rows)?;
        Ok(ColumnarValue::Array(Arc::new(lists(&numbers, attendees.as_list())?)))
    }
}

/// The fields of an attendee whose address is known.
fn known(attendee: &Fields) -> Fields {
    let known = |field: &FieldRef| match field.name().as_str() {
        ADDRESS => Arc::new(Field::new("address_no", DataType::Int32, false)),
        _ => field.clone(),
    };
    attendee.iter().map(known).collect()
}

fn lists(numbers: &Numbers, lists: &ListArray) -> Result<ListArray> {
    let attendees = lists.values().as_struct();
    let addresses = attendees
        .column_by_name(ADDRESS)
        .ok_or_else(|| exec_datafusion_err!("no field `{ADDRESS}`"))?;
    let addresses = Texts::of(addresses)?;
    let mut memo = Vec::new();
    let (mut places, mut found, mut lengths) = (Vec::new(), Vec::new(), Vec::new());
    for (row, ends) in lists.value_offsets().windows(2).enumerate() {
        let before = places.len();
        if lists.is_valid(row) {
            for place in ends[0]..ends[1] {
                addresses.each(
                    place as usize,
                    &mut memo,
                    |text| numbers.first(text),
                    |number| {
                        if let Some(number) = number {
                            places.push(place as u32);
                            found.push(number as i32);
                        }
                    },
                );
            }
        }
        lengths.push(places.len() - before);
    }
    let places = UInt32Array::from(places);
    let found: ArrayRef = Arc::new(Int32Array::from(found));
    let columns = attendees.fields().iter().zip(attendees.columns()).map(|(field, column)| {
        match field.name().as_str() {
            ADDRESS => Ok(found.clone()),
            _ => take(column, &places, None),
        }
    });
    let fields = known(attendees.fields());
    let attendees = StructArray::try_new(fields, columns.collect::<Result<_, _>>()?, None)?;
    list_of(Arc::new(attendees), lengths)
}
