//! The SQL console: what the shell would answer, within the limits that all servers of the process share.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::time::Instant;

use axum::Form;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::display::ArrayFormatter;
use datafusion::prelude::DataFrame;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;

use super::answer::{Answer as Page, Problem, html};
use super::published::Published;
use super::server::{Server, Shared};
use crate::format::{self, Format};
use crate::page::console::{self, Answer, Rows};
use crate::query::{Session, statements};

/// Rows that a page shows; a CSV file has all of them.
const SHOWN: usize = 1_000;
/// Signs of a value that a page shows.
const SIGNS: usize = 2_000;
/// Pieces of a CSV file that wait to be taken.
const AHEAD: usize = 8;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    sql: String,
    r#as: String,
}

pub(super) async fn form(State(server): State<Shared>) -> Page {
    let published = server.published().await?;
    let relations = published.relations().await?;
    html(console::html(&server.page(Some(&published.set)), "", &Answer::None, relations))
}

pub(super) async fn ask(State(server): State<Shared>, Form(asked): Form<Asked>) -> Response {
    let published = match server.published().await {
        Ok(published) => published,
        Err(problem) => return problem.into_response(),
    };
    // a browser sends lines as the form has them
    let sql = asked.sql.replace("\r\n", "\n");
    let told = match asked.r#as == "csv" {
        true => match file(&server, &sql).await {
            Ok(response) => return response,
            Err(told) => Answer::Failed(told),
        },
        false => answer(&server, &sql).await.unwrap_or_else(Answer::Failed),
    };
    shown(&server, &published, &sql, &told).await.unwrap_or_else(IntoResponse::into_response)
}

