//! From the text of an `enrichment.toml` to a [`Definition`]: keys, defaults and checks.
//!
//! Reads no other file than the definition. Not here: places (`place`), the files that a
//! definition names (`file`, `own`, `contact`).

use std::fs;
use std::path::{Path, PathBuf};

use bytesize::ByteSize;
use chrono::NaiveDate;
use chrono_tz::{TZ_VARIANTS, Tz};

use super::error::{Error, reason};
use super::place::{Document, Placed, Table, Value, line_of};
use super::{
    Definition, Limits, Mapping, Region, Selection, Source, WeekStart, Weights, Window, near, own,
};
use crate::schedule::Schedule;
use crate::source::Kind;

/// Every key, by table; `""` is the top level.
const KEYS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "name",
            "output",
            "tenant",
            "region",
            "administrators",
            "schedule",
            "reply_cap_days",
            "keep_runs",
            "min_group",
            "memory_limit",
            "window",
            "own",
            "contacts",
            "source",
            "score",
            "limits",
        ],
    ),
    ("window", &["timezone", "week_start", "as_of", "days"]),
    ("own", &["addresses", "address_files", "groups"]),
    ("contacts", &["path", "contact_id", "customer_id", "addresses"]),
    ("source", &["path", "kind", "region"]),
    ("score", &["emails_from", "emails_to", "meetings", "people", "recency"]),
    ("limits", &["bad_rows", "bad_files"]),
];

/// A century: far beyond any reply, and small enough for sums of microseconds.
const MOST_REPLY_DAYS: u32 = 36_500;

/// A group of 1 hides nobody; one of more people than this hides everything of most accounts.
const LEAST_GROUP: u32 = 2;
const MOST_GROUP: u32 = 100;

/// What a run needs in any case.
const LEAST_MEMORY: ByteSize = ByteSize::mib(64);

/// Reads and checks the definition at `path`.
pub fn load(path: &Path) -> Result<Definition, Error> {
    let bytes = fs::read(path).map_err(|error| {
        Error::new(path, reason(&error)).hint("`rapport init` proposes a definition")
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
        Error::new(path, "not UTF-8 text").line(line).hint("save the file as UTF-8")
    })?;
    parse(path, text)
}

/// Checks the definition `text`, which stands or will stand at `path`.
pub fn check(path: &Path, text: String) -> Result<Definition, Error> {
    parse(path, text)
}

fn parse(path: &Path, text: String) -> Result<Definition, Error> {
    let document = Document { path, text: text.strip_prefix('\u{feff}').unwrap_or(&text) };
    let entries = document.parse()?;
    let top = Table::top(document, &entries);
    top.refuse_unknown(KEYS)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = name(&top)?;
    let hint = "name a folder for the results, as in `output = \"out\"`";
    let output = local(&top.require("output", hint)?)?;
    let tenant = top.find("tenant").map(|value| value.text()).transpose()?;
    let regions = Region::ALL.map(|region| (region.as_str(), region));
    let region = top.find("region").map(|value| value.choice(&regions)).transpose()?;
    let administrators = top.find("administrators").map(|value| value.texts()).transpose()?;
    let administrators = administrators.unwrap_or_default().into_iter();
    let schedule = top.find("schedule").map(|value| schedule(&value)).transpose()?;
    let reply_cap_days = integer(&top, "reply_cap_days", 1, MOST_REPLY_DAYS)?.unwrap_or(30);
    let keep_runs = integer(&top, "keep_runs", 1, u32::MAX)?.unwrap_or(10);
    let min_group = integer(&top, "min_group", LEAST_GROUP, MOST_GROUP)?;
    let memory_limit = top.find("memory_limit").map(|value| memory(&value)).transpose()?;
    let window = optional(&top, "window", window)?.unwrap_or_default();
    let own = selection(&top, folder)?;
    let contacts = mapping(&top, folder)?;
    let sources = sources(&top, folder, region)?;
    let score = optional(&top, "score", weights)?.unwrap_or_default();
    let limits = optional(&top, "limits", limits)?.unwrap_or_default();
    Ok(Definition {
        path: path.to_owned(),
        name,
        output: folder.join(output.value),
        tenant: tenant.map(|tenant| tenant.value),
        region,
        administrators: administrators.map(|name| name.value).collect(),
        schedule: schedule.unwrap_or_default(),
        window,
        own,
        contacts,
        sources,
        score,
        reply_cap_days,
        keep_runs,
        min_group,
        memory_limit,
        limits,
        text: text.clone(),
    })
}

fn name(top: &Table<'_>) -> Result<String, Error> {
    let value = top.require("name", "name the definition, as in `name = \"northwind\"`")?;
    let name = value.text()?.value;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match name.chars().find(|c| !is_allowed(*c)) {
        None if name.len() <= 100 => Ok(name),
        None => Err(value.error("the name is longer than 100 characters")),
        Some(other) => Err(value
            .error(format!("`{other}` cannot stand in a name"))
            .hint("use the letters a to z and A to Z, digits, `-` and `_`")),
    }
}

