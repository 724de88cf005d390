//! What clients set and ask about their session. None of it reaches the engine.

use std::collections::HashMap;
use std::time::Duration;

use datafusion::sql::sqlparser::ast::{
    ContextModifier, Expr, Ident, ObjectName, Reset, Set, SetSessionAuthorizationParamKind,
};
use datafusion_postgres::pgwire::api::ClientInfo;
use datafusion_postgres::pgwire::error::{PgWireError, PgWireResult};
use datafusion_postgres::pgwire::messages::PgWireBackendMessage;
use datafusion_postgres::pgwire::messages::startup::ParameterStatus;
use futures::{Sink, SinkExt};

use super::error::error;

/// A setting that clients know.
struct Known {
    name: &'static str,
    value: &'static str,
    /// Under this name clients are told each change.
    reported: Option<&'static str>,
    /// It cannot be set.
    is_fixed: bool,
}

const fn taken(name: &'static str, value: &'static str) -> Known {
    Known { name, value, reported: None, is_fixed: false }
}

const fn told(name: &'static str, value: &'static str, reported: &'static str) -> Known {
    Known { name, value, reported: Some(reported), is_fixed: false }
}

const fn fixed(name: &'static str, value: &'static str) -> Known {
    Known { name, value, reported: None, is_fixed: true }
}

/// The version that clients see: what they may expect of the protocol and the catalogue.
pub(super) const SERVER_VERSION: &str = concat!("16.6 (Rapport ", env!("CARGO_PKG_VERSION"), ")");
const TIMEOUT: &str = "statement_timeout";
/// Settings are short.
const LENGTH: usize = 1000;

const KNOWN: &[Known] = &[
    taken(TIMEOUT, "0"),
    taken("bytea_output", "hex"),
    taken("check_function_bodies", "on"),
    taken("client_min_messages", "notice"),
    taken("default_transaction_isolation", "read committed"),
    taken("default_transaction_read_only", "on"),
    taken("extra_float_digits", "1"),
    taken("idle_in_transaction_session_timeout", "0"),
    taken("jit", "off"),
    taken("lock_timeout", "0"),
    taken("row_security", "on"),
    taken("search_path", "public"),
    taken("synchronize_seqscans", "on"),
    taken("transaction_isolation", "read committed"),
    taken("transaction_read_only", "on"),
    told("application_name", "", "application_name"),
    told("client_encoding", "UTF8", "client_encoding"),
    told("datestyle", "ISO, YMD", "DateStyle"),
    told("intervalstyle", "postgres", "IntervalStyle"),
    told("standard_conforming_strings", "on", "standard_conforming_strings"),
    told("timezone", "Etc/UTC", "TimeZone"),
    fixed("integer_datetimes", "on"),
    fixed("is_superuser", "off"),
    fixed("lc_collate", "C"),
    fixed("lc_ctype", "C"),
    fixed("max_identifier_length", "63"),
    fixed("max_index_keys", "32"),
    fixed("server_encoding", "UTF8"),
    fixed("server_version", SERVER_VERSION),
    fixed("server_version_num", "160006"),
    fixed("ssl", "on"),
];

fn known(name: &str) -> PgWireResult<&'static Known> {
    KNOWN.iter().find(|known| known.name == name).ok_or_else(|| {
        if name.starts_with("datafusion.") {
            error("42501", &format!("permission denied to set or read `{name}`"))
        } else {
            error("42704", &format!("unrecognized configuration parameter \"{name}\""))
        }
    })
}

/// What a setting is as long as nobody has set it; nothing where it is unknown.
pub(super) fn first(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    KNOWN.iter().find(|known| known.name == name).map(|known| known.value)
}

/// What defines `pg_catalog.pg_settings`: settings as they are as long as nobody has set them.
pub(super) fn view() -> String {
    let mut rows: Vec<String> = Vec::new();
    for Known { name, value, reported, is_fixed } in KNOWN {
        let (name, context) =
            (reported.unwrap_or(name), if *is_fixed { "internal" } else { "user" });
        let kind = if ["on", "off"].contains(value) { "bool" } else { "string" };
        rows.push(format!("('{name}', '{value}', '{context}', '{kind}')"));
    }
    format!(
        "create or replace view pg_catalog.pg_settings as
        select name, setting, cast(null as text) as unit, 'Rapport' as category, '' as short_desc,
            cast(null as text) as extra_desc, context, vartype, 'default' as source, cast(null as text) as min_val,
            cast(null as text) as max_val, cast(null as text[]) as enumvals, setting as boot_val,
            setting as reset_val, cast(null as text) as sourcefile, cast(null as int) as sourceline,
            false as pending_restart
        from (values {}) as known (name, setting, context, vartype)",
        rows.join(", ")
    )
}

/// How long the client lets its queries take; nothing where it has not said.
pub(super) fn timeout(client: &(impl ClientInfo + ?Sized)) -> Option<Duration> {
    client.metadata().get(TIMEOUT).and_then(|text| duration(text)).filter(|time| !time.is_zero())
}

/// `5000`, `'5s'`, `'2min'`: milliseconds unless it says otherwise.
fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim() {
        "us" => return Some(Duration::from_micros(number)),
        "" | "ms" => 1,
        "s" => 1000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    Some(Duration::from_millis(number.saturating_mul(unit)))
}

