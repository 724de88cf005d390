//! The pages of a published set as a folder of files: whole or not at all, and of use without a server or a script.
//!
//! Here: which files there are, and how they come to stand. What is in them is `page`'s.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf, absolute};
use std::thread;

use anyhow::{Context, Result, bail};
use maud::Markup;

use crate::card::number::Numbers;
use crate::card::svg::Scale;
use crate::card::{self, Card, Selection};
use crate::overview::{Listing, Overview, Shown, listing};
use crate::page::{self, CustomerOrder, Links, Page, SetFacts};
use crate::query::saved::Kind;
use crate::query::segment::{self, State};
use crate::query::{Session, Source};
use crate::store::Set;

/// The file that tells a report from other folders.
const MARK: &str = "rapport-report.txt";
const MARKED: &str = "This folder was written by `rapport report`, which replaces it whole.\n";

/// Customers of a page of a list.
const PER_PAGE: usize = 200;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The first page.
    pub index: PathBuf,
    /// Cards.
    pub customers: usize,
    /// Segments.
    pub segments: usize,
}

/// Writes the pages of the set that `source` asks for into the folder `dir`; `enrichment` is the name on them.
///
/// Fails where `dir` holds anything but a report, and then leaves it as it is.
pub async fn write(
    source: Source,
    enrichment: &str,
    numbers: &Numbers,
    dir: &Path,
) -> Result<Written> {
    let place = Place::of(dir)?;
    let session = Session::open(source).await?;
    let set = session.set().context("no set is open")?;
    let content = Content::gather(&session).await?;
    let fresh = place.begin()?;
    content.write(&set, enrichment, numbers, &fresh.path)?;
    fresh.finish(&place)?;
    Ok(Written {
        index: place.path.join("index.html"),
        customers: content.cards.len(),
        segments: content.segments.len(),
    })
}

/// Everything that the pages show.
struct Content {
    overview: Overview,
    customers: HashSet<String>,
    by_score: Shown,
    by_id: Shown,
    cards: Vec<Card>,
    segments: Vec<State>,
    members: Vec<Shown>,
}

impl Content {
    async fn gather(session: &Session) -> Result<Self> {
        let overview = Overview::gather(session).await?;
        session.keep(listing::LISTED).await?;
        let customers = listing::ids(session).await?;
        let listed = async |order: CustomerOrder| {
            let (column, is_descending) = order.column();
            let all = Listing { column, is_descending, per_page: ALL, ..Listing::default() };
            listing::page(session, &all, None).await
        };
        let (by_score, by_id) =
            (listed(CustomerOrder::Score).await?, listed(CustomerOrder::Id).await?);
        let segments = session.saved(Kind::Segment);
        let before = session.before().await?;
        let segments = segment::states(session, before.as_ref(), &segments).await?;
        let mut members = Vec::with_capacity(segments.len());
        let all = Listing { per_page: ALL, ..Listing::default() };
        for segment in &segments {
            members.push(listing::page(session, &all, Some(&segment.members)).await?);
        }
        let cards = card::read(session, Selection::All).await?;
        Ok(Self { overview, customers, by_score, by_id, cards, segments, members })
    }

    /// Writes all files below `folder`.
    fn write(&self, set: &Set, enrichment: &str, numbers: &Numbers, folder: &Path) -> Result<()> {
        let page = |depth: usize| Page {
            links: Links::Report { depth },
            enrichment,
            set: Some(SetFacts { run: &set.run, as_of: set.as_of }),
            numbers,
            can_sign_out: false,
        };
        let (top, below) = (page(0), page(1));
        for name in ["customer", "customers", "segments"] {
            fs::create_dir(folder.join(name)).with_context(cannot(folder))?;
        }
        put(&folder.join("style.css"), page::STYLE)?;
        put_page(&folder.join("index.html"), page::overview::html(&top, &self.overview))?;
        for (order, all) in
            [(CustomerOrder::Score, &self.by_score), (CustomerOrder::Id, &self.by_id)]
        {
            for shown in pages(all) {
                let file = page::list_file(order, shown.listing.page);
                let html = page::customers::html(&below, &shown);
                put_page(&folder.join("customers").join(file), html)?;
            }
        }
        let customers = self.overview.coverage.customers.unsigned_abs();
        let segments = folder.join("segments");
        let has_card = &|id: &str| self.customers.contains(id);
        put_page(
            &segments.join("index.html"),
            page::segments::list(&below, &self.segments, customers),
        )?;
        for (segment, members) in self.segments.iter().zip(&self.members) {
            for shown in pages(members) {
                let file = page::segment_file(&segment.name, shown.listing.page);
                put_page(
                    &segments.join(file),
                    page::segments::one(&below, segment, customers, &shown, has_card),
                )?;
            }
        }
        self.write_cards(&below, numbers, &folder.join("customer"))
    }

