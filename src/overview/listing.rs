//! The list of customers: searched, sorted, a page at a time.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::functions::expr_fn::{lower, strpos};
use datafusion::logical_expr::JoinType;
use datafusion::prelude::{DataFrame, ident, lit};
use serde::Deserialize;

use crate::query::{Session, rows};

/// A row of `overview.listed`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs, reason = "the fields are the columns that sql/overview/listed.sql documents")]
pub struct Customer {
    pub customer_id: String,
    #[serde(default)]
    pub engagement_score: Option<u32>,
    pub emails: u64,
    pub meetings: u64,
    #[serde(default)]
    pub people: Option<u64>,
    #[serde(default)]
    pub contacts: Option<u64>,
    #[serde(default)]
    pub days_since_last_email: Option<i64>,
    #[serde(default)]
    pub days_since_last_meeting: Option<i64>,
}

/// What a list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the columns that sql/overview/listed.sql documents")]
pub enum Column {
    CustomerId,
    #[default]
    Score,
    Emails,
    Meetings,
    People,
    Contacts,
    LastEmail,
    LastMeeting,
}

impl Column {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Column; 8] = [
        Column::CustomerId,
        Column::Score,
        Column::Emails,
        Column::Meetings,
        Column::People,
        Column::Contacts,
        Column::LastEmail,
        Column::LastMeeting,
    ];

    /// The column of `overview.listed`.
    fn name(self) -> &'static str {
        match self {
            Column::CustomerId => "CustomerId",
            Column::Score => "EngagementScore",
            Column::Emails => "Emails",
            Column::Meetings => "Meetings",
            Column::People => "People",
            Column::Contacts => "Contacts",
            Column::LastEmail => "DaysSinceLastEmail",
            Column::LastMeeting => "DaysSinceLastMeeting",
        }
    }

    /// The word for it in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Column::CustomerId => "customer",
            Column::Score => "score",
            Column::Emails => "emails",
            Column::Meetings => "meetings",
            Column::People => "people",
            Column::Contacts => "contacts",
            Column::LastEmail => "last-email",
            Column::LastMeeting => "last-meeting",
        }
    }

    /// The one of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.word() == word)
    }

    /// Most people want the greatest first, but of names and of days since something the least.
    pub fn is_descending_first(self) -> bool {
        !matches!(self, Column::CustomerId | Column::LastEmail | Column::LastMeeting)
    }
}

/// Customers of a page.
pub const PER_PAGE: usize = 50;

/// Which customers, in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Part of the customer id, in any letter case; empty for all.
    pub search: String,
    /// What they are sorted by; equal ones by customer id, those without a value last.
    pub column: Column,
    /// The greatest first.
    pub is_descending: bool,
    /// From 1.
    pub page: usize,
    /// Customers of a page.
    pub per_page: usize,
}

impl Default for Listing {
    fn default() -> Self {
        let column = Column::default();
        let is_descending = column.is_descending_first();
        Self { search: String::new(), column, is_descending, page: 1, per_page: PER_PAGE }
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The customers.
    pub customers: Vec<Customer>,
    /// How many are on all pages.
    pub total: usize,
    /// What is shown; its page is one that there is.
    pub listing: Listing,
}

impl Shown {
    /// Pages of the list, at least 1.
    pub fn pages(&self) -> usize {
        self.total.div_ceil(self.listing.per_page).max(1)
    }
}

/// Those with the highest score, who have one.
pub(super) async fn top(session: &Session, count: usize) -> Result<Vec<Customer>> {
    let listed = session.relation(LISTED).await?;
    let listed = listed.filter(ident("EngagementScore").is_not_null())?;
    rows(sorted(listed, Column::Score, true)?.limit(0, Some(count))?).await
}

/// The relation of the list.
pub const LISTED: &str = "overview.listed";

/// The ids of all customers.
pub async fn ids(session: &Session) -> Result<HashSet<String>> {
    let mut ids = HashSet::new();
    let listed = session.relation(LISTED).await?.select(vec![ident("CustomerId")])?;
    for rows in listed.collect().await? {
        let column = cast(rows.column(0), &DataType::Utf8)?;
        ids.extend(column.as_string::<i32>().iter().flatten().map(str::to_owned));
    }
    Ok(ids)
}

/// The page that `listing` asks for, or the last one where there are fewer; of `members` alone where they are given.
pub async fn page(
    session: &Session,
    listing: &Listing,
    members: Option<&BTreeSet<String>>,
) -> Result<Shown> {
    let mut asked = session.relation(LISTED).await?;
    if let Some(members) = members {
        asked = among(session, asked, members)?;
    }
    if !listing.search.is_empty() {
        // the text is a value of the plan and never part of a statement
        let part = lower(lit(listing.search.as_str()));
        asked = asked.filter(strpos(lower(ident("CustomerId")), part).gt(lit(0)))?;
    }
    let total = asked.clone().count().await?;
    let mut shown = Shown { customers: Vec::new(), total, listing: listing.clone() };
    shown.listing.page = listing.page.clamp(1, shown.pages());
    let skip = (shown.listing.page - 1) * listing.per_page;
    let page = sorted(asked, listing.column, listing.is_descending)?;
    shown.customers = rows(page.limit(skip, Some(listing.per_page))?).await?;
    Ok(shown)
}

fn sorted(customers: DataFrame, column: Column, is_descending: bool) -> Result<DataFrame> {
    let by = ident(column.name()).sort(!is_descending, false);
    Ok(customers.sort(vec![by, ident("CustomerId").sort(true, false)])?)
}

/// Those of `customers` that are `members`.
fn among(session: &Session, customers: DataFrame, members: &BTreeSet<String>) -> Result<DataFrame> {
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values(members));
    let members = session.context().read_batch(RecordBatch::try_from_iter([("Member", ids)])?)?;
    let is_member = ident("CustomerId").eq(ident("Member"));
    Ok(customers.join_on(members, JoinType::LeftSemi, [is_member])?)
}
