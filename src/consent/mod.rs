//! The consent of an administrator, without which the activity is not read.
//!
//! Here: who may ask, agree and revoke, and when. `scope` is what is agreed to, `standing` whether the activity may be
//! read, `message` what an administrator is told, `record` the file. Not here: the clock, sending, writing.

mod message;
mod record;
mod scope;
mod standing;

use chrono::{DateTime, Months, NaiveDate, NaiveTime, SecondsFormat, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::definition::near::list;
use crate::schedule::instant;

pub use message::message;
pub use record::{file, load, withdrawn};
pub use scope::Scope;
pub use standing::{Refusal, Standing};

/// Hours in which a request can be answered.
pub const REQUEST_HOURS: i64 = 24;

/// Months that a consent lasts at most, and if no day is given.
pub const MOST_MONTHS: u32 = 6;

/// Why a request cannot be answered or a consent not be revoked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Somebody else than an administrator.
    #[error("`{by}` is not one of the administrators\nhint: {}", who_may(administrators))]
    NotAdministrator {
        /// As given.
        by: String,
        /// Those of the definition.
        administrators: Vec<String>,
    },
    /// Nothing to agree to.
    #[error("no consent is asked for\nhint: ask with `rapport consent request`")]
    NoRequest,
    /// The request was not answered in time.
    #[error(
        "the request could be answered until {}\nhint: ask again with `rapport consent request`",
        in_seconds(*until)
    )]
    RequestExpired {
        /// The end of the request.
        until: DateTime<Utc>,
    },
    /// Who asks does not answer.
    #[error(
        "`{by}` asked for this consent and cannot give it\nhint: another administrator gives it with `rapport consent grant --by ADMIN`"
    )]
    OwnRequest {
        /// Who asked.
        by: String,
    },
    /// The definition is another than the one that was asked for.
    #[error(
        "the definition has changed since consent was asked for: {}\nhint: ask again with `rapport consent request`",
        changes(.0)
    )]
    ScopeChanged(Vec<String>),
    /// A consent cannot end before it begins.
    #[error("{until} is past\nhint: name a day from today to {latest}")]
    UntilPast {
        /// As given.
        until: NaiveDate,
        /// The last day that can be given.
        latest: NaiveDate,
    },
    /// A consent does not last that long.
    #[error("{until} is more than {MOST_MONTHS} months away\nhint: name a day up to {latest}")]
    UntilTooLate {
        /// As given.
        until: NaiveDate,
        /// The last day that can be given.
        latest: NaiveDate,
    },
    /// Neither a consent nor a request.
    #[error(
        "there is no consent to revoke, and no request\nhint: nothing is read until consent is asked for with `rapport consent request` and given"
    )]
    NothingToRevoke,
}

/// All that is known about the consent to one enrichment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// The last request, until it is granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
    /// The last approval, until it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    approval: Option<Approval>,
    /// The last revocation, until consent is given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revocation: Option<Revocation>,
}

/// Somebody asks for consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// When, in whole seconds.
    #[serde(with = "record::seconds")]
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// It can be answered before this time.
    #[serde(with = "record::seconds")]
    pub until: DateTime<Utc>,
    /// What for.
    pub scope: Scope,
}

/// An administrator agrees to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// When, in whole seconds.
    #[serde(with = "record::seconds")]
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// The last day that it holds, in the time zone of the definition.
    pub until: NaiveDate,
    /// The end of that day.
    #[serde(with = "record::seconds")]
    pub ends: DateTime<Utc>,
    /// What was asked for, and by whom.
    pub request: Request,
}

/// An administrator takes back what was agreed, or refuses what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// When, in whole seconds.
    #[serde(with = "record::seconds")]
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
}

impl Consent {
    /// Asks for consent, for 24 hours. Replaces a request that is not answered; a consent that was given stands.
    pub fn request(&mut self, now: DateTime<Utc>, by: &str, scope: Scope) -> &Request {
        let at = now.trunc_subsecs(0);
        let until = at + TimeDelta::hours(REQUEST_HOURS);
        self.request.insert(Request { at, by: by.trim().to_owned(), until, scope })
    }

