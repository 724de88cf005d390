//! `by_customer(these, those)`: for each customer of the contacts in `these`, its contacts in either list.
//!
//! Both are sorted lists of contacts as `stage.contact` writes them, a bigint: the customer's number in the upper 32 bits,
//! the contact's in the lower. Gives a sorted list of structs `customer_no` and `contacts`, a sorted list of ints.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int32Array, ListArray, StructArray};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::lists::{Bigints, list_of, settle};

/// The function as DataFusion registers it.
pub(super) fn function() -> ScalarUDF {
    ScalarUDF::from(ByCustomer { signature: Signature::any(2, Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct ByCustomer {
    signature: Signature,
}

impl ScalarUDFImpl for ByCustomer {
    fn name(&self) -> &str {
        "by_customer"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        if !arguments.iter().all(Bigints::can_be) {
            return plan_err!("by_customer takes two lists of bigints, not {arguments:?}");
        }
        Ok(DataType::new_list(DataType::Struct(fields()), true))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [these, those] = &ColumnarValue::values_to_arrays(&arguments.args)?[..] else {
            return exec_err!("by_customer takes two lists");
        };
        Ok(ColumnarValue::Array(Arc::new(customers(these, those)?)))
    }
}

fn fields() -> Fields {
    let contacts = DataType::new_list(DataType::Int32, true);
    Fields::from(vec![
        Field::new("customer_no", DataType::Int32, false),
        Field::new("contacts", contacts, false),
    ])
}

fn customers(these: &ArrayRef, those: &ArrayRef) -> Result<ListArray> {
    let rows = these.len();
    let (these, those) = (Bigints::of(these)?, Bigints::of(those)?);
    let mut all: Vec<i64> = Vec::new();
    let mut customers: Vec<i32> = Vec::new();
    let mut customers_of_row = Vec::with_capacity(rows);
    let mut contacts: Vec<i32> = Vec::new();
    let mut contacts_of_customer = Vec::new();
    for row in 0..rows {
        let before = customers.len();
        let asked = these.row(row);
        all.clear();
        if !asked.is_empty() {
            all.extend_from_slice(asked);
            all.extend_from_slice(those.row(row));
            settle(&mut all, 0);
        }
        let is_asked =
            |customer| asked.binary_search_by_key(&customer, |contact| contact >> 32).is_ok();
        for group in all.chunk_by(|one, next| one >> 32 == next >> 32) {
            let customer = group[0] >> 32;
            if is_asked(customer) {
                customers.push(customer as i32);
                contacts.extend(group.iter().map(|&contact| contact as i32));
                contacts_of_customer.push(group.len());
            }
        }
        customers_of_row.push(customers.len() - before);
    }
    let contacts = list_of(Arc::new(Int32Array::from(contacts)), contacts_of_customer)?;
    let columns: Vec<ArrayRef> = vec![Arc::new(Int32Array::from(customers)), Arc::new(contacts)];
    list_of(Arc::new(StructArray::try_new(fields(), columns, None)?), customers_of_row)
}
