//! What is published now, with what pages are made of: read once for each set, not for each request.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::sync::{Mutex, OnceCell};

use crate::card;
use crate::overview::{Overview, listing};
use crate::page::console::Relation;
use crate::query::saved::Kind;
use crate::query::segment::{self, State};
use crate::query::{Session, Source};
use crate::store::Set;

/// The set that requests see.
#[derive(Default)]
pub(super) struct Current(Mutex<Option<Arc<Published>>>);

/// One published set.
pub(super) struct Published {
    pub(super) set: Set,
    pub(super) session: Session,
    overview: OnceCell<Overview>,
    customers: HashSet<String>,
    states: OnceCell<Vec<State>>,
    relations: OnceCell<Vec<Relation>>,
}

/// Bytes of memory that pages may use at least, however little the console may: what they ask is known.
const MEMORY: usize = 512 << 20;

impl Current {
    /// The set that is published now: another one than before where a run has published since.
    pub(super) async fn get(&self, source: &Source) -> Result<Arc<Published>> {
        // who comes while a new set is opened waits for it
        let mut current = self.0.lock().await;
        if let Some(published) = current.as_ref().filter(|published| published.is_current()) {
            return Ok(published.clone());
        }
        let published = Arc::new(Published::open(source).await?);
        *current = Some(published.clone());
        let warmed = published.clone();
        tokio::spawn(async move { warmed.warm().await });
        Ok(published)
    }
}

impl Published {
    async fn open(source: &Source) -> Result<Self> {
        let memory = source.memory.max(MEMORY);
        let session = Session::open(Source { memory, ..source.clone() }).await?;
        let set = session.set().context("no set is open")?;
        // a customer is one row of these among all: found in memory, it is there at once
        for name in card::SMALL.into_iter().chain([listing::LISTED]) {
            session.keep(name).await?;
        }
        let customers = listing::ids(&session).await?;
        let (overview, states, relations) = Default::default();
        Ok(Self { set, session, overview, customers, states, relations })
    }

    /// A set that cannot be told any more is shown on.
    fn is_current(&self) -> bool {
        self.session.is_current().unwrap_or(true)
    }

    /// Reads ahead what takes longest.
    async fn warm(&self) {
        // whoever asks for it is told what is wrong
        let _ = self.overview().await;
        let _ = self.segments().await;
    }

    pub(super) async fn overview(&self) -> Result<&Overview> {
        self.overview.get_or_try_init(|| Overview::gather(&self.session)).await
    }

    /// There is a customer of this id.
    pub(super) fn has(&self, id: &str) -> bool {
        self.customers.contains(id)
    }

    pub(super) async fn segments(&self) -> Result<&[State]> {
        let states = || async {
            let before = self.session.before().await?;
            let segments = self.session.saved(Kind::Segment);
            segment::states(&self.session, before.as_ref(), &segments).await
        };
        Ok(self.states.get_or_try_init(states).await?)
    }

    /// What can be asked, for the console.
    pub(super) async fn relations(&self) -> Result<&[Relation]> {
        let relations = || async {
            let mut relations = Vec::new();
            for (name, shown) in self.session.shown() {
                let (name, columns) = self.session.columns(&name).await?;
                relations.push((
                    shown.sort,
                    Relation {
                        name,
                        sort: shown.sort.as_str(),
                        title: shown.title,
                        columns: columns.into_iter().map(|column| column.name).collect(),
                    },
                ));
            }
            relations.sort_by_key(|(sort, _)| *sort);
            anyhow::Ok(relations.into_iter().map(|(_, relation)| relation).collect())
        };
        Ok(self.relations.get_or_try_init(relations).await?)
    }
}
