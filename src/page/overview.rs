//! The overview: how the enrichment stands, and what its customers look like together.

use chrono::Datelike;
use maud::{Markup, html};

use super::chart::{Bars, Label, Series, bar};
use super::customers;
use super::number::{day, day_element};
use super::{Here, Page};
use crate::overview::{Enriched, LastContact, Listing, Overview};

/// The page.
pub fn html(page: &Page<'_>, overview: &Overview) -> Markup {
    let links = page.links;
    page.html(
        "Overview",
        Here::Overview,
        &html! {
            div.heading {
                h1 { "Overview" }
                p.lead {
                    "Mail and meetings with customers in the "
                    (page.counted(overview.window_days, "day", "days")) " to " (day_element(overview.as_of)) "."
                }
            }
            (facts(page, overview))
            @if overview.days_missing() > 0 {
                p.hint {
                    (page.counted(overview.days_missing(), "day of the window has", "days of the window have"))
                    " no data"
                    @for (at, (from, to)) in overview.gaps().into_iter().enumerate() {
                        (if at == 0 { ": " } else { ", " }) (day_element(from)) " to " (day_element(to))
                    }
                    ". Run again when more exports have arrived."
                }
            }
            div.charts {
                section.panel { (scores(page, overview)) }
                section.panel { (last_contact(page, &overview.last_contact)) }
                section.panel.wide { (months(page, overview)) }
                section.panel.wide { (over_time(page, newest(&overview.over_time))) }
            }
            section.panel {
                div.panel-head {
                    h2 { "Highest scores" }
                    @if let Some(all) = links.customers(&Listing::default()) { a href=(all) { "All customers" } }
                }
                @if overview.top.is_empty() { p.muted { "No customer has mail or meetings in the window." } }
                @else { (customers::plain_table(page, "Customers with the highest scores", &overview.top)) }
            }
        },
    )
}

/// Runs that the chart has room for: half a year of weekly ones.
const RUNS: usize = 26;

fn newest(runs: &[Enriched]) -> &[Enriched] {
    &runs[runs.len().saturating_sub(RUNS)..]
}

fn facts(page: &Page<'_>, overview: &Overview) -> Markup {
    let coverage = &overview.coverage;
    let (enriched, customers) =
        (coverage.customers_enriched.unsigned_abs(), coverage.customers.unsigned_abs());
    let processed = |counted: i64, read: i64| {
        html! { (page.whole(counted)) small { " of " (page.whole(read)) " counted" } }
    };
    html! {
        dl.facts {
            div { dt { "Customers enriched" } dd { (page.whole(enriched)) small { " of " (page.whole(customers)) ", " (page.percent(enriched, customers)) } } }
            div { dt { "E-mails" } dd { (processed(coverage.messages_counted, coverage.messages)) } }
            div { dt { "Meetings" } dd { (processed(coverage.meetings_counted, coverage.meetings)) } }
            div { dt { "Own addresses seen" } dd { (page.whole(coverage.own_addresses_seen)) small { " of " (page.whole(coverage.own_addresses)) } } }
            div { dt { "Days of data" } dd { (page.whole(coverage.days_covered)) small { " of " (overview.window_days) } } }
        }
    }
}

fn scores(page: &Page<'_>, overview: &Overview) -> Markup {
    let bands = &overview.scores;
    let total: u64 = bands.iter().map(|band| band.customers).sum();
    let labels = bands.iter().map(|band| Label {
        short: band.from_points.to_string(),
        long: format!("{} to {} points", band.from_points, band.to_points),
    });
    let most = bands.iter().max_by_key(|band| band.customers);
    let summary = match most.filter(|band| band.customers > 0) {
        Some(most) => format!(
            "Engagement scores of {}: most, {}, have {} to {} points.",
            page.counted(total, "customer", "customers"),
            page.whole(most.customers),
            most.from_points,
            most.to_points
        ),
        None => "No customer has a score.".to_owned(),
    };
    Bars {
        title: "Customers by engagement score",
        label: "Score",
        labels: labels.collect(),
        series: vec![Series {
            name: "customers",
            class: "first",
            values: bands.iter().map(|band| band.customers).collect(),
        }],
        summary,
    }
    .html(page)
}

