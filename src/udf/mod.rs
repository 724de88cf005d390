//! Functions that the SQL in `sql/` calls and DataFusion does not have. One file a function.
//!
//! To add one: write its file here, then name it in [`all`].

mod local_day;

use datafusion::logical_expr::ScalarUDF;

/// Every scalar function of Rapport; the session builder registers them all.
pub fn all() -> Vec<ScalarUDF> {
    vec![local_day::function()]
}
