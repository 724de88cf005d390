//! The tests of `sql/`: every `tests/sql/**/*.slt` is one test, and so is each promise about the folder `sql/` itself.
//!
//! An `.slt` file gets a session of its own, in which the relations of `activity` and `run` and those of other spans
//! are empty tables in memory, except `run.setting`, `run.period`, `run.weight` and `run.privacy`: they hold what a definition that
//! sets nothing gives, as of 2025-06-30. A file adds rows with `insert into …`, changes a setting with
//! `update run.setting set …` and asks the relations of `sql/`. An `insert into` one of these puts the rows in its
//! place, for what a check or a score says of rows written by hand.
//!
//! `UPDATE_EXPECTED=1 cargo test --test sql` writes the engine's answers into the `.slt` files, where they differ,
//! and the generated part of `sql/README.md`. Review them as a diff: METRICS decides what is right, not the engine.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StructArray, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Schema, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::NaiveDate;
use datafusion::common::config::Dialect;
use datafusion::common::{DataFusionError, ScalarValue, TableReference};
use datafusion::datasource::MemTable;
use datafusion::logical_expr::{
    ColumnarValue, Expr, LogicalPlan, ScalarUDF, Signature, SimpleScalarUDF, TypeSignature,
    Volatility, lit,
};
use datafusion::prelude::SessionContext;
use rapport::activity::table::{MeetingTable, MessageTable, Table as _};
use rapport::catalog::{self, Keeping, Relation};
use rapport::definition;
use rapport::definition::contact::ContactTable;
use rapport::definition::own::Own;
use rapport::engine::{self, Resources};
use rapport::run::{People, given};
use sqllogictest::harness::{Arguments, Failed, Trial, glob, run};
use sqllogictest::{
    DBOutput, DefaultColumnType, Runner, default_normalizer, default_validator,
    strict_column_validator,
};

const README_BEGIN: &str =
    "<!-- relations: generated, run UPDATE_EXPECTED=1 cargo test --test sql -->\n";
const README_END: &str = "<!-- end -->\n";

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("every_relation_has_a_test", || on_deep_stack(every_relation_has_a_test)),
        Trial::test("every_function_has_a_test", || on_deep_stack(every_function_has_a_test)),
        Trial::test("headers_tell_the_columns", || on_deep_stack(headers_tell_the_columns)),
        Trial::test("readme_lists_the_relations", || on_deep_stack(readme_lists_the_relations)),
    ];
    for path in files("tests/sql/**/*.slt") {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        trials.push(Trial::test(name, move || on_deep_stack(move || answers(&path))));
    }
    run(&arguments, trials).exit();
}

fn failed(error: anyhow::Error) -> Failed {
    format!("{error:#}").into()
}

