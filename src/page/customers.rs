//! The list of customers: searched, sorted and paged where a server answers, in two orders in a report.

use maud::{Markup, html};

use super::chart::bar;
use super::{CustomerOrder, Here, Page, text};
use crate::format::harmless::harmless;
use crate::overview::{Column, Customer, Listing, Shown};

/// The page.
pub fn html(page: &Page<'_>, shown: &Shown) -> Markup {
    let search = &shown.listing.search;
    page.html(
        "Customers",
        Here::Customers,
        &html! {
            div.heading {
                h1 { "Customers" }
                p.lead {
                    (page.counted(shown.total, "customer", "customers"))
                    @if !search.is_empty() { " with “" (text::customer(search)) "” in the id" }
                    "."
                }
            }
            @if page.links.is_live() { (search_form(page, &shown.listing)) }
            @else { (orders(page, &shown.listing)) }
            @if shown.customers.is_empty() {
                div.panel.empty-state {
                    p { "No customer id has “" (text::customer(search)) "” in it." }
                    @if let Some(all) = page.links.customers(&Listing::default()) {
                        p { a href=(all) { "Show all customers" } }
                    }
                }
            } @else {
                div.panel.flush {
                    (table(page, "Customers", shown, &|listing| page.links.customers(listing)))
                }
                (pager(page, shown, &|listing| page.links.customers(listing)))
            }
        },
    )
}

fn search_form(page: &Page<'_>, listing: &Listing) -> Markup {
    html! {
        form.search role="search" method="get" action="/customers" {
            label for="q" { "Customer id" }
            div.row {
                input #q type="search" name="q" value=(harmless(&listing.search)) autocomplete="off" spellcheck="false"
                    placeholder="Part of an id" maxlength="300";
                @if listing.column != Column::default() || !listing.is_descending {
                    input type="hidden" name="sort" value=(listing.column.word());
                    input type="hidden" name="order" value=(if listing.is_descending { "down" } else { "up" });
                }
                button { "Search" }
                @if !listing.search.is_empty() {
                    @let all = Listing { search: String::new(), page: 1, ..listing.clone() };
                    @if let Some(all) = page.links.customers(&all) { a.quiet href=(all) { "Clear" } }
                }
            }
        }
    }
}

/// The ways in which a report has the list.
fn orders(page: &Page<'_>, listing: &Listing) -> Markup {
    html! {
        nav.switch aria-label="Order" {
            @for order in CustomerOrder::ALL {
                @let (column, is_descending) = order.column();
                @let other = Listing { column, is_descending, page: 1, ..listing.clone() };
                @let name = match order { CustomerOrder::Score => "By score", CustomerOrder::Id => "By id" };
                @let is_here = (column, is_descending) == (listing.column, listing.is_descending);
                @if let Some(address) = page.links.customers(&other) {
                    a href=(address) aria-current=[is_here.then_some("true")] { (name) }
                }
            }
        }
    }
}

/// A column's name and, in full, what it is.
fn named(column: Column) -> (&'static str, &'static str) {
    match column {
        Column::CustomerId => ("Customer", "Customer id, as the contact table gives it"),
        Column::Score => ("Score", "Engagement score over the window, 1 to 100"),
        Column::Emails => ("E-mails", "E-mails in both directions"),
        Column::Meetings => ("Meetings", "Meetings that we or the customer organised"),
        Column::People => {
            ("Our people", "Own people in e-mails, or in meetings where those are more")
        }
        Column::Contacts => ("Contacts", "Contacts of the customer, likewise"),
        Column::LastEmail => ("Last e-mail", "Days from the last e-mail to the as-of day"),
        Column::LastMeeting => ("Last meeting", "Days from the last meeting to the as-of day"),
    }
}

/// Where a list has its links to: each to another order or page of it.
pub(super) type To<'a> = &'a dyn Fn(&Listing) -> Option<String>;

/// Customers in rows, with headers that sort them where `to` has somewhere to go.
pub(super) fn table(page: &Page<'_>, caption: &str, shown: &Shown, to: To<'_>) -> Markup {
    let listing = &shown.listing;
    let header = |column: Column| {
        let (name, meaning) = named(column);
        let is_sorted = listing.column == column;
        let is_descending = match is_sorted {
            true => !listing.is_descending,
            false => column.is_descending_first(),
        };
        let other = Listing { column, is_descending, page: 1, ..listing.clone() };
        let sorted = match (is_sorted, listing.is_descending) {
            (false, _) => None,
            (true, true) => Some("descending"),
            (true, false) => Some("ascending"),
        };
        let sign = match sorted {
            Some("descending") => " ↓",
            Some(_) => " ↑",
            None => "",
        };
        html! {
            th scope="col" class=(class(column)) aria-sort=[sorted] title=(meaning) {
                @match to(&other).filter(|_| page.links.is_live()) {
                    Some(address) => a href=(address) { (name) span aria-hidden="true" { (sign) } },
                    None => { (name) span aria-hidden="true" { (sign) } },
                }
            }
        }
    };
    rows(
        page,
        caption,
        &shown.customers,
        &html! { @for column in Column::ALL { (header(column)) } },
    )
}