    /// Agrees to the request, in the name of the administrator `by`, through the local day `until` of `zone`:
    /// from today to six months from now, which is also the default. `scope` is what the definition asks for now.
    /// The consent replaces an earlier one. After an error everything is as it was.
    pub fn grant(
        &mut self,
        now: DateTime<Utc>,
        by: &str,
        until: Option<NaiveDate>,
        administrators: &[String],
        zone: Tz,
        scope: &Scope,
    ) -> Result<&Approval, Error> {
        must_be_administrator(by, administrators)?;
        let request = self.request.as_ref().ok_or(Error::NoRequest)?;
        if now >= request.until {
            return Err(Error::RequestExpired { until: request.until });
        }
        if is_same(by, &request.by) {
            return Err(Error::OwnRequest { by: by.trim().to_owned() });
        }
        if *scope != request.scope {
            return Err(Error::ScopeChanged(scope.beyond(&request.scope)));
        }
        let today = now.with_timezone(&zone).date_naive();
        let latest = today.checked_add_months(Months::new(MOST_MONTHS)).unwrap_or(today);
        let until = until.unwrap_or(latest);
        if until < today {
            return Err(Error::UntilPast { until, latest });
        }
        if until > latest {
            return Err(Error::UntilTooLate { until, latest });
        }
        let approval = Approval {
            at: now.trunc_subsecs(0),
            by: by.trim().to_owned(),
            until,
            ends: instant(until.succ_opt().unwrap_or(until).and_time(NaiveTime::MIN), zone),
            request: request.clone(),
        };
        self.request = None;
        self.revocation = None;
        Ok(self.approval.insert(approval))
    }

    /// Takes back a consent that holds, in the name of any administrator, or refuses a request that waits, or both.
    /// Where there is neither, as after a revocation, it is an error and changes nothing.
    pub fn revoke(
        &mut self,
        now: DateTime<Utc>,
        by: &str,
        administrators: &[String],
    ) -> Result<&Revocation, Error> {
        must_be_administrator(by, administrators)?;
        let holds = self.approval.as_ref().is_some_and(|approval| now < approval.ends);
        if !holds && self.pending(now).is_none() {
            return Err(Error::NothingToRevoke);
        }
        self.request = None;
        self.approval = None;
        Ok(self
            .revocation
            .insert(Revocation { at: now.trunc_subsecs(0), by: by.trim().to_owned() }))
    }

    /// The request that waits for an answer.
    pub fn pending(&self, now: DateTime<Utc>) -> Option<&Request> {
        self.request.as_ref().filter(|request| now < request.until)
    }
}

fn must_be_administrator(by: &str, administrators: &[String]) -> Result<(), Error> {
    if administrators.iter().any(|administrator| is_same(by, administrator)) {
        return Ok(());
    }
    Err(Error::NotAdministrator {
        by: by.trim().to_owned(),
        administrators: administrators.to_vec(),
    })
}

/// Names are compared without regard to the case of letters and to spaces around them.
fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn who_may(administrators: &[String]) -> String {
    match administrators {
        [] => "the definition names no administrator".to_owned(),
        names => format!("the definition names {}", list(names, "and")),
    }
}

fn changes(beyond: &[String]) -> String {
    match beyond {
        [] => "it asks for less".to_owned(),
        sentences => sentences.join("; "),
    }
}

