//! Pages: what is around every one of them.

pub mod card;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::card::svg;

/// What pages look like, after the colours and charts of [`svg::STYLE`].
pub const STYLE: &str = include_str!("style.css");

/// Where a page has its style from.
#[derive(Debug, Clone, Copy)]
pub enum Style<'a> {
    /// In the page itself, which needs no other file.
    Inline,
    /// In the file at this address, which holds [`svg::STYLE`] and [`STYLE`].
    File(&'a str),
}

/// A whole page.
pub fn document(title: &str, style: Style<'_>, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                @match style {
                    Style::Inline => style { (PreEscaped(svg::STYLE)) (PreEscaped(STYLE)) },
                    Style::File(address) => link rel="stylesheet" href=(address);,
                }
            }
            body { (body) }
        }
    }
}
