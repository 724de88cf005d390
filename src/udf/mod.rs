//! Functions that the SQL in `sql/` calls and DataFusion does not have. One file a function.
//!
//! To add one: write its file here, then name it in [`register`].

mod interner;
mod local_day;
mod min_by;
mod one_group;
mod percentile;
mod set_union;
mod xxh3;

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::FunctionRegistry;

/// Tells `registry` every function of Rapport; the session builder calls this.
pub fn register(registry: &mut dyn FunctionRegistry) -> Result<()> {
    for function in [local_day::function(), xxh3::function()] {
        registry.register_udf(Arc::new(function))?;
    }
    for function in [min_by::function(), set_union::function()] {
        registry.register_udaf(Arc::new(function))?;
    }
    registry.register_udwf(Arc::new(percentile::function()))?;
    Ok(())
}