fn last_contact(page: &Page<'_>, spans: &[LastContact]) -> Markup {
    let total: u64 = spans.iter().map(|span| span.customers).sum();
    let most = spans.iter().map(|span| span.customers).max().unwrap_or_default();
    html! {
        figure.chart {
            figcaption { h3 { "Customers by last e-mail or meeting" } }
            table.bars {
                caption.unseen { "Customers by days since their last e-mail or meeting" }
                thead.unseen { tr { th scope="col" { "Last contact" } th scope="col" { "Customers" } th scope="col" { "Share" } } }
                tbody {
                    @for span in spans {
                        tr {
                            th scope="row" { (named(span)) }
                            td.number { (page.whole(span.customers)) }
                            td.stretch { (bar(span.customers, most)) }
                            td.number.muted { (page.percent(span.customers, total)) }
                        }
                    }
                }
            }
        }
    }
}

fn named(span: &LastContact) -> String {
    match (span.from_days, span.to_days) {
        (Some(0), Some(to)) => format!("within {to} days"),
        (Some(from), Some(to)) => format!("{from} to {to} days"),
        (Some(from), None) => format!("{from} days and more"),
        (None, _) => "none in the window".to_owned(),
    }
}

fn months(page: &Page<'_>, overview: &Overview) -> Markup {
    let months = &overview.months;
    let labels = months.iter().map(|month| Label {
        short: month.start_on.format("%b").to_string(),
        long: month.start_on.format("%B %Y").to_string(),
    });
    let (emails, meetings) = months.iter().fold((0, 0), |(emails, meetings), month| {
        (emails + month.emails_from + month.emails_to, meetings + month.meetings)
    });
    let values = |of: fn(&crate::overview::Month) -> u64| months.iter().map(of).collect();
    Bars {
        title: "E-mails and meetings by month, with all customers",
        label: "Month",
        labels: labels.collect(),
        series: vec![
            Series {
                name: "e-mails from customers",
                class: "first",
                values: values(|m| m.emails_from),
            },
            Series {
                name: "e-mails to customers",
                class: "second",
                values: values(|m| m.emails_to),
            },
            Series { name: "meetings", class: "third", values: values(|m| m.meetings) },
        ],
        summary: format!(
            "{} and {} in {}.",
            page.counted(emails, "e-mail", "e-mails"),
            page.counted(meetings, "meeting", "meetings"),
            page.counted(months.len(), "month", "months")
        ),
    }
    .html(page)
}

fn over_time(page: &Page<'_>, runs: &[Enriched]) -> Markup {
    let labels = runs.iter().map(|run| Label {
        short: match runs.len() {
            0..=6 => day(run.as_of),
            _ => format!("{}/{}", run.as_of.day(), run.as_of.month()),
        },
        long: format!("{}, run {}", day(run.as_of), run.run),
    });
    let summary = match runs {
        [] => "No run is recorded.".to_owned(),
        [run] => {
            format!("{} in the one run.", page.counted(run.customers, "customer", "customers"))
        }
        [first, .., last] => format!(
            "From {} customers as of {} to {} as of {}, in {} runs.",
            page.whole(first.customers),
            day(first.as_of),
            page.whole(last.customers),
            day(last.as_of),
            runs.len()
        ),
    };
    Bars {
        title: "Customers enriched, run by run",
        label: "As of",
        labels: labels.collect(),
        series: vec![Series {
            name: "customers",
            class: "first",
            values: runs.iter().map(|run| run.customers).collect(),
        }],
        summary,
    }
    .html(page)
}
