//! Cards from the relations of the schema `card`: four queries, however many cards.

use std::collections::HashMap;

use anyhow::{Context, Result, anyhow};
use arrow::array::{
    Array, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use chrono::{NaiveDate, TimeDelta};
use datafusion::common::TableReference;
use datafusion::logical_expr::SortExpr;
use datafusion::prelude::{DataFrame, ident, lit};

use super::{Card, Component, Directions, Pace, People, Period, Trend};
use crate::catalog::CARD;
use crate::definition::near;
use crate::format::harmless::harmless;
use crate::query::Session;

/// Whose cards.
#[derive(Debug, Clone, Copy)]
pub enum Selection<'a> {
    /// All customers of the contact table.
    All,
    /// So many with the highest scores.
    Top(usize),
    /// Those of them that have these ids.
    These(&'a [String]),
}

/// Reads the cards of the set that `session` has opened, the highest score first, then by id.
///
/// An id that no customer has gives no card. All cards are held: about 4 KiB each.
pub async fn read(session: &Session, customers: Selection<'_>) -> Result<Vec<Card>> {
    let chosen = match customers {
        Selection::All => None,
        Selection::These(ids) => Some(ids.to_vec()),
        Selection::Top(count) => Some(top(session, count).await?),
    };
    let rows = async |name: &str| -> Result<Vec<RecordBatch>> {
        let rows = table(session, name, chosen.as_deref()).await?;
        let rows = if name == SUMMARY { rows.sort(by_rank())? } else { rows };
        rows.collect().await.with_context(|| format!("cannot read `{CARD}.{name}`"))
    };
    let (window, summaries, components, trends, timelines) = futures::try_join!(
        window(session),
        rows(SUMMARY),
        rows("component"),
        rows("trend"),
        rows("timeline")
    )?;
    let mut cards = Vec::new();
    for rows in &summaries {
        add_summaries(rows, window, &mut cards)?;
    }
    let ids: Vec<String> = cards.iter().map(|card: &Card| card.customer.clone()).collect();
    let places: HashMap<&str, usize> =
        ids.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
    for rows in &components {
        add_components(rows, &places, &mut cards)?;
    }
    for rows in &trends {
        add_trends(rows, &places, &mut cards)?;
    }
    for rows in &timelines {
        add_periods(rows, &places, &mut cards)?;
    }
    for card in &mut cards {
        card.components.sort_by(|one, other| one.name.cmp(&other.name));
        card.months.sort_by_key(|period| period.start);
        card.weeks.sort_by_key(|period| period.start);
    }
    Ok(cards)
}

/// The card of the customer with this id.
///
/// Fails where there is none, with ids that may have been meant.
pub async fn of(session: &Session, customer: &str) -> Result<Card> {
    let mut cards = read(session, Selection::These(&[customer.to_owned()])).await?;
    match cards.pop() {
        Some(card) => Ok(card),
        None => Err(unknown(session, customer).await?),
    }
}

/// Longer ids are not compared: that would take long, and they are no typing slips.
const LONGEST: usize = 100;

async fn unknown(session: &Session, customer: &str) -> Result<anyhow::Error> {
    let rows = session.context().table(TableReference::bare("Office_CustomerEntity")).await?;
    let mut known = Vec::new();
    for rows in rows.select(vec![ident(CUSTOMER)])?.collect().await? {
        let ids = texts(&rows, CUSTOMER)?;
        known.extend(ids.iter().flatten().filter(|id| id.len() <= LONGEST).map(str::to_owned));
    }
    let typed = if customer.len() <= LONGEST { customer } else { "" };
    let near = near::near(typed, known.iter().map(String::as_str), 3);
    let hint = match near[..] {
        [] => "`rapport card --top 20` lists the customers with the highest scores".to_owned(),
        _ => format!("did you mean {}?", near::list(near.iter().map(|id| harmless(id)), "or")),
    };
    let customer: String = harmless(customer).chars().take(LONGEST).collect();
    Ok(anyhow!("no customer `{customer}`\nhint: {hint}"))
}

const CUSTOMER: &str = "CustomerId";
const SUMMARY: &str = "summary";

/// The highest score first, then by id.
fn by_rank() -> Vec<SortExpr> {
    vec![ident("Rank").sort(true, false), ident(CUSTOMER).sort(true, false)]
}

/// The ids of so many customers with the highest scores.
async fn top(session: &Session, count: usize) -> Result<Vec<String>> {
    let ranked = table(session, SUMMARY, None).await?.filter(ident("Rank").is_not_null())?;
    let ranked = ranked.sort(by_rank())?.limit(0, Some(count))?.select(vec![ident(CUSTOMER)])?;
    let mut ids = Vec::new();
    for rows in ranked.collect().await.context("cannot read `card.summary`")? {
        ids.extend(texts(&rows, CUSTOMER)?.iter().flatten().map(str::to_owned));
    }
    Ok(ids)
}

/// A relation of the schema `card`, of all customers or of those with these ids.
async fn table(session: &Session, name: &str, ids: Option<&[String]>) -> Result<DataFrame> {
    let rows = session.context().table(TableReference::partial(CARD, name)).await?;
    Ok(match ids {
        None => rows,
        Some([id]) => rows.filter(ident(CUSTOMER).eq(lit(id.as_str())))?,
        Some(ids) => {
            let ids = ids.iter().map(|id| lit(id.as_str())).collect();
            rows.filter(ident(CUSTOMER).in_list(ids, false))?
        }
    })
}

/// First and last day of the window.
async fn window(session: &Session) -> Result<(NaiveDate, NaiveDate)> {
    let rows = session.context().table(TableReference::bare("run")).await?.collect().await?;
    let rows = rows.first().context("no set is open")?;
    let (starts, ends) = (Dates::of(rows, "WindowStartDate")?, Dates::of(rows, "AsOfDate")?);
    Ok((starts.at(0).context("no set is open")?, ends.at(0).context("no set is open")?))
}

fn add_summaries(
    rows: &RecordBatch,
    (window_start, as_of): (NaiveDate, NaiveDate),
    cards: &mut Vec<Card>,
) -> Result<()> {
    let count = |name| Counts::of(rows, name);
    let ids = texts(rows, CUSTOMER)?;
    let (scores, ranks, ranked) =
        (count("EngagementScore")?, count("Rank")?, count("RankedCustomers")?);
    let emails = Both::of(rows, "NoOfEmails_ToAccount", "NoOfEmails_FromAccount")?;
    let meetings = Both::of(rows, "NoOfMeetings_ToAccount", "NoOfMeetings_FromAccount")?;
    let own = (count("NoOfContactsInvolved_Emails")?, count("NoOfContactsInvolved_Meetings")?);
    let theirs = (
        count("NoOfAccountContactsInvolved_Emails")?,
        count("NoOfAccountContactsInvolved_Meetings")?,
    );
    let since = Dates::of(rows, "EngagementStartDate")?;
    let (since_email, since_meeting) =
        (count("DaysSinceLastEmail")?, count("DaysSinceLastMeeting")?);
    let minutes = doubles(rows, "AverageDuration_Of_Meetings")?;
    let hours = doubles(rows, "AverageDuration_Of_AccountEmailReplies")?;
    let median = doubles(rows, "Median_AverageDuration_Of_AccountEmailReplies")?;
    cards.extend((0..rows.num_rows()).map(|at| Card {
        customer: ids.value(at).to_owned(),
        window_start,
        as_of,
        score: scores.at(at),
        rank: ranks.at(at),
        ranked: ranked.at(at).unwrap_or_default(),
        components: Vec::new(),
        emails: emails.at(at),
        meetings: meetings.at(at),
        email_people: People { own: own.0.at(at), theirs: theirs.0.at(at) },
        meeting_people: People { own: own.1.at(at), theirs: theirs.1.at(at) },
        engaged_since: since.at(at),
        days_since_email: since_email.at(at),
        days_since_meeting: since_meeting.at(at),
        meeting_minutes: double(&minutes, at),
        reply_hours: double(&hours, at),
        median_reply_hours: double(&median, at),
        trend: None,
        months: Vec::new(),
        weeks: Vec::new(),
    }));
    Ok(())
}

fn add_components(
    rows: &RecordBatch,
    places: &HashMap<&str, usize>,
    cards: &mut [Card],
) -> Result<()> {
    let (ids, names) = (texts(rows, CUSTOMER)?, texts(rows, "Component")?);
    let (values, percentiles) = (doubles(rows, "Value")?, doubles(rows, "Percentile")?);
    let (weights, points) = (doubles(rows, "Weight")?, doubles(rows, "Points")?);
    let most = doubles(rows, "MostPoints")?;
    for at in 0..rows.num_rows() {
        let Some(place) = places.get(ids.value(at)) else { continue };
        cards[*place].components.push(Component {
            name: names.value(at).to_owned(),
            value: double(&values, at),
            percentile: double(&percentiles, at),
            weight: weights.value(at),
            points: double(&points, at),
            most_points: most.value(at),
        });
    }
    Ok(())
}

fn add_trends(rows: &RecordBatch, places: &HashMap<&str, usize>, cards: &mut [Card]) -> Result<()> {
    let ids = texts(rows, CUSTOMER)?;
    let pace = |prefix: &str| -> Result<_> {
        let quarter = Counts::of(rows, &format!("{prefix}ThisQuarter"))?;
        let at_pace = doubles(rows, &format!("{prefix}AtPace"))?;
        let change = doubles(rows, &format!("{prefix}Change"))?;
        Ok(move |at| Pace {
            this_quarter: quarter.at(at).unwrap_or_default(),
            at_pace: at_pace.value(at),
            change: double(&change, at),
        })
    };
    let (emails, meetings, both) = (pace("Emails_")?, pace("Meetings_")?, pace("")?);
    for at in 0..rows.num_rows() {
        let Some(place) = places.get(ids.value(at)) else { continue };
        cards[*place].trend =
            Some(Trend { emails: emails(at), meetings: meetings(at), both: both(at) });
    }
    Ok(())
}

fn add_periods(
    rows: &RecordBatch,
    places: &HashMap<&str, usize>,
    cards: &mut [Card],
) -> Result<()> {
    let (ids, levels) = (texts(rows, CUSTOMER)?, texts(rows, "AggregationLevel")?);
    let starts = Dates::of(rows, "AggregationStartDate")?;
    let ends = Dates::of(rows, "AggregationEndDate")?;
    let (cut, under_way) = (flags(rows, "IsCut")?, flags(rows, "IsUnderWay")?);
    let emails = Both::of(rows, "NoOfEmails_ToAccount", "NoOfEmails_FromAccount")?;
    let meetings = Both::of(rows, "NoOfMeetings_ToAccount", "NoOfMeetings_FromAccount")?;
    for at in 0..rows.num_rows() {
        let Some(place) = places.get(ids.value(at)) else { continue };
        let (Some(start), Some(end)) = (starts.at(at), ends.at(at)) else { continue };
        let period = Period {
            start,
            end,
            is_cut: cut.value(at),
            is_under_way: under_way.value(at),
            emails: emails.at(at),
            meetings: meetings.at(at),
        };
        match levels.value(at) {
            "Month" => cards[*place].months.push(period),
            _ => cards[*place].weeks.push(period),
        }
    }
    Ok(())
}

/// The column of this name as values of this type.
fn column(rows: &RecordBatch, name: &str, kind: &DataType) -> Result<arrow::array::ArrayRef> {
    let values = rows.column_by_name(name).with_context(|| format!("no column `{name}`"))?;
    cast(values, kind).with_context(|| format!("column `{name}`"))
}

fn texts(rows: &RecordBatch, name: &str) -> Result<StringArray> {
    Ok(column(rows, name, &DataType::Utf8)?.as_string::<i32>().clone())
}

fn doubles(rows: &RecordBatch, name: &str) -> Result<Float64Array> {
    Ok(column(rows, name, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
}

fn double(values: &Float64Array, at: usize) -> Option<f64> {
    values.is_valid(at).then(|| values.value(at))
}

fn flags(rows: &RecordBatch, name: &str) -> Result<BooleanArray> {
    Ok(column(rows, name, &DataType::Boolean)?.as_boolean().clone())
}

/// Whole numbers from 0.
struct Counts(Int64Array);

impl Counts {
    fn of(rows: &RecordBatch, name: &str) -> Result<Self> {
        Ok(Self(column(rows, name, &DataType::Int64)?.as_primitive::<Int64Type>().clone()))
    }

    fn at(&self, at: usize) -> Option<u32> {
        self.0.is_valid(at).then(|| u32::try_from(self.0.value(at)).unwrap_or_default())
    }
}

/// Two counts that belong together.
struct Both {
    to: Counts,
    from: Counts,
}

impl Both {
    fn of(rows: &RecordBatch, to: &str, from: &str) -> Result<Self> {
        Ok(Self { to: Counts::of(rows, to)?, from: Counts::of(rows, from)? })
    }

    fn at(&self, at: usize) -> Directions {
        let count = |counts: &Counts| counts.at(at).unwrap_or_default();
        Directions { to: count(&self.to), from: count(&self.from) }
    }
}

/// Days.
struct Dates(Int64Array);

impl Dates {
    fn of(rows: &RecordBatch, name: &str) -> Result<Self> {
        let days = cast(&column(rows, name, &DataType::Date32)?, &DataType::Int32)?;
        Ok(Self(cast(&days, &DataType::Int64)?.as_primitive::<Int64Type>().clone()))
    }

    fn at(&self, at: usize) -> Option<NaiveDate> {
        self.0.is_valid(at).then(|| NaiveDate::default() + TimeDelta::days(self.0.value(at)))
    }
}