/// RFC 3339, in whole seconds.
fn in_seconds(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Africa::Cairo;
    use chrono_tz::Europe::Berlin;

    use super::*;

    pub(super) fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    pub(super) fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    pub(super) fn scope() -> Scope {
        let texts = |texts: &[&str]| texts.iter().map(|text| text.to_string()).collect();
        Scope {
            tenant: "027d8585".to_owned(),
            region: Some("europe".to_owned()),
            sources: texts(&["exports/mail (message)", "exports/directory"]),
            addresses: ["alice@north.example", "bob@north.example"]
                .into_iter()
                .filter_map(crate::exclusion::Key::of)
                .collect(),
            groups: texts(&["Sales"]),
            publishes: vec!["Office".to_owned(), "Period".to_owned()],
            keeps_runs: 10,
            min_group: None,
        }
    }

    pub(super) fn administrators() -> Vec<String> {
        vec!["ada@north.example".to_owned(), " Ben@North.example ".to_owned()]
    }

    /// Asked for by Rita at 9:00 on 4 May.
    pub(super) fn asked() -> Consent {
        let mut consent = Consent::default();
        consent.request(at("2026-05-04T09:00:00.7Z"), " rita ", scope());
        consent
    }

    fn grant(
        consent: &mut Consent,
        now: &str,
        by: &str,
        until: Option<&str>,
    ) -> Result<Approval, Error> {
        let until = until.map(day);
        consent.grant(at(now), by, until, &administrators(), Berlin, &scope()).cloned()
    }

    /// Given by Ada at 10:00 on 4 May, through 4 November.
    pub(super) fn given() -> Consent {
        let mut consent = asked();
        grant(&mut consent, "2026-05-04T10:00:00Z", "ada@north.example", None).unwrap();
        consent
    }

    /// The error of granting at 10:00, which must leave the consent as it was.
    fn refusal(mut consent: Consent, now: &str, by: &str, until: Option<&str>) -> String {
        let before = consent.clone();
        let error = grant(&mut consent, now, by, until).unwrap_err();
        assert_eq!(consent, before);
        error.to_string()
    }

    const TEN: &str = "2026-05-04T10:00:00Z";
    const ADA: &str = "ada@north.example";

    #[test]
    fn a_request_can_be_answered_for_24_hours() {
        let consent = asked();
        let request = consent.pending(at(TEN)).unwrap();
        assert_eq!(request.by, "rita");
        assert_eq!(request.at, at("2026-05-04T09:00:00Z"));
        assert_eq!(request.until, at("2026-05-05T09:00:00Z"));
        assert!(grant(&mut asked(), "2026-05-05T08:59:59.9Z", ADA, None).is_ok());
        assert_eq!(
            refusal(asked(), "2026-05-05T09:00:00Z", ADA, None),
            "the request could be answered until 2026-05-05T09:00:00Z\nhint: ask again with `rapport consent request`"
        );
    }

    #[test]
    fn a_new_request_replaces_the_one_before_and_lets_a_consent_stand() {
        let mut consent = given();
        let before = consent.approval.clone();
        consent.request(at("2026-06-01T09:00:00Z"), "rita", scope());
        consent.request(at("2026-06-01T12:00:00Z"), "sam", scope());
        assert_eq!(consent.approval, before);
        assert_eq!(consent.pending(at("2026-06-02T11:00:00Z")).unwrap().by, "sam");
    }

    #[test]
    fn nothing_can_be_granted_that_is_not_asked_for() {
        let expected = "no consent is asked for\nhint: ask with `rapport consent request`";
        assert_eq!(refusal(Consent::default(), TEN, ADA, None), expected);
        // a request is answered once
        assert_eq!(refusal(given(), TEN, ADA, None), expected);
    }

    #[test]
    fn only_administrators_grant_and_names_are_compared_without_case() {
        assert_eq!(
            refusal(asked(), TEN, "eve@north.example", None),
            "`eve@north.example` is not one of the administrators\nhint: the definition names `ada@north.example` and ` Ben@North.example `"
        );
        let approval = grant(&mut asked(), TEN, " ADA@north.Example ", None).unwrap();
        assert_eq!(approval.by, "ADA@north.Example");
        assert!(grant(&mut asked(), TEN, "ben@north.example", None).is_ok());
        let error = asked().grant(at(TEN), ADA, None, &[], Berlin, &scope()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`ada@north.example` is not one of the administrators\nhint: the definition names no administrator"
        );
        let error = asked().grant(at(TEN), "", None, &[], Berlin, &scope()).unwrap_err();
        assert!(matches!(error, Error::NotAdministrator { .. }));
    }

    #[test]
    fn who_asks_does_not_grant() {
        let mut consent = Consent::default();
        consent.request(at("2026-05-04T09:00:00Z"), "Ada@North.example", scope());
        assert_eq!(
            refusal(consent.clone(), TEN, " ada@north.example", None),
            "`ada@north.example` asked for this consent and cannot give it\nhint: another administrator gives it with `rapport consent grant --by ADMIN`"
        );
        assert!(grant(&mut consent, TEN, "ben@north.example", None).is_ok());
    }

    #[test]
    fn a_consent_lasts_six_months_at_most() {
        let until = |until: Option<&str>| grant(&mut asked(), TEN, ADA, until);
        let approval = until(None).unwrap();
        assert_eq!(approval.until, day("2026-11-04"));
        // Berlin is back in winter time
        assert_eq!(approval.ends, at("2026-11-04T23:00:00Z"));
        assert_eq!(approval.at, at(TEN));
        assert_eq!(approval.request.by, "rita");
        assert_eq!(until(Some("2026-11-04")).unwrap(), approval);
        assert_eq!(until(Some("2026-05-04")).unwrap().ends, at("2026-05-04T22:00:00Z"));
        assert_eq!(
            refusal(asked(), TEN, ADA, Some("2026-11-05")),
            "2026-11-05 is more than 6 months away\nhint: name a day up to 2026-11-04"
        );
        assert_eq!(
            refusal(asked(), TEN, ADA, Some("2026-05-03")),
            "2026-05-03 is past\nhint: name a day from today to 2026-11-04"
        );
    }

    #[test]
    fn days_are_those_of_the_zone() {
        // in Berlin it is the 5th already
        assert_eq!(
            refusal(asked(), "2026-05-04T22:30:00Z", ADA, Some("2026-05-04")),
            "2026-05-04 is past\nhint: name a day from today to 2026-11-05"
        );
        // on 24 April 2026 the clocks of Cairo go from 0:00 to 1:00
        let mut consent = Consent::default();
        consent.request(at("2026-04-20T09:00:00Z"), "rita", scope());
        let until = Some(day("2026-04-23"));
        let now = at("2026-04-20T10:00:00Z");
        let approval = consent.grant(now, ADA, until, &administrators(), Cairo, &scope()).unwrap();
        assert_eq!(approval.ends, at("2026-04-23T22:00:00Z"));
    }

    #[test]
    fn six_months_from_the_end_of_a_long_month_end_with_the_short_one() {
        let mut consent = Consent::default();
        consent.request(at("2026-08-31T09:00:00Z"), "rita", scope());
        let approval = grant(&mut consent, "2026-08-31T10:00:00Z", ADA, None).unwrap();
        assert_eq!(approval.until, day("2027-02-28"));
    }

    #[test]
    fn a_definition_that_changed_since_must_be_asked_for_anew() {
        let refusal = |now: Scope| {
            let mut consent = asked();
            let refused = consent.grant(at(TEN), ADA, None, &administrators(), Berlin, &now);
            refused.unwrap_err().to_string()
        };
        let mut wider = scope();
        wider.groups.insert("Support".to_owned());
        assert_eq!(
            refusal(wider),
            "the definition has changed since consent was asked for: groups were added: `Support`\nhint: ask again with `rapport consent request`"
        );
        let mut less = scope();
        less.addresses.clear();
        assert_eq!(
            refusal(less),
            "the definition has changed since consent was asked for: it asks for less\nhint: ask again with `rapport consent request`"
        );
    }

    #[test]
    fn any_administrator_revokes_a_consent_and_a_request() {
        let revoke = |consent: &mut Consent, now: &str, by: &str| {
            consent.revoke(at(now), by, &administrators()).cloned()
        };
        let later = "2026-06-01T08:00:00.5Z";
        let mut consent = given();
        consent.request(at("2026-06-01T07:00:00Z"), "rita", scope());
        let revocation = revoke(&mut consent, later, " ben@north.example").unwrap();
        assert_eq!(revocation.by, "ben@north.example");
        assert_eq!(revocation.at, at("2026-06-01T08:00:00Z"));
        assert_eq!((&consent.request, &consent.approval), (&None, &None));
        // again, it is an error and the first stands
        assert_eq!(revoke(&mut consent, later, ADA), Err(Error::NothingToRevoke));
        assert_eq!(consent.revocation, Some(revocation));
        // while only a request waits
        let mut consent = asked();
        revoke(&mut consent, TEN, ADA).unwrap();
        assert_eq!(consent.pending(at(TEN)), None);
        // not by others
        let mut consent = given();
        let error = revoke(&mut consent, later, "rita").unwrap_err();
        assert!(matches!(error, Error::NotAdministrator { .. }));
        assert_eq!(consent, given());
    }

    #[test]
    fn what_has_ended_cannot_be_revoked() {
        let revoke = |mut consent: Consent, now: &str| {
            consent.revoke(at(now), ADA, &administrators()).cloned()
        };
        assert_eq!(revoke(Consent::default(), TEN), Err(Error::NothingToRevoke));
        assert!(revoke(asked(), "2026-05-05T08:59:59Z").is_ok());
        assert_eq!(revoke(asked(), "2026-05-05T09:00:00Z"), Err(Error::NothingToRevoke));
        assert!(revoke(given(), "2026-11-04T22:59:59Z").is_ok());
        assert_eq!(revoke(given(), "2026-11-04T23:00:00Z"), Err(Error::NothingToRevoke));
    }
}
