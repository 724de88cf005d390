//! The report as text for a terminal.

use std::fmt::Write;

use super::{NotCounted, Report};

impl Report {
    /// The whole report as text for a terminal.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // writing to a String cannot fail
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let c = &self.figures.coverage;
        let f = &self.files;
        writeln!(out, "{}  run {}  as of {} ({})", self.name, self.run, self.as_of, self.timezone)?;
        writeln!(out)?;
        writeln!(out, "days covered        {:>9} of {}", c.days_covered, self.window_days)?;
        writeln!(out, "customers enriched  {:>9} of {}", c.customers_enriched, c.customers)?;
        writeln!(out, "own addresses seen  {:>9} of {}", c.own_addresses_seen, c.own_addresses)?;
        writeln!(
            out,
            "export files        {:>9} ({} read now, {} unchanged, {} gone, {} failed)",
            f.found, f.read, f.unchanged, f.missing, f.failed
        )?;
        writeln!(
            out,
            "rows read           {:>9} ({} masters of series, {} without data, {} bad{})",
            self.imported.rows,
            self.imported.series_masters,
            self.imported.no_data,
            self.imported.rejects,
            match self.imported.excluded {
                0 => String::new(),
                rows => format!(", {rows} excluded"),
            }
        )?;
        writeln!(out)?;
        writeln!(out, "{:<68}{:>10}{:>10}", "", "messages", "meetings")?;
        let mut line = |label: &str, messages: i64, meetings: i64| {
            writeln!(out, "{label:<68}{messages:>10}{meetings:>10}")
        };
        line("copies read", c.message_copies, c.meeting_copies)?;
        line("drafts", c.draft_copies, 0)?;
        line("earlier versions of calendar items", 0, c.meeting_versions)?;
        line("duplicates merged", c.message_duplicates, c.meeting_duplicates)?;
        for reason in self.reasons() {
            let items = |activity| {
                let same = |row: &&NotCounted| row.activity == activity && row.reason == reason;
                self.figures.not_counted.iter().find(same).map_or(0, |row| row.items)
            };
            line(&format!("not counted: {reason}"), items("message"), items("meeting"))?;
        }
        line("counted", c.messages_counted, c.meetings_counted)?;
        self.write_tables(out)
    }

    fn write_tables(&self, out: &mut String) -> std::fmt::Result {
        if !self.figures.unmatched_domains.is_empty() {
            writeln!(out, "\ndomains met without a contact (messages)")?;
            for domain in &self.figures.unmatched_domains {
                writeln!(out, "{:>9}  {}", domain.messages, domain.domain)?;
            }
        }
        writeln!(out, "\npublished")?;
        for entity in &self.entities {
            writeln!(out, "{:>9}  rows in {}", entity.rows, entity.file)?;
        }
        for saved in &self.saved {
            writeln!(out, "{:>9}  rows in {}", saved.rows, saved.file)?;
        }
        let passed = self.checks.iter().filter(|check| check.rows == 0).count();
        writeln!(out, "{passed:>9}  of {} checks passed", self.checks.len())?;
        if !self.figures.top_accounts.is_empty() {
            writeln!(
                out,
                "\n{:<20}{:>7}{:>9}{:>10}{:>9}{:>13}{:>14}",
                "top accounts",
                "score",
                "e-mails",
                "meetings",
                "people",
                "last e-mail",
                "last meeting"
            )?;
        }
        let people =
            |people: Option<i64>| people.map_or("hidden".to_owned(), |people| people.to_string());
        let days = |days: Option<i64>| days.map_or("never".to_owned(), |days| format!("{days} d"));
        for account in &self.figures.top_accounts {
            writeln!(
                out,
                "{:<20}{:>7}{:>9}{:>10}{:>9}{:>13}{:>14}",
                account.customer_id,
                account.engagement_score,
                account.emails,
                account.meetings,
                people(account.people),
                days(account.days_since_last_email),
                days(account.days_since_last_meeting),
            )?;
        }
        for warning in &self.warnings {
            write!(out, "\nwarning: {warning}")?;
        }
        if !self.warnings.is_empty() {
            writeln!(out)?;
        }
        Ok(())
    }

    /// Reasons for not counting, each once, in the order of the relation.
    fn reasons(&self) -> Vec<&str> {
        let mut reasons: Vec<&str> = Vec::new();
        for row in &self.figures.not_counted {
            if !reasons.contains(&row.reason.as_str()) {
                reasons.push(&row.reason);
            }
        }
        reasons
    }
}
