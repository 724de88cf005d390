//! `stranger_domains(relation, addresses [, domains])`: the domains of the addresses in a list, or of one, that a relation
//! lacks, and the further `domains`, as one sorted list, each once.
//!
//! `relation` is as for [`lookup`](super::lookup). The domain is what follows the last `@`; an address without one has none.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ListArray, ListBuilder, StringBuilder};
use arrow::datatypes::DataType;
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature,
    Volatility,
};

use super::interner::Interner;
use super::lists::settle;
use super::lookup::{Lookups, Numbers};
use super::texts::Texts;

/// The function as DataFusion registers it.
pub(super) fn function(lookups: Lookups) -> ScalarUDF {
    let counts = vec![TypeSignature::Any(2), TypeSignature::Any(3)];
    let signature = Signature::one_of(counts, Volatility::Immutable);
    ScalarUDF::from(StrangerDomains { signature, lookups })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct StrangerDomains {
    signature: Signature,
    lookups: Lookups,
}

impl ScalarUDFImpl for StrangerDomains {
    fn name(&self) -> &str {
        "stranger_domains"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        if !arguments[1..].iter().all(Texts::can_be) {
            return plan_err!("stranger_domains takes texts, not {:?}", &arguments[1..]);
        }
        Ok(DataType::new_list(DataType::Utf8, true))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let known = self.lookups.called(&arguments.args)?;
        let addresses = arguments.args[1].to_array(arguments.number_rows)?;
        let further = arguments.args.get(2).map(|list| list.to_array(arguments.number_rows));
        let lists = lists(&known, &addresses, further.transpose()?.as_ref())?;
        Ok(ColumnarValue::Array(Arc::new(lists)))
    }
}

fn lists(known: &Numbers, addresses: &ArrayRef, further: Option<&ArrayRef>) -> Result<ListArray> {
    let (rows, addresses) = (addresses.len(), Texts::of(addresses)?);
    let further = further.map(Texts::of).transpose()?;
    let mut domains = Interner::default();
    let (mut memo, mut further_memo) = (Vec::new(), Vec::new());
    let mut found: Vec<u32> = Vec::new();
    let mut texts: Vec<&str> = Vec::new();
    let mut ends = Vec::with_capacity(rows);
    for row in 0..rows {
        let start = found.len();
        let find = |address: &str| match address.rsplit_once('@') {
            Some((_, domain)) if known.find(address).is_none() => Some(domains.code(domain)),
            _ => None,
        };
        addresses.each(row, &mut memo, find, |domain| found.extend(domain));
        if let Some(further) = &further {
            further.each(
                row,
                &mut further_memo,
                |domain| domains.code(domain),
                |domain| found.push(domain),
            );
        }
        settle(&mut found, start);
        ends.push(found.len());
    }
    let mut lists = ListBuilder::with_capacity(StringBuilder::new(), rows);
    let mut start = 0;
    for end in ends {
        texts.extend(found[start..end].iter().map(|&domain| domains.text(domain)));
        texts.sort_unstable();
        texts.drain(..).for_each(|text| lists.values().append_value(text));
        lists.append(true);
        start = end;
    }
    Ok(lists.finish())
}
