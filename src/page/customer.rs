//! A customer: its card, by months or by weeks.

use maud::{Markup, html};

use super::{Here, Page, text};
use crate::card::Card;
use crate::card::html::fragment;
use crate::card::number::Numbers;
use crate::card::svg::Scale;

/// The page around the card, with charts by `scale`, and a switch to the other one where a server answers.
pub fn html(page: &Page<'_>, card: &Card, scale: Scale, numbers: &Numbers) -> Markup {
    let main = html! {
        @if page.links.is_live() && card.score.is_some() { (switch(page, card, scale)) }
        (fragment(card, scale, numbers))
    };
    page.html(&text::plain(&card.customer), Here::Customers, &main)
}

fn switch(page: &Page<'_>, card: &Card, scale: Scale) -> Markup {
    let address = page.links.customer(&card.customer);
    html! {
        nav.switch aria-label="Charts by" {
            @for (other, name, address) in [
                (Scale::Months, "Months", address.clone()),
                (Scale::Weeks, "Weeks", format!("{address}&by=week")),
            ] {
                a href=(address) aria-current=[(other == scale).then_some("true")] { (name) }
            }
        }
    }
}
