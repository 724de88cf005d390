//! The page of one customer.

use maud::html;

use super::{Style, document};
use crate::card::number::Numbers;
use crate::card::svg::Scale;
use crate::card::{Card, html, words};

/// The card as a file that needs no other.
pub fn file(card: &Card, numbers: &Numbers) -> String {
    let title = format!("Engagement of {}", words::shortened(&card.customer, 120));
    let body = html! { main { (html::fragment(card, Scale::Months, numbers)) } };
    document(&title, Style::Inline, body).into_string()
}