/// Plans of views over views over views, unoptimised as tests are built, need more than a test thread's stack.
fn on_deep_stack(test: impl FnOnce() -> anyhow::Result<()> + Send + 'static) -> Result<(), Failed> {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(test)?;
    match thread.join() {
        Ok(result) => result.map_err(failed),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(pattern: &str) -> Vec<PathBuf> {
    let pattern = root().join(pattern);
    glob(pattern.to_str().unwrap()).unwrap().map(Result::unwrap).collect()
}

fn is_updating() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some()
}

/// Asks what the file at `path` asks, and compares the answers or writes them down.
fn answers(path: &Path) -> anyhow::Result<()> {
    let mut runner = Runner::new(|| async { Ok(Database::open().unwrap()) });
    runner.with_column_validator(strict_column_validator);
    if is_updating() {
        let update = runner.update_test_file(
            path,
            "  ",
            default_validator,
            default_normalizer,
            strict_column_validator,
        );
        return futures::executor::block_on(update)
            .map_err(|error| anyhow::anyhow!(error.to_string()));
    }
    runner.run_file(path).map_err(|error| anyhow::anyhow!("{}", error.display(false)))
}

/// The session of one `.slt` file.
struct Database {
    relations: Vec<Relation>,
    resources: Resources,
    context: SessionContext,
    runtime: tokio::runtime::Runtime,
    /// Relations that the file has put rows in the place of.
    replaced: BTreeSet<String>,
    /// Relations that are registered over the rows of now.
    fresh: BTreeSet<String>,
    /// The file has written rows that relations give, or other spans, and may have left columns out.
    is_by_hand: bool,
}

impl Database {
    fn open() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let relations = catalog::relations()?;
        let resources = Resources::unlimited();
        let context = engine::session(&relations, &resources)?;
        runtime.block_on(register_given(&context))?;
        let schemas = schemas(&relations, &runtime)?;
        for (name, source) in of_other_spans(&relations) {
            let fields = schemas[&source].fields().iter().map(|field| optional(field));
            let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
            register_table(&context, &name, schema, vec![])?;
        }
        let (replaced, fresh) = (BTreeSet::new(), BTreeSet::new());
        Ok(Self { relations, resources, context, runtime, replaced, fresh, is_by_hand: false })
    }

    /// Registers `names` and what they read, as a run does: kept relations as tables, the others as views.
    fn refresh(&mut self, mut names: BTreeSet<String>) -> anyhow::Result<()> {
        for relation in self.relations.iter().rev() {
            let name = relation.full_name();
            if self.replaced.contains(&name) {
                names.remove(&name);
                self.look_up_in(relation)?;
            } else if self.fresh.contains(&name) {
                names.remove(&name);
            } else if names.contains(&name) {
                names.extend(relation.reads.iter().cloned());
            }
        }
        for relation in &self.relations {
            if !names.contains(&relation.full_name()) {
                continue;
            }
            self.context.deregister_table(relation.reference())?;
            let plan = self.runtime.block_on(engine::plan(&self.context, relation))?;
            let table = if relation.header.kept != Keeping::Not {
                let schema = Arc::new(plan.schema().as_arrow().clone());
                let rows = self.runtime.block_on(plan.collect())?;
                if !self.is_by_hand {
                    lacks_no_value(relation, &rows)?;
                }
                Arc::new(MemTable::try_new(schema, vec![rows])?)
            } else {
                plan.into_view()
            };
            self.context.register_table(relation.reference(), table)?;
            self.look_up_in(relation)?;
            self.fresh.insert(relation.full_name());
        }
        Ok(())
    }

    /// Has `lookup` find the rows of now, where a relation looks up in `relation`.
    fn look_up_in(&self, relation: &Relation) -> anyhow::Result<()> {
        let look_up = look_up_in(&self.relations, &self.context, &self.resources, relation);
        self.runtime.block_on(look_up)
    }

    /// Puts an empty table in the place of a relation of `sql/`; false where `name` is a table already.
    fn stand_in(&mut self, name: &TableReference) -> anyhow::Result<bool> {
        let is_relation = self.relations.iter().any(|relation| relation.reference() == *name);
        if !is_relation || !self.replaced.insert(name.to_string()) {
            return Ok(false);
        }
        let view = self.runtime.block_on(self.context.table_provider(name.clone()))?;
        let schema = view.schema();
        let fields: Vec<Field> = schema.fields().iter().map(|field| optional(field)).collect();
        self.context.deregister_table(name.clone())?;
        let table = MemTable::try_new(Arc::new(Schema::new(fields)), vec![vec![]])?;
        self.context.register_table(name.clone(), Arc::new(table))?;
        Ok(true)
    }

    /// Runs one statement; its rows, or `None` where it changes what the relations read.
    fn execute(&mut self, sql: &str) -> anyhow::Result<Option<(SchemaRef, Vec<RecordBatch>)>> {
        let state = self.context.state();
        let statement = state.sql_to_statement(sql, &Dialect::Generic)?;
        let names = state.resolve_table_references(&statement)?;
        self.refresh(names.iter().map(ToString::to_string).collect())?;
        let mut plan = self.runtime.block_on(state.statement_to_plan(statement.clone()))?;
        let mut is_change = false;
        if let LogicalPlan::Dml(change) = &plan {
            is_change = true;
            let layer = change.table_name.schema();
            self.is_by_hand |= !layer.is_some_and(|layer| ["activity", "run"].contains(&layer));
            if self.stand_in(&change.table_name)? {
                plan = self.runtime.block_on(state.statement_to_plan(statement))?;
            }
        }
        let rows = self.runtime.block_on(self.context.execute_logical_plan(plan))?;
        let schema: SchemaRef = Arc::new(rows.schema().as_arrow().clone());
        let batches = self.runtime.block_on(rows.collect())?;
        if is_change {
            self.fresh.clear();
        }
        Ok((!is_change).then_some((schema, batches)))
    }
}

impl sqllogictest::DB for Database {
    type Error = DataFusionError;
    type ColumnType = DefaultColumnType;

    fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, DataFusionError> {
        match self.execute(sql) {
            Ok(Some((schema, batches))) => output(&schema, &batches),
            Ok(None) => Ok(DBOutput::StatementComplete(0)),
            Err(error) => Err(DataFusionError::External(error.into())),
        }
    }
}

