//! `rapport card`: the card of a customer in the terminal and as a file, and customers by rank.

use std::io::{self, IsTerminal};

use anyhow::Result;
use console::Term;

use super::sql::source;
use super::{print, runtime};
use crate::card::number::Numbers;
use crate::card::text::{self, Terminal};
use crate::card::{self, Card, Selection, svg};
use crate::cli::{self, Color, Locale};
use crate::definition;
use crate::page;
use crate::query::saved::Kind;
use crate::query::{Session, segment};
use crate::store;

/// Columns where there is no terminal to ask.
const WIDTH: usize = 80;
/// The least that a card is made for.
const LEAST: usize = 60;

pub(super) fn card(arguments: &cli::Card) -> Result<()> {
    let definition = definition::load(&arguments.set.definition.definition)?;
    let source = source(&definition, arguments.set.run.as_deref())?;
    let numbers = numbers(&arguments.locale)?;
    let terminal = terminal(arguments, numbers);
    let top = arguments.top.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    let runtime = runtime()?;
    let Some(customer) = &arguments.customer else {
        let cards = runtime.block_on(async {
            let saved = source.saved.clone();
            let session = Session::open(source).await?;
            match &arguments.segment {
                None => card::read(&session, Selection::Top(top.unwrap_or_default())).await,
                Some(name) => {
                    let segment = segment::find(&saved, Kind::Segment, name)?;
                    let members: Vec<_> =
                        segment::members(&session, segment).await?.into_iter().collect();
                    card::read(&session, Selection::These(&members)).await
                }
            }
        })?;
        if cards.is_empty() && arguments.segment.is_none() {
            return print("No customer has a score.\n");
        }
        let count = top.unwrap_or(usize::MAX).min(cards.len());
        return print(&text::ranking(&cards[..count], &terminal));
    };
    let card = runtime.block_on(async {
        let session = Session::open(source).await?;
        card::of(&session, customer).await
    })?;
    show(&card, arguments, &terminal)
}

/// Writes the files that are asked for, else prints the card.
fn show(card: &Card, arguments: &cli::Card, terminal: &Terminal) -> Result<()> {
    let numbers = &terminal.numbers;
    if arguments.html.is_none() && arguments.svg.is_none() {
        return print(&text::card(card, terminal));
    }
    if let Some(path) = &arguments.html {
        store::write_whole(path, page::card::file(card, numbers).as_bytes())?;
        print(&format!("wrote {}\n", path.display()))?;
    }
    if let Some(path) = &arguments.svg {
        store::write_whole(path, svg::document(card, numbers).as_bytes())?;
        print(&format!("wrote {}\n", path.display()))?;
    }
    Ok(())
}

/// How numbers are written: as asked for, else as the environment says.
pub(super) fn numbers(locale: &Locale) -> Result<Numbers> {
    match &locale.locale {
        Some(name) => Numbers::of(name),
        None => {
            let set = ["LC_ALL", "LC_NUMERIC", "LANG"].map(|name| std::env::var(name).ok());
            Ok(Numbers::of_environment(set))
        }
    }
}

fn terminal(arguments: &cli::Card, numbers: Numbers) -> Terminal {
    let is_terminal = io::stdout().is_terminal();
    let own = || is_terminal.then(|| Term::stdout().size().1.into());
    let width = arguments.width.map(usize::from).or_else(own).unwrap_or(WIDTH).max(LEAST);
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    let has_color = match arguments.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal && !is_set("NO_COLOR") && !is_dumb,
    };
    Terminal { width, has_color, is_ascii: arguments.ascii, numbers }
}
