//! Pages about the published set: the overview, customers, segments.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::answer::{Answer, Problem, html};
use super::published::Published;
use super::server::{Server, Shared};
use crate::card;
use crate::card::svg::Scale;
use crate::overview::{Column, Listing, listing};
use crate::page;
use crate::store;

/// Which part of a list is wanted; what makes no sense stands for what is usual.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    sort: String,
    order: String,
    page: String,
}

impl Asked {
    fn listing(&self) -> Listing {
        let column = Column::of_word(&self.sort).unwrap_or_default();
        let is_descending = match self.order.as_str() {
            "up" => false,
            "down" => true,
            _ => column.is_descending_first(),
        };
        let page = self.page.parse().unwrap_or(1).max(1);
        Listing { search: self.q.clone(), column, is_descending, page, ..Listing::default() }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    id: String,
    by: String,
}

impl Server {
    /// What is published now.
    pub(super) async fn published(&self) -> Result<Arc<Published>, Problem> {
        let source = &self.request.source;
        if !store::is_published(&source.output) {
            return Err(Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Nothing is published yet",
                "there is something to look at once a run has published\nhint: the page Runs tells whether one is under way",
            ));
        }
        Ok(self.current.get(source).await?)
    }
}

pub(super) async fn overview(State(server): State<Shared>) -> Answer {
    let published = server.published().await?;
    let overview = published.overview().await?;
    html(page::overview::html(&server.page(Some(&published.set)), overview))
}

pub(super) async fn customers(State(server): State<Shared>, Query(asked): Query<Asked>) -> Answer {
    let published = server.published().await?;
    let shown = listing::page(&published.session, &asked.listing(), None).await?;
    html(page::customers::html(&server.page(Some(&published.set)), &shown))
}

pub(super) async fn customer(State(server): State<Shared>, Query(named): Query<Named>) -> Answer {
    let published = server.published().await?;
    let card = match published.has(&named.id) {
        true => card::of(&published.session, &named.id).await?,
        false => return Err(unknown(&published, &named.id).await),
    };
    let scale = if named.by == "week" { Scale::Weeks } else { Scale::Months };
    let page = server.page(Some(&published.set));
    html(page::customer::html(&page, &card, scale, &server.request.numbers))
}

/// There is no such customer; those that may have been meant are named.
async fn unknown(published: &Published, id: &str) -> Problem {
    match card::of(&published.session, id).await {
        Err(error) => Problem::not_found(format!("{error:#}")),
        Ok(_) => Problem::not_found("there is no such customer"),
    }
}

pub(super) async fn segments(State(server): State<Shared>) -> Answer {
    let published = server.published().await?;
    let segments = published.segments().await?;
    let customers = published.overview().await?.coverage.customers.unsigned_abs();
    html(page::segments::list(&server.page(Some(&published.set)), segments, customers))
}

pub(super) async fn segment(
    State(server): State<Shared>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let published = server.published().await?;
    let segments = published.segments().await?;
    let segment = segments.iter().find(|segment| segment.name == name);
    let segment = segment.ok_or_else(|| {
        Problem::not_found(format!(
            "there is no segment `{}`",
            crate::format::harmless::harmless(&name)
        ))
    })?;
    let customers = published.overview().await?.coverage.customers.unsigned_abs();
    let listing = Listing { search: String::new(), ..asked.listing() };
    let shown = listing::page(&published.session, &listing, Some(&segment.members)).await?;
    let page = server.page(Some(&published.set));
    html(page::segments::one(&page, segment, customers, &shown, &|id| published.has(id)))
}