/// Columns that the header calls `not null` have no null among `rows`.
fn lacks_no_value(relation: &Relation, rows: &[RecordBatch]) -> anyhow::Result<()> {
    for column in relation.header.columns.iter().filter(|column| column.not_null) {
        let lacks = rows.iter().any(|rows| {
            rows.column_by_name(&column.name).is_some_and(|values| values.null_count() > 0)
        });
        anyhow::ensure!(!lacks, "{}: `{}` is null", relation.full_name(), column.name);
    }
    Ok(())
}

/// The column where a file need not give it: it names the columns that matter to it.
fn optional(field: &Field) -> Field {
    field.clone().with_nullable(true)
}

/// What relations read of other spans and no file of `sql/` gives: its name, and the relation whose columns it has.
fn of_other_spans(relations: &[Relation]) -> Vec<(String, String)> {
    let mut names: BTreeSet<&String> = relations.iter().flat_map(|found| &found.reads).collect();
    names.retain(|name| {
        let (layer, _) = name.split_once('.').unwrap();
        catalog::OTHER_SPANS.contains(&layer)
            && relations.iter().all(|relation| relation.full_name() != **name)
    });
    let source = |name: &String| {
        let (_, stem) = name.split_once('.').unwrap();
        let is_source =
            |relation: &&Relation| relation.name == stem && relation.header.kept == Keeping::Span;
        relations.iter().find(is_source).unwrap().full_name()
    };
    names.into_iter().map(|name| (name.clone(), source(name))).collect()
}

/// The columns of every relation, each planned once over empty tables of what it reads.
fn schemas(
    relations: &[Relation],
    runtime: &tokio::runtime::Runtime,
) -> anyhow::Result<&'static HashMap<String, SchemaRef>> {
    static SCHEMAS: OnceLock<HashMap<String, SchemaRef>> = OnceLock::new();
    if let Some(schemas) = SCHEMAS.get() {
        return Ok(schemas);
    }
    let planned = runtime.block_on(plan_all(relations, |schema| schema))?;
    Ok(SCHEMAS.get_or_init(|| planned))
}

/// Plans every relation over empty tables, whose columns are `read` of those that were planned or are given.
async fn plan_all(
    relations: &[Relation],
    read: impl Fn(SchemaRef) -> SchemaRef,
) -> anyhow::Result<HashMap<String, SchemaRef>> {
    let resources = Resources::unlimited();
    let context = engine::session(relations, &resources)?;
    register_given(&context).await?;
    for layer in ["run", "activity"] {
        let schemas = context.catalog("rapport").unwrap().schema(layer).unwrap();
        for name in schemas.table_names() {
            let name = TableReference::partial(layer, name);
            let table = context.deregister_table(name.clone())?.unwrap();
            let is_literal = ["setting", "period", "weight", "privacy"].contains(&name.table());
            let schema = if is_literal { table.schema() } else { read(table.schema()) };
            context.register_table(name, Arc::new(MemTable::try_new(schema, vec![vec![]])?))?;
        }
    }
    let others = of_other_spans(relations);
    let mut schemas = HashMap::new();
    for relation in relations {
        let plan = engine::plan(&context, relation).await?;
        let name = relation.full_name();
        let schema: SchemaRef = Arc::new(plan.schema().as_arrow().clone());
        // what cannot be computed is often found only here
        plan.collect().await.map_err(|error| anyhow::anyhow!("{name}: {error}"))?;
        let others = others.iter().filter(|(_, source)| *source == name).map(|(other, _)| other);
        for name in others.chain([&name]) {
            let columns = match relation.header.kept {
                Keeping::Not => schema.clone(),
                Keeping::Run | Keeping::Span => read(schema.clone()),
            };
            register_table(&context, name, columns, vec![])?;
        }
        look_up_in(relations, &context, &resources, relation).await?;
        schemas.insert(name, schema);
    }
    Ok(schemas)
}

/// Has `lookup` find what `relation` holds, where one of `relations` looks up in it.
async fn look_up_in(
    relations: &[Relation],
    context: &SessionContext,
    resources: &Resources,
    relation: &Relation,
) -> anyhow::Result<()> {
    if relation.is_looked_up(relations) {
        engine::look_up_in(context, resources, relation.reference()).await?;
    }
    Ok(())
}

