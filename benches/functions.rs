//! What the SQL functions of `udf` cost: `cargo bench --bench functions` (`-- set_union` for those with the word).
//!
//! Each is asked over the same rows in memory, on one core, so figures compare with each other and with
//! `baseline`, which only adds up.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark has no callers")]

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Int32Array, Int32Builder, ListBuilder, RecordBatch, StringBuilder, StringViewArray,
    TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::TableReference;
use datafusion::prelude::SessionContext;
use divan::Bencher;
use divan::counter::ItemsCount;
use rapport::catalog;
use rapport::engine::{self, Resources};

fn main() {
    divan::main();
}

const ROWS: usize = 200_000;
const BATCH: usize = 8_192;

/// Rows about as a span has them: three copies a message, 400 own people, 30 contacts a customer.
fn rows(from: usize, to: usize) -> RecordBatch {
    let numbers = from..to;
    let text = |row: usize| format!("Person.{}@customer-{}.example", row * 7 % 900, row % 70);
    let group: ArrayRef =
        Arc::new(numbers.clone().map(|row| (row / 3) as i32).collect::<Int32Array>());
    let number: ArrayRef =
        Arc::new(numbers.clone().map(|row| (row * 7 % 400) as i32).collect::<Int32Array>());
    let texts: ArrayRef =
        Arc::new(numbers.clone().map(|row| Some(text(row))).collect::<StringViewArray>());
    let key: ArrayRef = Arc::new(
        numbers
            .clone()
            .map(|row| {
                Some(format!("<{:032x}@mail.customer.example>", row as u128 * 0x9e37_79b9_7f4a))
            })
            .collect::<StringViewArray>(),
    );
    let at: ArrayRef = Arc::new(
        numbers
            .clone()
            .map(|row| Some(1_740_000_000_000_000 + row as i64 * 77_777_777))
            .collect::<TimestampMicrosecondArray>()
            .with_timezone("UTC"),
    );
    let mut people = ListBuilder::new(Int32Builder::new());
    let mut addresses = ListBuilder::new(StringBuilder::new());
    for row in numbers {
        for part in 0..3 {
            people.values().append_value(((row + part * 31) % 400) as i32);
            addresses.values().append_value(text(row + part * 31));
        }
        people.append(true);
        addresses.append(true);
    }
    let people: ArrayRef = Arc::new(people.finish());
    let addresses: ArrayRef = Arc::new(addresses.finish());
    let dictionary = DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into());
    let dictionary = cast(&addresses, &DataType::new_list(dictionary, true)).unwrap();
    RecordBatch::try_from_iter([
        ("grp", group),
        ("number", number),
        ("word", texts),
        ("key", key),
        ("at", at),
        ("people", people),
        ("addresses", addresses),
        // as `activity.message_copy` is read
        ("dictionary", dictionary),
    ])
    .unwrap()
}

async fn session() -> SessionContext {
    let mut resources = Resources::unlimited();
    resources.cores = 1;
    let context = engine::session(&catalog::relations().unwrap(), &resources).unwrap();
    let batches: Vec<_> =
        (0..ROWS).step_by(BATCH).map(|from| rows(from, ROWS.min(from + BATCH))).collect();
    let table = datafusion::datasource::MemTable::try_new(batches[0].schema(), vec![batches]);
    context.register_table("entity.t", Arc::new(table.unwrap())).unwrap();
    let known = "select word as address, row_number() over (order by word) as number from (select distinct word from t)";
    let known = context.sql(known).await.unwrap().into_view();
    context.register_table("run.known", known).unwrap();
    let reference = TableReference::partial("run", "known");
    engine::look_up_in(&context, &resources, reference).await.unwrap();
    context
}

#[divan::bench(sample_count = 20, args = [
    ("baseline", "select sum(number) from t group by grp"),
    ("local_day", "select max(local_day(at, 'Europe/London')) from t"),
    ("xxh3", "select max(xxh3(key)) from t"),
    ("lookup", "select count(lookup('run.known', word)) from t"),
    ("lookup_list", "select count(lookup('run.known', addresses)) from t"),
    ("lookup_dictionary_list", "select count(lookup('run.known', dictionary)) from t"),
    ("stranger_domains", "select count(stranger_domains('run.known', dictionary)) from t"),
    ("by_customer", "select count(by_customer(people, people)) from t"),
    ("is_empty", "select bool_or(is_empty(people)) from t"),
    ("turns", "select count(turns(array_agg(named_struct('sent_at', at, 'is_question', number % 2 = 0, 'message_key', key, 'message_hash', number)))) from t group by grp"),
    ("min_by", "select min_by(word, at) from t group by grp"),
    ("min_text", "select min_text(key) from t group by grp"),
    ("set_union_int", "select set_union(number) from t group by grp"),
    ("set_union_int_list", "select set_union(people) from t group by grp"),
    ("set_union_bigint_list", "select set_union(arrow_cast(people, 'List(Int64)')) from t group by grp"),
    ("set_union_text_list", "select set_union(addresses) from t group by grp"),
    ("set_union_few_groups", "select set_union(people) from t group by number"),
    ("percentile", "select max(p) from (select percentile(number) over (partition by grp % 60) as p from t)"),
])]
fn function(bencher: Bencher, (_, sql): (&str, &str)) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let context = runtime.block_on(session());
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        runtime.block_on(async { context.sql(sql).await.unwrap().collect().await.unwrap() })
    });
}
