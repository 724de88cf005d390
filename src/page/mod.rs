//! The pages to look at: one file a page, the same for a server and for a folder of files.
//!
//! A page is a function from plain data to HTML. Texts of customers are escaped by `maud` and made harmless by `text`;
//! nothing here reads files or asks queries.

pub mod card;
mod chart;
pub mod console;
pub mod customer;
pub mod customers;
mod layout;
mod link;
pub mod login;
pub mod message;
pub mod number;
pub mod overview;
pub mod runs;
pub mod segments;
pub mod sources;
mod text;

pub use layout::{Here, Page, SetFacts};
pub use link::{CustomerOrder, Links, customer_file};
pub(crate) use link::{list_file, segment_file};

/// The one style sheet: colours and charts, cards, pages.
pub const STYLE: &str = concat!(
    include_str!("../card/chart.css"),
    include_str!("../card/card.css"),
    include_str!("style.css")
);
/// The one script, which pages do without.
pub const SCRIPT: &str = include_str!("script.js");