/// Settings that came with the connection: those of ours, by their names; all else is dropped.
pub(super) fn at_startup(given: &mut HashMap<String, String>) {
    let mut kept: HashMap<String, String> = HashMap::new();
    let options = given.get("options").map(String::as_str).unwrap_or_default();
    let words: Vec<&str> = options.split_whitespace().collect();
    let listed = words.iter().filter_map(|word| {
        let word = word.strip_prefix("-c").or_else(|| word.strip_prefix("--")).unwrap_or(word);
        word.split_once('=')
    });
    let direct = given.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in listed.chain(direct) {
        let name = name.to_ascii_lowercase();
        let is_client = ["user", "database"].contains(&name.as_str());
        if is_client || check(&name, value).is_ok_and(|known| !known.is_fixed) {
            kept.insert(name, value.to_owned());
        }
    }
    *given = kept;
}

fn check(name: &str, value: &str) -> PgWireResult<&'static Known> {
    let known = known(name)?;
    let is_encoding =
        || ["utf8", "utf-8", "unicode", "sql_ascii"].contains(&&*value.to_ascii_lowercase());
    let is_wrong = value.len() > LENGTH
        || (name == TIMEOUT && duration(value).is_none())
        || (name == "client_encoding" && !is_encoding())
        || (name == "standard_conforming_strings" && !["on", "true", "1"].contains(&value));
    match is_wrong {
        true => Err(error("22023", &format!("invalid value for parameter \"{name}\""))),
        false => Ok(known),
    }
}

/// `SET`: takes what clients are known to set, refuses the rest.
pub(super) async fn set<C>(client: &mut C, set: &Set) -> PgWireResult<()>
where
    C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send,
    PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
{
    match set {
        // for one transaction: nothing depends on it for so long
        Set::SingleAssignment { scope: Some(ContextModifier::Local), variable, .. } => {
            known(&name(variable)).map(drop)
        }
        Set::SingleAssignment { variable, values, hivevar: false, .. } => {
            let texts: Vec<String> = values.iter().map(text).collect();
            assign(client, &name(variable), texts.join(", ")).await
        }
        Set::SetTimeZone { value, .. } => assign(client, "timezone", text(value)).await,
        Set::SetNames { charset_name, .. } => {
            assign(client, "client_encoding", charset_name.value.clone()).await
        }
        Set::SetTransaction { .. } => Ok(()),
        // Npgsql, as it takes a connection of its pool: nobody else was in it
        Set::SetSessionAuthorization(it)
            if matches!(it.kind, SetSessionAuthorizationParamKind::Default) =>
        {
            Ok(())
        }
        _ => Err(error("0A000", "this SET is not supported")),
    }
}

/// `RESET`: as it was before.
pub(super) async fn reset<C>(client: &mut C, reset: &Reset) -> PgWireResult<()>
where
    C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send,
    PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
{
    match reset {
        Reset::ConfigurationParameter(variable) => {
            let name = name(variable);
            assign(client, &name, known(&name)?.value.to_owned()).await
        }
        Reset::ALL => {
            for known in KNOWN
                .iter()
                .filter(|known| client.metadata().contains_key(known.name))
                .collect::<Vec<_>>()
            {
                // the name of the program is no choice of the session
                if known.name != "application_name" {
                    assign(client, known.name, known.value.to_owned()).await?;
                }
            }
            Ok(())
        }
    }
}

/// `SHOW`: the name as clients know it, and the value.
pub(super) fn show(
    client: &(impl ClientInfo + ?Sized),
    variable: &[Ident],
) -> PgWireResult<(String, String)> {
    let name = shown(variable);
    let known = known(&name)?;
    let set = client.metadata().get(&name).filter(|_| !known.is_fixed);
    let value = set.map_or(known.value, String::as_str).to_owned();
    Ok((known.reported.unwrap_or(known.name).to_owned(), value))
}

/// The setting that is asked for, in one word.
pub(super) fn shown(variable: &[Ident]) -> String {
    let words: Vec<_> = variable.iter().map(|word| word.value.to_ascii_lowercase()).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["time", "zone"] => "timezone".to_owned(),
        ["transaction", "isolation", "level"] => "transaction_isolation".to_owned(),
        words => words.join("."),
    }
}

async fn assign<C>(client: &mut C, name: &str, value: String) -> PgWireResult<()>
where
    C: ClientInfo + Sink<PgWireBackendMessage> + Unpin + Send,
    PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
{
    let first = known(name)?;
    let value = if value.eq_ignore_ascii_case("default") { first.value.to_owned() } else { value };
    let known = check(name, &value)?;
    if known.is_fixed {
        return Err(error("55P02", &format!("parameter \"{name}\" cannot be changed")));
    }
    client.metadata_mut().insert(name.to_owned(), value.clone());
    if let Some(reported) = known.reported {
        let status = ParameterStatus::new(reported.to_owned(), value);
        client.feed(PgWireBackendMessage::ParameterStatus(status)).await?;
    }
    Ok(())
}

fn name(variable: &ObjectName) -> String {
    variable.to_string().replace('"', "").to_ascii_lowercase()
}

/// The value without its quotes.
fn text(value: &Expr) -> String {
    let quoted = match value {
        Expr::Value(value) => value.value.clone().into_string(),
        Expr::Identifier(word) => Some(word.value.clone()),
        _ => None,
    };
    quoted.unwrap_or_else(|| value.to_string())
}
