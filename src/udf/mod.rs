//! Functions that the SQL in `sql/` calls and DataFusion does not have. One file a function.
//!
//! To add one: write its file here, then name it in [`register`].

mod by_customer;
mod interner;
mod is_empty;
mod known_attendees;
mod lists;
mod local_day;
mod lookup;
mod min_by;
mod one_group;
mod percentile;
mod set_union;
mod stranger_domains;
mod texts;
mod turns;
mod views;
mod xxh3;

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::FunctionRegistry;

pub use lookup::Lookups;

/// Tells `registry` every function of Rapport, some of which look up in `lookups`; the session builder calls this.
pub fn register(registry: &mut dyn FunctionRegistry, lookups: &Lookups) -> Result<()> {
    for function in [
        by_customer::function(),
        is_empty::function(),
        known_attendees::function(lookups.clone()),
        local_day::function(),
        lookup::function(lookups.clone()),
        stranger_domains::function(lookups.clone()),
        turns::function(),
        xxh3::function(),
    ] {
        registry.register_udf(Arc::new(function))?;
    }
    for function in [min_by::min_by(), min_by::min_text(), set_union::function()] {
        registry.register_udaf(Arc::new(function))?;
    }
    registry.register_udwf(Arc::new(percentile::function()))?;
    Ok(())
}