/// Registers empty tables for what a run is given, and the settings of a definition that names none.
async fn register_given(context: &SessionContext) -> anyhow::Result<()> {
    let as_of = NaiveDate::from_ymd_opt(2025, 6, 30).unwrap();
    let definition = definition::load(&root().join("tests/definition/ok-small/enrichment.toml"))?;
    for (name, sql) in given::literals(as_of, &definition) {
        let rows = context.sql(&sql).await?;
        let schema = Arc::new(rows.schema().as_arrow().clone());
        register_table(context, &format!("run.{name}"), schema, rows.collect().await?)?;
    }
    // a set tells which run it is of, and its last day
    let run = "select 'a run' as RunId, as_of_on as AsOfDate, window_start_on as WindowStartDate from run.period";
    let run = context.sql(run).await?.into_view();
    context.register_table(TableReference::partial("entity", "run"), run)?;
    let relations = catalog::relations()?;
    let office = relations.iter().find(|relation| relation.full_name() == "entity.Office").unwrap();
    let told = [("RunId", DataType::Utf8), ("AsOfDate", DataType::Date32)];
    let told = told.map(|(name, kind)| Arc::new(Field::new(name, kind, true)));
    let schema = office.header.schema(false)?;
    let columns = schema.fields().iter().map(|field| Arc::new(optional(field)));
    let schema = Arc::new(Schema::new(told.into_iter().chain(columns).collect::<Vec<_>>()));
    register_table(context, "entity.office_history", schema, vec![])?;

    let nobody = People {
        own: Own { addresses: vec![], groups: vec![], listed: 0, warnings: vec![] },
        contacts: ContactTable { contacts: vec![], customers: vec![], rows: 0, warnings: vec![] },
        directory_rows: 0,
        rejects: Vec::new(),
        warnings: vec![],
        excluded: Default::default(),
    };
    for (name, rows) in given::people(&nobody)? {
        register_table(context, &format!("run.{name}"), rows.schema(), vec![])?;
    }
    register_table(context, "run.last_office", given::last_office(), vec![])?;
    register_table(context, "activity.message_copy", MessageTable::schema(), vec![])?;
    register_table(context, "activity.meeting_copy", MeetingTable::schema(), vec![])?;
    register_attendee(context, "attendee", false);
    register_attendee(context, "room", true);
    Ok(())
}

/// A column that an `insert` does not name is false, an empty list or null, so that it names what matters.
fn register_table(
    context: &SessionContext,
    name: &str,
    schema: SchemaRef,
    rows: Vec<RecordBatch>,
) -> anyhow::Result<()> {
    let default = |kind: &DataType| match kind {
        DataType::Boolean => Some(lit(false)),
        DataType::List(item) => Some(Expr::Literal(
            ScalarValue::List(ScalarValue::new_list(&[], item.data_type(), true)),
            None,
        )),
        _ => None,
    };
    let defaults: HashMap<String, Expr> = schema
        .fields()
        .iter()
        .filter_map(|field| Some((field.name().clone(), default(field.data_type())?)))
        .collect();
    let table = MemTable::try_new(schema, vec![rows])?.with_column_defaults(defaults);
    // parsed, a name would be lower-cased
    let (layer, stem) = name.split_once('.').unwrap();
    context.register_table(TableReference::partial(layer, stem), Arc::new(table))?;
    Ok(())
}

/// Registers `attendee(address [, response [, responded_at]])`, which makes what `activity.meeting_copy` lists.
fn register_attendee(context: &SessionContext, name: &str, is_resource: bool) {
    let schema = MeetingTable::schema();
    let DataType::List(item) = schema.field_with_name("attendees").unwrap().data_type().clone()
    else {
        panic!("`attendees` is no list");
    };
    let DataType::Struct(fields) = item.data_type().clone() else {
        panic!("`attendees` is no list of structs");
    };
    let make = move |arguments: &[ColumnarValue]| {
        let arguments = ColumnarValue::values_to_arrays(arguments)?;
        let rows = arguments[0].len();
        let columns = fields.iter().enumerate().map(|(index, field)| {
            let kind = field.data_type();
            match (arguments.get(index), field.name().as_str()) {
                (Some(given), _) => Ok(cast(given, kind)?),
                (None, "is_resource") => {
                    ScalarValue::Boolean(Some(is_resource)).to_array_of_size(rows)
                }
                (None, "response") => ScalarValue::from("").to_array_of_size(rows),
                (None, _) => Ok(new_null_array(kind, rows)),
            }
        });
        let columns = columns.collect::<Result<Vec<ArrayRef>, DataFusionError>>()?;
        let attendee = StructArray::try_new(fields.clone(), columns, None)?;
        Ok(ColumnarValue::Array(Arc::new(attendee)))
    };
    let arguments = (1..=3).map(|count| TypeSignature::Exact(vec![DataType::Utf8; count]));
    let signature = Signature::one_of(arguments.collect(), Volatility::Immutable);
    let function = SimpleScalarUDF::new_with_signature(
        name,
        signature,
        item.data_type().clone(),
        Arc::new(make),
    );
    context.register_udf(ScalarUDF::from(function));
}

