//! The card of a customer as a file that needs no other.

use maud::{DOCTYPE, PreEscaped, html};

use crate::card::number::Numbers;
use crate::card::svg::{self, Scale};
use crate::card::{Card, html as card_html, words};

/// What is around the card.
const STYLE: &str = include_str!("alone.css");

/// The card as a page with its style in it.
pub fn file(card: &Card, numbers: &Numbers) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Engagement of " (words::shortened(&card.customer, 120)) }
                style { (PreEscaped(svg::STYLE)) (PreEscaped(card_html::STYLE)) (PreEscaped(STYLE)) }
            }
            body { main { (card_html::fragment(card, Scale::Months, numbers)) } }
        }
    };
    page.into_string()
}