/// Customers in rows, in the order in which they come.
pub(super) fn plain_table(page: &Page<'_>, caption: &str, customers: &[Customer]) -> Markup {
    let header = html! {
        @for column in Column::ALL {
            @let (name, meaning) = named(column);
            th scope="col" class=(class(column)) title=(meaning) { (name) }
        }
    };
    rows(page, caption, customers, &header)
}

fn class(column: Column) -> &'static str {
    match column {
        Column::CustomerId => "",
        Column::Score => "score",
        Column::People | Column::Contacts => "number spare",
        _ => "number",
    }
}

fn rows(page: &Page<'_>, caption: &str, customers: &[Customer], header: &Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table.list {
                caption.unseen { (caption) }
                thead { tr { (header) } }
                tbody { @for customer in customers { (row(page, customer)) } }
            }
        }
    }
}

fn row(page: &Page<'_>, customer: &Customer) -> Markup {
    let hidden = || html! { span.muted title="Hidden: too few people" { "hidden" } };
    let people = |count: Option<u64>| match count {
        Some(count) => html! { (page.whole(count)) },
        None => hidden(),
    };
    let ago = |days: Option<i64>| html! { @match page.days_ago(days) { Some(text) => (text), None => span.muted { "–" } } };
    html! {
        tr {
            th.id scope="row" { a href=(page.links.customer(&customer.customer_id)) { (text::customer(&customer.customer_id)) } }
            td.score {
                @match customer.engagement_score {
                    Some(score) => { span.points { (score) } (bar(score.into(), 100)) },
                    None => span.muted { "no engagement" },
                }
            }
            td.number { (page.whole(customer.emails)) }
            td.number { (page.whole(customer.meetings)) }
            td.number.spare { (people(customer.people)) }
            td.number.spare { (people(customer.contacts)) }
            td.number { (ago(customer.days_since_last_email)) }
            td.number { (ago(customer.days_since_last_meeting)) }
        }
    }
}

/// The way to the other pages of a list, where there are any.
pub(super) fn pager(page: &Page<'_>, shown: &Shown, to: To<'_>) -> Markup {
    let (here, last) = (shown.listing.page, shown.pages());
    let link = |number: usize| to(&Listing { page: number, ..shown.listing.clone() });
    let from = (here - 1) * shown.listing.per_page + 1;
    html! {
        @if last > 1 {
            nav.pager aria-label="Pages of the list" {
                p { (page.whole(from)) "–" (page.whole(from + shown.customers.len() - 1)) " of " (page.whole(shown.total)) }
                ul {
                    @if here > 1 { @if let Some(address) = link(here - 1) {
                        li { a rel="prev" href=(address) { "Previous" } }
                    } }
                    @for number in numbers(here, last) {
                        li {
                            @match number {
                                Some(number) if number == here => span aria-current="page" { (page.whole(number)) },
                                Some(number) => { @if let Some(address) = link(number) {
                                    a href=(address) aria-label={ "Page " (number) } { (page.whole(number)) }
                                } },
                                None => span.gap aria-hidden="true" { "…" },
                            }
                        }
                    }
                    @if here < last { @if let Some(address) = link(here + 1) {
                        li { a rel="next" href=(address) { "Next" } }
                    } }
                }
            }
        }
    }
}

/// The first, the last and those around `here`; `None` for a gap.
fn numbers(here: usize, last: usize) -> Vec<Option<usize>> {
    let mut pages = vec![1, here.saturating_sub(1), here, here + 1, last];
    pages.retain(|page| (1..=last).contains(page));
    pages.sort_unstable();
    pages.dedup();
    let mut numbers = Vec::new();
    let mut before = 0;
    for page in pages {
        if page > before + 1 {
            numbers.push(None);
        }
        numbers.push(Some(page));
        before = page;
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_around_the_shown_one_are_listed() {
        assert_eq!(numbers(1, 2), [Some(1), Some(2)]);
        assert_eq!(numbers(5, 9), [Some(1), None, Some(4), Some(5), Some(6), None, Some(9)]);
    }
}