fn output(
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> Result<DBOutput<DefaultColumnType>, DataFusionError> {
    let types = schema.fields().iter().map(|field| match field.data_type() {
        kind if kind.is_integer() => DefaultColumnType::Integer,
        kind if kind.is_floating() => DefaultColumnType::FloatingPoint,
        kind if kind.is_string() => DefaultColumnType::Text,
        _ => DefaultColumnType::Any,
    });
    let mut rows = Vec::new();
    for batch in batches {
        let columns = batch.columns().iter().map(cells).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|column| column[row].clone()).collect());
        }
    }
    Ok(DBOutput::Rows { types: types.collect(), rows })
}

/// The values of one column as the answers print them: nine decimals at most, `NULL`, `(empty)`.
fn cells(column: &ArrayRef) -> Result<Vec<String>, DataFusionError> {
    let options = FormatOptions::new().with_null("NULL");
    let formatter = ArrayFormatter::try_new(column, &options)?;
    let doubles = column.as_primitive_opt::<Float64Type>();
    let cell = |row: usize| match doubles {
        Some(doubles) if column.is_valid(row) => {
            let text = format!("{:.9}", doubles.value(row));
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => match formatter.value(row).to_string() {
            text if text.is_empty() => "(empty)".to_owned(),
            text => text,
        },
    };
    Ok((0..column.len()).map(cell).collect())
}

/// Paths below `folder` without the ending.
fn stems(pattern: &str, folder: &str) -> BTreeSet<PathBuf> {
    let stem = |path: &PathBuf| path.strip_prefix(root().join(folder)).unwrap().with_extension("");
    files(pattern).iter().map(stem).collect()
}

fn every_relation_has_a_test() -> anyhow::Result<()> {
    let relations: BTreeSet<PathBuf> = catalog::relations()?
        .iter()
        .map(|relation| Path::new(relation.layer).join(relation.name))
        .collect();
    let written = stems("sql/*/*.sql", "sql");
    anyhow::ensure!(
        written == relations,
        "`sql/` has changed since the build\nhint: `touch src/catalog/mod.rs`, then test again"
    );
    let mut tested = stems("tests/sql/*/*.slt", "tests/sql");
    tested.retain(|path| !path.starts_with("function"));
    let untested: Vec<_> = relations.difference(&tested).collect();
    anyhow::ensure!(untested.is_empty(), "relations without a file in tests/sql: {untested:?}");
    let strays: Vec<_> = tested.difference(&relations).collect();
    anyhow::ensure!(strays.is_empty(), "files in tests/sql without a relation: {strays:?}");
    Ok(())
}

fn every_function_has_a_test() -> anyhow::Result<()> {
    let functions = functions(&engine::session(&[], &Resources::unlimited())?);
    let others = functions_of_datafusion();
    let known: BTreeSet<PathBuf> = functions.difference(&others).map(PathBuf::from).collect();
    let tested = stems("tests/sql/function/*.slt", "tests/sql/function");
    anyhow::ensure!(
        known == tested,
        "the functions of `udf` are {known:?}, those with a file in tests/sql/function {tested:?}"
    );
    Ok(())
}

/// The names by which a session knows its functions.
fn functions(context: &SessionContext) -> HashSet<String> {
    let state = context.state();
    let names = state.scalar_functions().keys().chain(state.aggregate_functions().keys());
    names.chain(state.window_functions().keys()).cloned().collect()
}

#[expect(clippy::disallowed_methods, reason = "a session without Rapport's functions")]
fn functions_of_datafusion() -> HashSet<String> {
    functions(&SessionContext::new())
}

/// The header of a file names the columns that its SELECT plans, in their order and with their types.
fn headers_tell_the_columns() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let relations = catalog::relations()?;
    // texts as a session of a run reads them from Parquet; in the `.slt` files they are what memory has
    let schemas = runtime.block_on(plan_all(&relations, as_views))?;
    let mut wrong = String::new();
    for relation in &relations {
        let name = relation.full_name();
        let told: Vec<(&str, &str)> = relation
            .header
            .columns
            .iter()
            .map(|column| match column.kind.ends_with(" list") {
                true => (column.name.as_str(), "list"),
                false => (column.name.as_str(), column.kind.as_str()),
            })
            .collect();
        let planned: Vec<(&str, &str)> = schemas[&name]
            .fields()
            .iter()
            .map(|field| (field.name().as_str(), kind(field.data_type())))
            .collect();
        if told != planned {
            writeln!(wrong, "{name}: the header tells {told:?}, the SELECT gives {planned:?}")?;
        }
        for column in &relation.header.grain {
            if !told.iter().any(|(name, _)| name == column) {
                writeln!(wrong, "{name}: `{column}` of the grain is no column")?;
            }
        }
    }
    anyhow::ensure!(wrong.is_empty(), "{wrong}");
    Ok(())
}

