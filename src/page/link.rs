//! Where pages are: on a server, or in a folder of files.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::overview::{Column, Listing};

/// Makes the addresses in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// Of a server, from its root.
    Live,
    /// Of a report, relative to a page so many folders below its top.
    Report {
        /// 0 for a page at the top.
        depth: usize,
    },
}

/// Orders in which a report lists all customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerOrder {
    /// Highest score first.
    Score,
    /// By customer id.
    Id,
}

impl CustomerOrder {
    /// Both.
    pub const ALL: [CustomerOrder; 2] = [CustomerOrder::Score, CustomerOrder::Id];

    /// What it sorts by, and whether the greatest comes first.
    pub fn column(self) -> (Column, bool) {
        match self {
            CustomerOrder::Score => (Column::Score, true),
            CustomerOrder::Id => (Column::CustomerId, false),
        }
    }

    fn of(listing: &Listing) -> Option<Self> {
        let order = (listing.column, listing.is_descending);
        Self::ALL.into_iter().find(|known| known.column() == order && listing.search.is_empty())
    }
}

impl Links {
    /// Pages answer: there is a query console, and lists are sorted as one likes.
    pub fn is_live(self) -> bool {
        self == Links::Live
    }

    fn to(self, live: &str, file: &str) -> String {
        match self {
            Links::Live => live.to_owned(),
            Links::Report { depth } => format!("{}{file}", "../".repeat(depth)),
        }
    }

    /// The style sheet.
    pub fn style(self) -> String {
        self.to("/style.css", "style.css")
    }

    /// The overview.
    pub fn overview(self) -> String {
        self.to("/", "index.html")
    }

    /// The segments.
    pub fn segments(self) -> String {
        self.to("/segments", "segments/index.html")
    }

    /// A customer.
    pub fn customer(self, id: &str) -> String {
        match self {
            // a path would not take `..`
            Links::Live => format!("/customer?id={}", encoded(id)),
            Links::Report { .. } => self.to("", &format!("customer/{}", customer_file(id))),
        }
    }

    /// The list of all customers, where it is that way.
    pub fn customers(self, listing: &Listing) -> Option<String> {
        match self {
            Links::Live => Some(live_list("/customers", listing)),
            Links::Report { .. } => {
                let order = CustomerOrder::of(listing)?;
                Some(self.to("", &format!("customers/{}", list_file(order, listing.page))))
            }
        }
    }

    /// A segment, with this list of its members, where it is that way.
    pub fn segment(self, name: &str, listing: &Listing) -> Option<String> {
        match self {
            Links::Live => Some(live_list(&format!("/segment/{name}"), listing)),
            Links::Report { .. } => {
                CustomerOrder::of(listing).filter(|order| *order == CustomerOrder::Score)?;
                Some(self.to("", &format!("segments/{}", segment_file(name, listing.page))))
            }
        }
    }
}

/// The file of a page of the list of customers.
pub(crate) fn list_file(order: CustomerOrder, page: usize) -> String {
    match (order, page) {
        (CustomerOrder::Score, 0 | 1) => "index.html".to_owned(),
        (CustomerOrder::Score, page) => format!("page-{page}.html"),
        (CustomerOrder::Id, page) => format!("by-id-{}.html", page.max(1)),
    }
}

/// The file of a page of a segment; the word before keeps it from names that Windows reserves.
pub(crate) fn segment_file(name: &str, page: usize) -> String {
    match page {
        0 | 1 => format!("segment-{name}.html"),
        page => format!("segment-{name}-{page}.html"),
    }
}

/// Signs of a customer id that its file's name keeps.
const READABLE: usize = 40;

/// The name of a customer's file: what can be read of the id, and a hash that tells ids apart, whatever they hold and
/// whether or not the file system tells capitals from small letters.
pub fn customer_file(id: &str) -> String {
    let mut name = String::new();
    for c in id.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => name.push(c.to_ascii_lowercase()),
            _ if name.ends_with('-') || name.is_empty() => {}
            _ => name.push('-'),
        }
        if name.len() >= READABLE {
            break;
        }
    }
    let name = name.trim_end_matches('-');
    let mut file = if name.is_empty() { String::new() } else { format!("{name}-") };
    for byte in &Sha256::digest(id.as_bytes())[..8] {
        // writing to a String cannot fail
        let _ = write!(file, "{byte:02x}");
    }
    file + ".html"
}

fn live_list(path: &str, listing: &Listing) -> String {
    let default = Listing::default();
    let mut parts = Vec::new();
    if !listing.search.is_empty() {
        parts.push(format!("q={}", encoded(&listing.search)));
    }
    if (listing.column, listing.is_descending) != (default.column, default.is_descending) {
        parts.push(format!("sort={}", listing.column.word()));
        if listing.is_descending != listing.column.is_descending_first() {
            parts.push(format!("order={}", if listing.is_descending { "down" } else { "up" }));
        }
    }
    if listing.page > 1 {
        parts.push(format!("page={}", listing.page));
    }
    match parts.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", parts.join("&")),
    }
}

/// `text` as the value of a parameter.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_customers_are_safe_and_differ() {
        let long = "x".repeat(300);
        let ids = [
            "",
            "..",
            "../etc/passwd",
            "a/b",
            "a\\b",
            "A-1",
            "a-1",
            "CON",
            "con",
            "nul.txt",
            "a b",
            "a  b",
            ".hidden",
            "-rf",
            "ü",
            "\u{202e}abc",
            "a\0b",
            "<b>",
            "\"'",
            &long,
            &format!("{long}y"),
            "a.",
            "a ",
            "1",
        ];
        let mut files: Vec<String> = ids.iter().map(|id| customer_file(id)).collect();
        for file in &files {
            assert!(file.len() <= READABLE + 1 + 16 + 5, "{file}");
            let stem = file.strip_suffix(".html").unwrap();
            assert!(
                stem.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
                    && !stem.starts_with('-'),
                "{file}"
            );
            assert!(stem.len() >= 16 && !["con", "nul", "aux", "prn"].contains(&stem), "{file}");
        }
        assert_eq!(customer_file("Contoso Ltd."), "contoso-ltd-8379a8c47e867395.html");
        files.sort();
        files.dedup();
        assert_eq!(files.len(), ids.len());
    }

    #[test]
    fn addresses_of_a_server_hold_any_text() {
        assert_eq!(Links::Live.customer("a&b=c d/../ü"), "/customer?id=a%26b%3Dc+d%2F..%2F%C3%BC");
        let listing = Listing { search: "x&y".to_owned(), page: 2, ..Listing::default() };
        assert_eq!(Links::Live.customers(&listing).unwrap(), "/customers?q=x%26y&page=2");
        let listing =
            Listing { column: Column::CustomerId, is_descending: false, ..Listing::default() };
        assert_eq!(Links::Live.customers(&listing).unwrap(), "/customers?sort=customer");
        assert_eq!(
            Links::Report { depth: 1 }.customers(&listing).unwrap(),
            "../customers/by-id-1.html"
        );
        let searched = Listing { search: "x".to_owned(), ..listing };
        assert_eq!(Links::Report { depth: 1 }.customers(&searched), None);
    }
}
