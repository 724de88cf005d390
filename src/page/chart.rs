//! Charts: bars over columns, and bars in rows of a table.
//!
//! They are laid out in percent of whatever width there is, so that their texts keep their size. Their colours come from
//! the style sheet; behind each stands a table for those who cannot see them.

use maud::{Markup, html};

use super::Page;

/// A bar for each label, or several bars on top of each other.
pub(super) struct Bars<'a> {
    pub(super) title: &'a str,
    /// What the table calls the labels.
    pub(super) label: &'a str,
    pub(super) labels: Vec<Label>,
    pub(super) series: Vec<Series<'a>>,
    /// Sentence for those who do not see the chart.
    pub(super) summary: String,
}

/// What a bar stands for.
pub(super) struct Label {
    /// Below the bar.
    pub(super) short: String,
    /// Where there is room.
    pub(super) long: String,
}

/// Values of one colour, one for each label.
pub(super) struct Series<'a> {
    pub(super) name: &'a str,
    /// Class of the style sheet.
    pub(super) class: &'static str,
    pub(super) values: Vec<u64>,
}

/// Part of the width, in percent, that the numbers of the axis take.
const AXIS: f64 = 7.0;
/// Part of a column, from 0 to 1, that its bar takes.
const BAR: f64 = 0.66;
/// Columns that there is always room for, so that few bars are not broad ones.
const COLUMNS: usize = 6;
/// Labels that fit beside each other.
const LABELS: usize = 12;

impl Bars<'_> {
    pub(super) fn html(&self, page: &Page<'_>) -> Markup {
        let count = self.labels.len();
        let stacked = |at: usize| self.series.iter().map(|series| series.values[at]).sum::<u64>();
        let most = (0..count).map(stacked).max().unwrap_or_default();
        let top = nice(most);
        let slot = (100.0 - AXIS) / count.max(COLUMNS) as f64;
        let centre = |at: usize| AXIS + slot * (at as f64 + 0.5);
        let lines = if top.is_multiple_of(2) { vec![0, top / 2, top] } else { vec![0, top] };
        let height = |value: u64| 100.0 * value as f64 / top as f64;
        let has_values = self.series.len() == 1 && count <= LABELS;
        let every = count.div_ceil(LABELS).max(1);
        html! {
            figure.chart {
                figcaption {
                    h3 { (self.title) }
                    @if self.series.len() > 1 {
                        ul.legend {
                            @for series in &self.series {
                                li { span class={ "swatch " (series.class) } {} (series.name) }
                            }
                        }
                    }
                }
                svg.plot role="img" aria-label=(self.summary) width="100%" height="196" {
                    svg y="18" width="100%" height="150" overflow="visible" {
                        @for line in lines {
                            @let y = percent(100.0 - height(line));
                            line.grid.zero[line == 0] x1="0" x2="100%" y1=(y) y2=(y) {}
                            @if line > 0 { text.axis x="0" y=(y) dy="-4" { (page.short(line)) } }
                        }
                        @for at in 0..count {
                            @for (place, series) in self.series.iter().enumerate() {
                                @let value = series.values[at];
                                @let below: u64 = self.series[..place].iter().map(|series| series.values[at]).sum();
                                @if value > 0 {
                                    rect class=(series.class) rx="1.5"
                                        x=(percent(centre(at) - slot * BAR / 2.0)) width=(percent(slot * BAR))
                                        y=(percent(100.0 - height(below + value))) height=(percent(height(value))) {
                                        title { (self.labels[at].long) ": " (page.whole(value)) " " (series.name) }
                                    }
                                }
                            }
                            @if has_values && stacked(at) > 0 {
                                text.value x=(percent(centre(at))) y=(percent(100.0 - height(stacked(at)))) dy="-4" {
                                    (page.short(stacked(at)))
                                }
                            }
                        }
                    }
                    @for (at, label) in self.labels.iter().enumerate() {
                        // the last one always has its label
                        @if (count - 1 - at).is_multiple_of(every) {
                            text.label x=(percent(centre(at))) y="188" { (label.short) }
                        }
                    }
                }
                (self.table(page))
            }
        }
    }

    fn table(&self, page: &Page<'_>) -> Markup {
        html! {
            details {
                summary { "Show as a table" }
                div.scroll tabindex="0" role="region" aria-label={ (self.title) ", as a table" } {
                    table {
                        caption.unseen { (self.title) }
                        thead { tr {
                            th scope="col" { (self.label) }
                            @for series in &self.series { th.number scope="col" { (series.name) } }
                        } }
                        tbody {
                            @for (at, label) in self.labels.iter().enumerate() {
                                tr {
                                    th scope="row" { (label.long) }
                                    @for series in &self.series {
                                        td.number { (page.whole(series.values[at])) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A bar in a cell of a table: `part` of `all`.
pub(super) fn bar(part: u64, all: u64) -> Markup {
    let width = percent(100.0 * part as f64 / all.max(1) as f64);
    html! {
        svg.bar aria-hidden="true" width="100%" height="8" {
            rect.track width="100%" height="8" rx="2" {}
            @if part > 0 { rect.first width=(width) height="8" rx="2" {} }
        }
    }
}

fn percent(value: f64) -> String {
    format!("{value:.2}%")
}

/// A number of one digit and zeros, or 1.5 or 2.5 times such a one, that is not below `most`.
fn nice(most: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        for tenths in [10, 15, 20, 25, 30, 40, 50, 60, 80] {
            let number = unit * tenths;
            if number.is_multiple_of(10) && number / 10 >= most.max(1) {
                return number / 10;
            }
        }
        match unit.checked_mul(10) {
            Some(next) if next < u64::MAX / 100 => unit = next,
            _ => return most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        for (most, top) in [
            (0, 1),
            (1, 1),
            (2, 2),
            (7, 8),
            (9, 10),
            (11, 15),
            (101, 150),
            (999, 1_000),
            (6_500, 8_000),
        ] {
            assert_eq!(nice(most), top, "{most}");
        }
        assert!(nice(u64::MAX / 2) >= u64::MAX / 2);
    }
}