    /// Writes a page for each customer, on all cores: they are small and many.
    fn write_cards(&self, page: &Page<'_>, numbers: &Numbers, folder: &Path) -> Result<()> {
        let cards = &self.cards;
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let share = cards.len().div_ceil(cores).max(1);
        thread::scope(|scope| {
            let writers: Vec<_> = cards
                .chunks(share)
                .map(|cards| {
                    scope.spawn(move || {
                        cards.iter().try_for_each(|card| {
                            let file = folder.join(page::customer_file(&card.customer));
                            put_page(
                                &file,
                                page::customer::html(page, card, Scale::Months, numbers),
                            )
                        })
                    })
                })
                .collect();
            writers.into_iter().try_for_each(|writer| {
                writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })
    }
}

/// More customers than there are.
const ALL: usize = u32::MAX as usize;

/// The pages of a list, of which there is always one.
fn pages(all: &Shown) -> impl Iterator<Item = Shown> + '_ {
    let page = |page: usize| Listing { page, per_page: PER_PAGE, ..all.listing.clone() };
    let count = all.customers.len().div_ceil(PER_PAGE).max(1);
    (1..=count).map(move |number| {
        let customers = all.customers.iter().skip((number - 1) * PER_PAGE).take(PER_PAGE);
        Shown { customers: customers.cloned().collect(), total: all.total, listing: page(number) }
    })
}

fn put_page(path: &Path, page: Markup) -> Result<()> {
    put(path, &page.into_string())
}

/// Writes a file that is not there yet. It outlasts no power cut by itself: a report can be made again.
fn put(path: &Path, text: &str) -> Result<()> {
    let mut file = fs::File::create_new(path).with_context(cannot(path))?;
    io::Write::write_all(&mut file, text.as_bytes()).with_context(cannot(path))
}

fn cannot(path: &Path) -> impl FnOnce() -> String {
    let path = path.display().to_string();
    move || format!("cannot write `{path}`")
}

/// Where a report is to stand.
struct Place {
    path: PathBuf,
}

impl Place {
    /// Fails where something else stands there.
    fn of(dir: &Path) -> Result<Self> {
        let path = match fs::canonicalize(dir) {
            Ok(path) => path,
            Err(_) => absolute(dir).with_context(cannot(dir))?,
        };
        if path.file_name().is_none() {
            bail!(
                "`{}` is no folder that a report can stand in\nhint: name one of its own, such as `report`",
                dir.display()
            );
        }
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self { path }),
            entries => entries.with_context(cannot(dir))?,
        };
        if entries.count() > 0 && !path.join(MARK).is_file() {
            bail!(
                "`{}` holds something that is no report, and stays as it is\nhint: name a folder that is empty or not there yet",
                dir.display()
            );
        }
        Ok(Self { path })
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.path.with_file_name(format!(".{name}.{ending}"))
    }

    /// An empty folder beside the place.
    fn begin(&self) -> Result<Fresh> {
        let path = self.beside("new");
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(cannot(parent))?;
        }
        // of one that was killed
        remove(&path)?;
        fs::create_dir(&path).with_context(cannot(&path))?;
        let fresh = Fresh { path, is_finished: false };
        put(&fresh.path.join(MARK), MARKED)?;
        Ok(fresh)
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(cannot(path))
        }
        _ => Ok(()),
    }
}

/// A report in the making, which is gone when it is dropped before it is finished.
struct Fresh {
    path: PathBuf,
    is_finished: bool,
}

impl Fresh {
    /// Puts it in its place, and removes what stood there.
    fn finish(mut self, place: &Place) -> Result<()> {
        let old = place.beside("old");
        remove(&old)?;
        let had_one = match fs::rename(&place.path, &old) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            renamed => renamed.map(|()| true).with_context(cannot(&place.path))?,
        };
        if let Err(error) = fs::rename(&self.path, &place.path) {
            if had_one {
                // nothing better can be done if this fails as well
                let _ = fs::rename(&old, &place.path);
            }
            return Err(error).with_context(cannot(&place.path));
        }
        self.is_finished = true;
        remove(&old)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
