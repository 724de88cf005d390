//! Runs: those that were made, and how the one under way stands.

use maud::{Markup, html};

use super::number::{day_element, duration, instant_element};
use super::{Here, Page};
use crate::format::harmless::harmless;
use crate::run::state::{Record, State, Step, StepRecord};

/// Runs that the page lists.
const LISTED: usize = 100;

/// All runs, newest first; `published` is the one whose set is published.
pub fn list(page: &Page<'_>, records: &[Record], published: Option<&str>) -> Markup {
    page.html(
        "Runs",
        Here::Runs,
        &html! {
            div.heading {
                h1 { "Runs" }
                p.lead { "Each run reads what is new, adds up, scores, checks and publishes." }
            }
            div #live data-live="/runs/state" {
                @if let Some(record) = records.iter().find(|record| record.state.is_open()) {
                    section.panel { h2 { "Under way" } (progress(page, record)) }
                }
                @if records.is_empty() { div.panel.empty-state { p { "Nothing was run yet: " code { "rapport run" } " does." } } }
                @else { (table(page, records, published)) }
            }
        },
    )
}

fn table(page: &Page<'_>, records: &[Record], published: Option<&str>) -> Markup {
    html! {
        div.panel.flush { div.scroll tabindex="0" role="region" aria-label="Runs" {
            table.list {
                caption.unseen { "Runs, newest first" }
                thead { tr {
                    th scope="col" { "Run" }
                    th scope="col" { "State" }
                    th scope="col" { "As of" }
                    th scope="col" { "Started" }
                    th.number scope="col" { "Took" }
                    th.number scope="col" { "Customers" }
                    th.number scope="col" { "Warnings" }
                } }
                tbody {
                    @for record in records.iter().take(LISTED) {
                        tr {
                            th scope="row" {
                                a href={ "/runs/" (record.id) } { (record.id) }
                                @if published == Some(&record.id) { " " span.tag { "published" } }
                            }
                            td { (state(record.state)) }
                            td { (day_element(record.as_of)) }
                            td { @if let Some(at) = record.began_at { (instant_element(at)) } }
                            td.number { @if let Some(seconds) = record.seconds() { (duration(seconds)) } }
                            td.number { @if let Some(customers) = record.customers { (page.whole(customers)) } }
                            td.number { (page.whole(record.warnings())) }
                        }
                    }
                }
            }
        } }
        @if records.len() > LISTED { p.hint { "Older runs: " code { "rapport runs" } " lists them all." } }
    }
}

/// One run with its steps.
pub fn one(page: &Page<'_>, record: &Record) -> Markup {
    page.html(
        &format!("Run {}", record.id),
        Here::Runs,
        &html! {
            div.heading {
                p.crumb { a href="/runs" { "Runs" } }
                h1 { "Run " (record.id) }
            }
            div #live data-live="/runs/state" {
                dl.facts.plain {
                    div { dt { "State" } dd { (state(record.state)) } }
                    div { dt { "As of" } dd { (day_element(record.as_of)) } }
                    div { dt { "Started" } dd { @match record.began_at { Some(at) => (instant_element(at)), None => "not yet" } " " small { (record.how.as_str()) } } }
                    @if let Some(seconds) = record.seconds() { div { dt { "Took" } dd { (duration(seconds)) } } }
                    @if let Some(customers) = record.customers { div { dt { "Customers" } dd { (page.whole(customers)) } } }
                    div { dt { "Made with" } dd { "rapport " (record.versions.rapport) } }
                }
                section.panel { h2 { "Steps" } (progress(page, record)) }
            }
        },
    )
}

fn progress(page: &Page<'_>, record: &Record) -> Markup {
    html! {
        ol.steps {
            @for step in &record.steps {
                li {
                    div.row {
                        b { (step.step.as_str()) }
                        (state(step.state))
                        @if let Some(seconds) = step.seconds { span.muted { (duration(seconds)) } }
                        @if let Some(rows) = step.rows { span.muted { (page.counted(rows, "row", "rows")) } }
                        (far(step))
                    }
                    @if let Some(why) = &step.why { p.muted { (harmless(why)) } }
                    @for (class, texts) in [("error", &step.errors), ("warning", &step.warnings)] {
                        @for text in texts { p class=(class) { @for line in text.lines() { (harmless(line)) br; } } }
                    }
                }
            }
        }
    }
}

/// How far a step under way is.
fn far(step: &StepRecord) -> Markup {
    let Some((done, total)) = step.done.zip(step.total) else { return html! {} };
    if step.state != State::Running {
        return html! {};
    }
    let told = match step.step {
        Step::Import => {
            format!("{} of {}", bytesize::ByteSize::b(done), bytesize::ByteSize::b(total))
        }
        _ => format!("{done} of {total} relations"),
    };
    html! {
        progress value=(done) max=(total.max(1)) aria-label={ (step.step.as_str()) ": " (told) } {}
        span.muted { (told) }
    }
}

fn state(state: State) -> Markup {
    let class = match state {
        State::Succeeded => "good",
        State::SucceededWithWarnings => "fair",
        State::Failed => "bad",
        State::Running => "busy",
        State::Queued | State::Cancelled | State::Skipped => "still",
    };
    html! { span class={ "state " (class) } { (state.as_str()) } }
}