fn schedule(value: &Value<'_>) -> Result<Schedule, Error> {
    let schedule = value.text()?.value.parse::<Schedule>();
    schedule.map_err(|error| {
        let text = error.to_string();
        let (problem, hint) = text.split_once("\nhint: ").unwrap_or((&text, ""));
        value.error(problem).hint(hint)
    })
}

fn memory(value: &Value<'_>) -> Result<u64, Error> {
    let size = value.text()?.value.parse::<ByteSize>().map_err(|_| {
        value.error("is no size").hint("give a number and a unit, as in `memory_limit = \"4 GiB\"`")
    })?;
    if size < LEAST_MEMORY {
        return Err(value.error(format!("{size} is too little, allowed is {LEAST_MEMORY} or more")));
    }
    Ok(size.as_u64())
}

fn integer(table: &Table<'_>, key: &str, from: u32, to: u32) -> Result<Option<u32>, Error> {
    table.find(key).map(|value| value.integer(from..=to)).transpose()
}

/// A table that may be left out.
fn optional<T>(
    top: &Table<'_>,
    key: &str,
    read: fn(&Table<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let Some(value) = top.find(key) else {
        return Ok(None);
    };
    let table = value.table()?;
    table.refuse_unknown(KEYS)?;
    read(&table).map(Some)
}

fn window(table: &Table<'_>) -> Result<Window, Error> {
    let default = Window::default();
    let starts = WeekStart::ALL.map(|start| (start.as_str(), start));
    let first = NaiveDate::from_ymd_opt(1990, 1, 1);
    let as_of = table.find("as_of").map(|value| {
        let date = value.date()?;
        match first {
            Some(first) if date < first => {
                Err(value.error(format!("{date} is out of range, allowed is {first} or later")))
            }
            _ => Ok(date),
        }
    });
    let week_start = table.find("week_start").map(|value| value.choice(&starts)).transpose()?;
    Ok(Window {
        timezone: table
            .find("timezone")
            .map(|value| timezone(&value))
            .transpose()?
            .unwrap_or(default.timezone),
        week_start: week_start.unwrap_or(default.week_start),
        as_of: as_of.transpose()?,
        days: integer(table, "days", 7, default.days)?.unwrap_or(default.days),
    })
}

fn timezone(value: &Value<'_>) -> Result<Tz, Error> {
    let text = value.text()?.value;
    if let Ok(zone) = text.parse() {
        return Ok(zone);
    }
    let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
    // People write the city alone, or with a space.
    let typed = text.replace(' ', "_");
    let same = names().find(|name| {
        let city = name.rsplit('/').next().unwrap_or(name);
        name.eq_ignore_ascii_case(&typed) || city.eq_ignore_ascii_case(&typed)
    });
    let hint = match same.or_else(|| near::nearest(&text, names())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "use an IANA name, as in `Europe/London`".to_owned(),
    };
    Err(value.error(format!("unknown time zone `{text}`")).hint(hint))
}

fn selection(top: &Table<'_>, folder: &Path) -> Result<Selection, Error> {
    let hint = "list addresses, files with addresses, or groups under `[own]`";
    let table = top.require("own", hint)?.table()?;
    table.refuse_unknown(KEYS)?;
    let texts = |key: &str| match table.find(key) {
        Some(value) => value.texts(),
        None => Ok(Vec::new()),
    };
    let mut addresses = texts("addresses")?;
    if let Some(value) = table.find("addresses") {
        for address in &mut addresses {
            address.value = own::address(&address.value).map_err(|problem| {
                let error = value.error(problem.problem).hint(problem.hint);
                error.line(address.line)
            })?;
        }
    }
    let address_files = paths(texts("address_files")?, folder);
    let groups = texts("groups")?;
    if addresses.is_empty() && address_files.is_empty() && groups.is_empty() {
        return Err(table
            .error("no own address, file or group is given")
            .hint("fill at least one of `addresses`, `address_files` and `groups`"));
    }
    Ok(Selection { line: table.line(), addresses, address_files, groups })
}

fn paths(texts: Vec<Placed<String>>, folder: &Path) -> Vec<Placed<PathBuf>> {
    let resolve = |text: Placed<String>| Placed { value: folder.join(text.value), line: text.line };
    texts.into_iter().map(resolve).collect()
}

fn mapping(top: &Table<'_>, folder: &Path) -> Result<Mapping, Error> {
    let hint = "name the contact table and its columns under `[contacts]`";
    let table = top.require("contacts", hint)?.table()?;
    table.refuse_unknown(KEYS)?;
    let hint = "name the contact table, as in `path = \"contacts.csv\"`";
    let path = local(&table.require("path", hint)?)?;
    let column = |key: &str, meaning: &str| {
        table.require(key, &format!("name the column with the {meaning}"))?.text()
    };
    let contact_id = column("contact_id", "contact id")?;
    let customer_id = column("customer_id", "customer (account) id")?;
    let value = table.require("addresses", "name the columns with e-mail addresses in a list")?;
    let addresses = value.texts()?;
    if addresses.is_empty() {
        return Err(value.error("the list is empty").hint("name at least one column"));
    }
    for (index, address) in addresses.iter().enumerate() {
        if addresses[..index].iter().any(|earlier| earlier.value == address.value) {
            let problem = format!("column `{}` is named twice", address.value);
            return Err(value.error(problem).line(address.line));
        }
    }
    let path = Placed { value: folder.join(path.value), line: path.line };
    Ok(Mapping { path, contact_id, customer_id, addresses })
}

fn sources(top: &Table<'_>, folder: &Path, region: Option<Region>) -> Result<Vec<Source>, Error> {
    let hint = "name folders or files with exports in `[[source]]` tables";
    let value = top.require("source", hint)?;
    let tables = value.tables()?;
    if tables.is_empty() {
        return Err(value.error("no source is given").hint(hint));
    }
    let kinds = Kind::ALL.map(|kind| (kind.as_str(), kind));
    tables
        .iter()
        .map(|table| {
            table.refuse_unknown(KEYS)?;
            let path = local(&table.require("path", "name a folder, a file or a glob")?)?;
            let kind = table.find("kind").map(|value| value.choice(&kinds)).transpose()?;
            let region = table.find("region").map(|value| within(&value, region)).transpose()?;
            Ok(Source { path: folder.join(path.value), kind, region, line: path.line })
        })
        .collect()
}

/// A path of this machine; what lies in an object store is not reached.
fn local(value: &Value<'_>) -> Result<Placed<String>, Error> {
    let path = value.text()?;
    let scheme = path.value.split_once("://").map(|(scheme, _)| scheme);
    let is_scheme = |text: &str| text.len() > 1 && text.chars().all(|c| c.is_ascii_alphanumeric());
    match scheme.filter(|scheme| is_scheme(scheme)) {
        None => Ok(path),
        Some(scheme) => Err(value
            .error(format!("`{scheme}://` is not reached: Rapport reads and writes folders and uses no network"))
            .hint("mount the store or copy it to a folder, and name that; `region` of a source tells where it is kept")),
    }
}

/// The region of a source, which must be that of the definition.
fn within(value: &Value<'_>, region: Option<Region>) -> Result<Region, Error> {
    let own = value.choice(&Region::ALL.map(|region| (region.as_str(), region)))?;
    match region {
        Some(region) if region == own => Ok(own),
        Some(region) => Err(value
            .error(format!("`{own}` is outside the region of the definition, `{region}`"))
            .hint("exports are read where they are kept; move them, or run an enrichment there")),
        None => Err(value
            .error("the definition has no region to compare with")
            .hint(format!("add `region = \"{own}\"` above the first `[table]`"))),
    }
}

fn weights(table: &Table<'_>) -> Result<Weights, Error> {
    let default = Weights::default();
    let weight = |key: &str, default: f64| match table.find(key) {
        Some(value) => value.number(f64::MAX),
        None => Ok(default),
    };
    let weights = Weights {
        emails_from: weight("emails_from", default.emails_from)?,
        emails_to: weight("emails_to", default.emails_to)?,
        meetings: weight("meetings", default.meetings)?,
        people: weight("people", default.people)?,
        recency: weight("recency", default.recency)?,
    };
    match weights.sum() {
        sum if sum <= 0.0 => {
            Err(table.error("all weights are 0").hint("give at least one component a weight"))
        }
        // points are shares of 100
        sum if !(100.0 * sum).is_finite() => {
            Err(table.error("the weights are too large to be added up"))
        }
        _ => Ok(weights),
    }
}

fn limits(table: &Table<'_>) -> Result<Limits, Error> {
    let default = Limits::default();
    Ok(Limits {
        bad_rows: match table.find("bad_rows") {
            Some(value) => value.number(1.0)?,
            None => default.bad_rows,
        },
        bad_files: integer(table, "bad_files", 0, u32::MAX)?.unwrap_or(default.bad_files),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_definition_points_to_init() {
        let error = load(Path::new("no/such/enrichment.toml")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no/such/enrichment.toml: does not exist\nhint: `rapport init` proposes a definition"
        );
    }

    #[test]
    fn paths_are_resolved_and_sources_know_their_line() {
        let full = include_str!("../../tests/definition/ok-full/enrichment.toml");
        let definition = parse(Path::new("enrichment.toml"), full.to_owned()).unwrap();
        assert_eq!(definition.output, Path::new("results/out"));
        assert_eq!(definition.sources[0].line, 20);
    }
}