/// The columns as the engine reads them from Parquet.
fn as_views(schema: SchemaRef) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Utf8 => field.as_ref().clone().with_data_type(DataType::Utf8View),
        _ => field.as_ref().clone(),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The type as headers call it.
fn kind(kind: &DataType) -> &'static str {
    match kind {
        kind if kind.is_string() => "text",
        kind if kind.is_integer() => "int",
        DataType::Float64 => "double",
        DataType::Date32 => "date",
        DataType::Timestamp(..) => "instant",
        DataType::Boolean => "bool",
        DataType::List(_) | DataType::LargeList(_) => "list",
        _ => "no type that a header knows",
    }
}

fn readme_lists_the_relations() -> anyhow::Result<()> {
    let path = root().join("sql/README.md");
    let text = fs::read_to_string(&path)?;
    let parts = text.split_once(README_BEGIN).and_then(|(before, rest)| {
        rest.split_once(README_END).map(|(generated, after)| (before, generated, after))
    });
    let Some((before, generated, after)) = parts else {
        anyhow::bail!("sql/README.md lacks the lines `{README_BEGIN}` and `{README_END}`");
    };
    let expected = relation_tables(&catalog::relations()?)?;
    if is_updating() {
        fs::write(&path, format!("{before}{README_BEGIN}{expected}{README_END}{after}"))?;
    } else {
        anyhow::ensure!(
            generated == expected,
            "sql/README.md does not list the relations as their headers tell them\nhint: `UPDATE_EXPECTED=1 cargo test --test sql`"
        );
    }
    Ok(())
}

/// The relations as Markdown: layers in the order in which data passes them, relations by name.
fn relation_tables(relations: &[Relation]) -> Result<String, std::fmt::Error> {
    const LAYERS: [&str; 12] = [
        "stage",
        "straddling",
        "account",
        "score",
        "entity",
        "view",
        "segment",
        "measure",
        "card",
        "overview",
        "check",
        "report",
    ];
    let mut sorted: Vec<&Relation> = relations.iter().collect();
    sorted.sort_by_key(|relation| {
        let place = LAYERS.iter().position(|layer| *layer == relation.layer);
        (place.unwrap_or(LAYERS.len()), relation.layer, relation.name)
    });
    let mut text = String::new();
    for relation in sorted {
        let header = &relation.header;
        let kept = match header.kept {
            Keeping::Not => "",
            Keeping::Run => " Kept for the run.",
            Keeping::Span => " Kept by span.",
        };
        let grain = match &header.grain[..] {
            [] => "none".to_owned(),
            columns => format!("`{}`", columns.join("`, `")),
        };
        writeln!(text, "\n### {}\n\n{}{kept}\n", relation.full_name(), header.title)?;
        writeln!(text, "One row: {} Grain: {grain}.\n", header.row)?;
        if let Some(other) = &header.columns_of {
            writeln!(text, "Columns: those of `entity.{other}`.")?;
            continue;
        }
        writeln!(text, "| column | type | unit | meaning |\n|---|---|---|---|")?;
        for column in &header.columns {
            let mut not_null = if column.not_null { " not null" } else { "" }.to_owned();
            not_null += if column.may_be_hidden { " unless hidden" } else { "" };
            let meaning = column.meaning.replace('|', "\\|");
            let (name, kind, unit) = (&column.name, &column.kind, &column.unit);
            writeln!(text, "| {name} | {kind}{not_null} | {unit} | {meaning} |")?;
        }
    }
    text.push('\n');
    Ok(text)
}
