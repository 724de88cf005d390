//! Sources: which exports the enrichment reads, and what of them is imported.

use maud::{Markup, html};

use super::{Here, Page};
use crate::format::harmless::harmless;
use crate::import::Standing;

/// What the page tells.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// As the definition names them, without addresses.
    pub named: Vec<Named>,
    /// What was found of each kind of export.
    pub kinds: Vec<Standing>,
    /// Why the files cannot be told, where they cannot.
    pub problem: Option<String>,
}

/// A source of the definition.
#[derive(Debug, Clone)]
pub struct Named {
    /// Folder, file or glob.
    pub path: String,
    /// What its files hold, where the definition says so.
    pub kind: Option<&'static str>,
    /// Where it is kept, where the definition says so.
    pub region: Option<&'static str>,
}

/// The page.
pub fn html(page: &Page<'_>, sources: &Sources) -> Markup {
    page.html(
        "Sources",
        Here::Sources,
        &html! {
            div.heading {
                h1 { "Sources" }
                p.lead { "The exports that this enrichment reads, and what of them is imported." }
            }
            div #live data-live="/sources/state" {
                @if let Some(problem) = &sources.problem {
                    div.panel.failed role="alert" { pre tabindex="0" { (problem.lines().map(harmless).collect::<Vec<_>>().join("\n")) } }
                }
                div.panel.flush { div.scroll tabindex="0" role="region" aria-label="Export files" {
                    table.list {
                        caption.unseen { "Export files by kind" }
                        thead { tr {
                            th scope="col" { "Kind" }
                            th.number scope="col" title="Files that the sources find now" { "Files" }
                            th.number scope="col" title="Files whose activity is imported" { "Imported" }
                            th.number scope="col" title="New and changed files, which the next run reads" { "Waiting" }
                            th.number scope="col" title="Imported files that are gone; what came from them still counts" { "Gone" }
                            th.number scope="col" title="Rows of the imported files" { "Rows" }
                            th.number scope="col" title="Rows that went to the quarantine" { "Bad rows" }
                        } }
                        tbody {
                            @for kind in &sources.kinds {
                                tr {
                                    th scope="row" { (kind.kind.as_str()) }
                                    td.number { (page.whole(kind.found)) }
                                    @if !kind.kind.is_activity() { td.muted colspan="5" { "read anew in every run" } }
                                    @else {
                                        td.number { (page.whole(kind.imported)) }
                                        td.number { (page.whole(kind.waiting)) }
                                        td.number { (page.whole(kind.gone)) }
                                        td.number { (page.whole(kind.rows)) }
                                        td.number { (page.whole(kind.rejects)) }
                                    }
                                }
                            }
                            @if sources.kinds.is_empty() { tr { td.muted colspan="7" { "no export file is found" } } }
                        }
                    }
                } }
            }
            section {
                h2 { "As the definition names them" }
                div.panel.flush { div.scroll tabindex="0" role="region" aria-label="Sources of the definition" {
                    table.list {
                        caption.unseen { "Sources of the definition" }
                        thead { tr { th scope="col" { "Path" } th scope="col" { "Kind" } th scope="col" { "Region" } } }
                        tbody {
                            @for source in &sources.named {
                                tr {
                                    th scope="row" { code { (harmless(&source.path)) } }
                                    td { (source.kind.unwrap_or("told by the name")) }
                                    td { (source.region.unwrap_or("not told")) }
                                }
                            }
                        }
                    }
                } }
            }
        },
    )
}
