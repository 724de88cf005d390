//! Bounds for values that operators put into many rows: joins, lists that are unnested, windows, scalar subqueries and
//! constants.
//!
//! No memory limit counts the batches that they make, and one long text in thousands of rows would fill any memory.

use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, OffsetSizeTrait, RecordBatch};
use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, resources_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{InListExpr, Literal};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties,
    ReplaceChildrenOptions,
};
use futures::TryStreamExt;

/// Bytes of a row that may be put into many, and of the constants of an operator: a batch has 8,192 rows.
const BYTES: usize = 64 << 10;

/// Constants of so many bytes count: there are many in any query, and they are short.
const LONG: usize = 64;

const RECOMPUTED: ReplaceChildrenOptions =
    ReplaceChildrenOptions { children_properties: ChildrenPropertiesMode::Recompute };

/// Puts [`ShortRows`] below what repeats rows, and refuses long constants.
#[derive(Debug)]
pub(super) struct SpreadRows;

impl PhysicalOptimizerRule for SpreadRows {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            check_constants(&node)?;
            let name = node.name();
            let is_subquery = name == "ScalarSubqueryExec";
            let is_repeating = is_subquery
                || ["JoinExec", "UnnestExec", "WindowAggExec"]
                    .iter()
                    .any(|end| name.ends_with(end));
            if !is_repeating {
                return Ok(Transformed::no(node));
            }
            let children = node.children().into_iter().cloned().enumerate();
            // the first child of a scalar subquery's operator is what it is read in
            let children = children.map(|(at, child)| match is_subquery && at == 0 {
                true => child,
                false => Arc::new(ShortRows(child)) as _,
            });
            let children = children.collect();
            Ok(Transformed::yes(node.replace_children(children, RECOMPUTED)?))
        })
        .data()
    }

    fn name(&self) -> &str {
        "spread_rows"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The constants of one operator, lists of `in` apart, are short together.
fn check_constants(node: &Arc<dyn ExecutionPlan>) -> Result<()> {
    let mut bytes = 0;
    node.apply_expressions(&mut |expression: &Arc<dyn PhysicalExpr>| {
        expression.apply(|part| {
            if part.downcast_ref::<InListExpr>().is_some() {
                return Ok(TreeNodeRecursion::Jump);
            }
            if let Some(constant) = part.downcast_ref::<Literal>() {
                let size = longest(&constant.value().to_array()?);
                bytes += if size > LONG { size } else { 0 };
            }
            Ok(TreeNodeRecursion::Continue)
        })
    })?;
    short(bytes)
}

/// Rows that may be repeated; a longer one is an error.
#[derive(Debug)]
struct ShortRows(Arc<dyn ExecutionPlan>);

impl DisplayAs for ShortRows {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShortRows")
    }
}

impl ExecutionPlan for ShortRows {
    fn name(&self) -> &str {
        "ShortRows"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.0.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.0]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self(children.swap_remove(0))))
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, RECOMPUTED)
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let rows = self.0.execute(partition, context)?;
        let checked = rows.and_then(|batch| async move { check_rows(&batch).map(|()| batch) });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), checked)))
    }
}

fn check_rows(batch: &RecordBatch) -> Result<()> {
    short(batch.columns().iter().map(longest).fold(0, usize::saturating_add))
}

fn short(bytes: usize) -> Result<()> {
    match bytes <= BYTES {
        true => Ok(()),
        false => resources_err!(
            "a value of {bytes} bytes would be in every row\nhint: join or select shorter texts and lists"
        ),
    }
}

/// Bytes of the longest value, or more.
fn longest(values: &ArrayRef) -> usize {
    let most = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or_default();
    match values.data_type() {
        DataType::Utf8 => between(values.as_string::<i32>().value_offsets()),
        DataType::LargeUtf8 => between(values.as_string::<i64>().value_offsets()),
        DataType::Binary => between(values.as_binary::<i32>().value_offsets()),
        DataType::LargeBinary => between(values.as_binary::<i64>().value_offsets()),
        DataType::Utf8View => {
            most(&mut values.as_string_view().lengths().map(|size| size as usize))
        }
        DataType::BinaryView => {
            most(&mut values.as_binary_view().lengths().map(|size| size as usize))
        }
        DataType::List(_) => {
            let lists = values.as_list::<i32>();
            between(lists.value_offsets()).saturating_mul(longest(lists.values()))
        }
        DataType::LargeList(_) => {
            let lists = values.as_list::<i64>();
            between(lists.value_offsets()).saturating_mul(longest(lists.values()))
        }
        DataType::FixedSizeList(_, size) => {
            let size = usize::try_from(*size).unwrap_or_default();
            size.saturating_mul(longest(values.as_fixed_size_list().values()))
        }
        DataType::Struct(_) => values.as_struct().columns().iter().map(longest).sum(),
        DataType::Dictionary(..) => longest(values.as_any_dictionary().values()),
        other => other.primitive_width().unwrap_or(16),
    }
}

/// The largest distance of two offsets that follow each other.
fn between<O: OffsetSizeTrait>(offsets: &[O]) -> usize {
    let distances = offsets.windows(2).map(|pair| pair[1].as_usize() - pair[0].as_usize());
    distances.max().unwrap_or_default()
}
