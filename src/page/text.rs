//! Texts of other people's systems, harmless and readable.

use maud::{Markup, html};

use crate::format::harmless::harmless;

/// Bytes of an id that stays on one line.
const SHORT: usize = 18;

/// A customer id as part of a sentence: its direction stays its own.
pub(super) fn customer(id: &str) -> Markup {
    html! {
        @if id.trim().is_empty() { bdi.empty { "(" (named_empty(id)) ")" } }
        @else { bdi.short[id.len() <= SHORT] { (harmless(id)) } }
    }
}

/// The same without markup, for titles, of a length that fits there.
pub(super) fn plain(id: &str) -> String {
    const MOST: usize = 80;
    if id.trim().is_empty() {
        return format!("({})", named_empty(id));
    }
    let text = harmless(id);
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn named_empty(id: &str) -> &'static str {
    if id.is_empty() { "empty" } else { "blank" }
}