async fn shown(
    server: &Server,
    published: &Published,
    sql: &str,
    answer: &Answer,
) -> Result<Response, Problem> {
    let relations = published.relations().await?;
    let page = console::html(&server.page(Some(&published.set)), sql, answer, relations);
    let status = match answer {
        Answer::Failed(_) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    Ok((status, Html(page.into_string())).into_response())
}

/// A statement under way: it has a session of its own, with the memory that a query may use, and a permit to run.
struct Asking {
    session: Session,
    /// The last statement, whose rows are the answer.
    last: String,
    query: DataFrame,
    _permit: OwnedSemaphorePermit,
}

/// Runs all statements of `sql` but the last, and plans that one.
///
/// Fails with what is wrong, as people read it.
async fn begin(server: &Server, sql: &str) -> Result<Asking, String> {
    let limits = &server.request.limits;
    let permit = limits.queries.clone().acquire_owned().await;
    let permit = permit.map_err(|_| "the server stops".to_owned())?;
    let session = Session::open(server.request.source.clone()).await;
    let session = session.map_err(|error| format!("{error:#}"))?;
    let parts = statements(sql);
    let Some(((last, _), before)) = parts.split_last() else {
        return Err("there is no statement\nhint: such as `select * from customer`".to_owned());
    };
    for (range, _) in before {
        query(&session, sql, &sql[..range.end], range.start).await?;
    }
    let query = query(&session, sql, &sql[..last.end], last.start).await?;
    Ok(Asking { session, last: sql[last.clone()].to_owned(), query, _permit: permit })
}

/// Plans the statement that begins at `start` of `text`; what stands before it is blanked, so that places stay true.
async fn query(
    session: &Session,
    sql: &str,
    text: &str,
    start: usize,
) -> Result<DataFrame, String> {
    let blank = |c: char| if c == '\n' { '\n' } else { ' ' };
    let before: String = text[..start].chars().map(blank).collect();
    let planned = session.query(&(before + &text[start..])).await;
    planned.map_err(|error| error.of_part(sql).to_string())
}

/// The first rows of the answer.
async fn answer(server: &Server, sql: &str) -> Result<Answer, String> {
    let begun = Instant::now();
    limited(server, async {
        let Asking { session, last, query, _permit } = begin(server, sql).await?;
        let columns: Vec<(String, bool)> = query
            .schema()
            .fields()
            .iter()
            .map(|field| (field.name().clone(), field.data_type().is_numeric()))
            .collect();
        let wrong = |error| session.error(&error, &last).to_string();
        let mut batches = query.execute_stream().await.map_err(wrong)?;
        let mut rows = Vec::new();
        let mut has_more = false;
        while let Some(batch) = batches.try_next().await.map_err(wrong)? {
            let room = SHOWN - rows.len();
            has_more = batch.num_rows() > room;
            let batch = batch.slice(0, batch.num_rows().min(room));
            values(&batch, &mut rows).map_err(|error| format!("{error:#}"))?;
            if has_more {
                break;
            }
        }
        if columns.is_empty() {
            return Ok(Answer::Done);
        }
        let seconds = begun.elapsed().as_secs_f64();
        Ok(Answer::Rows(Rows { columns, rows, has_more, seconds }))
    })
    .await
}

fn values(batch: &RecordBatch, rows: &mut Vec<Vec<Option<String>>>) -> anyhow::Result<()> {
    let options = format::for_people();
    let columns = batch.columns().iter();
    let columns = columns
        .map(|column| Ok((column, ArrayFormatter::try_new(column, &options)?)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    rows.extend((0..batch.num_rows()).map(|at| {
        let value = columns.iter().map(|(column, text)| {
            datafusion::arrow::array::Array::is_valid(column, at)
                .then(|| cut(text.value(at).to_string()))
        });
        value.collect()
    }));
    Ok(())
}

fn cut(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(SIGNS) {
        text.truncate(at);
        text.push('…');
    }
    text
}

/// Does `work` as long as a query may take.
async fn limited<T>(
    server: &Server,
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    let mut work = pin!(work);
    // planning computes for long without a pause, and others must not wait for it
    let work = poll_fn(|context| tokio::task::block_in_place(|| work.poll_unpin(context)));
    match timeout(server.request.limits.time, work).await {
        Ok(done) => done,
        Err(_) => Err(
            "the statement has taken as long as it may\nhint: ask for less, or have the server started with a longer --query-time"
                .to_owned(),
        ),
    }
}

/// All rows of the answer as a CSV file, as they come.
async fn file(server: &Shared, sql: &str) -> Result<Response, String> {
    let asking = limited(server, begin(server, sql)).await?;
    let (sender, receiver) = mpsc::channel::<Result<Bytes, String>>(AHEAD);
    let asked = server.clone();
    // a reader who takes no more does not keep the query from ending in its time
    tokio::spawn(async move {
        let Asking { session, last, query, _permit } = asking;
        let written = limited(&asked, async {
            let take = |piece: Vec<u8>| async {
                let sent = sender.send(Ok(Bytes::from(piece))).await;
                sent.map_err(|error| format::Error::Write(anyhow::anyhow!("{error}")))
            };
            let written = format::write_pieces(query, Format::Csv, take).await;
            written.map_err(|error| match error {
                format::Error::Query(error) => session.error(&error, &last).to_string(),
                format::Error::Write(error) => format!("{error:#}"),
            })
        });
        if let Err(told) = written.await {
            // the download breaks off instead of looking whole
            let _ = sender.try_send(Err(told));
        }
    });
    let mut pieces =
        stream::unfold(
            receiver,
            |mut receiver| async move { Some((receiver.recv().await?, receiver)) },
        )
        .boxed();
    // what fails before the first row is told on the page
    let first = match pieces.next().await {
        Some(Err(told)) => return Err(told),
        Some(Ok(first)) => first,
        None => Bytes::new(),
    };
    let pieces = stream::iter([Ok(first)]).chain(pieces);
    let body = Body::from_stream(pieces.map_err(io::Error::other));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"answer.csv\""),
    ];
    Ok((headers, body).into_response())
}
