//! Whether the activity may be read now.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Approval, Consent, Scope, in_seconds};

/// How a consent stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has asked.
    Missing,
    /// A request waits for an answer.
    Asked {
        /// It can be answered before this time.
        until: DateTime<Utc>,
    },
    /// The last request was not answered in time.
    RequestExpired {
        /// The end of the request.
        until: DateTime<Utc>,
    },
    /// The activity may be read.
    Agreed {
        /// The administrator.
        by: String,
        /// The last day of the consent, in the time zone of the definition.
        until: NaiveDate,
    },
    /// The definition asks for more than was agreed to: see [`Scope::beyond`].
    Outgrown(Vec<String>),
    /// The consent has run out.
    Ended {
        /// Its last day, in the time zone of the definition.
        on: NaiveDate,
    },
    /// An administrator has taken the consent back, or refused it.
    Revoked {
        /// When.
        at: DateTime<Utc>,
        /// Who.
        by: String,
    },
}

impl Standing {
    /// What to do so that the activity may be read.
    pub fn hint(&self) -> &'static str {
        match self {
            Standing::Agreed { .. } => "nothing is to be done",
            Standing::Asked { .. } => {
                "an administrator agrees with `rapport consent grant --by ADMIN`"
            }
            _ => "ask an administrator with `rapport consent request`",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Standing::Missing => f.write_str("no consent was asked for"),
            Standing::Asked { until } => {
                write!(f, "consent is asked for, to be given before {}", in_seconds(*until))
            }
            Standing::RequestExpired { until } => {
                write!(f, "the request for consent was not answered before {}", in_seconds(*until))
            }
            Standing::Agreed { by, until } => write!(f, "`{by}` agreed, through {until}"),
            Standing::Outgrown(beyond) => {
                write!(f, "the definition asks for more than was agreed to: {}", beyond.join("; "))
            }
            Standing::Ended { on } => write!(f, "the consent ended with {on}"),
            Standing::Revoked { at, by } => {
                write!(f, "`{by}` revoked the consent at {}", in_seconds(*at))
            }
        }
    }
}

/// Why the activity may not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the activity may not be read: {}\nhint: {}", .0, .0.hint())]
pub struct Refusal(
    /// How the consent stands; never [`Standing::Agreed`].
    pub Standing,
);

impl Consent {
    /// How the consent stands for what the definition asks for now.
    ///
    /// A consent that covers it comes first, then a request that waits, then what is in the way: a consent that is
    /// too narrow, else what came to its end last.
    pub fn standing(&self, now: DateTime<Utc>, scope: &Scope) -> Standing {
        let beyond = match &self.approval {
            Some(approval) if now < approval.ends => scope.beyond(&approval.request.scope),
            _ => Vec::new(),
        };
        match (&self.request, &self.approval, &self.revocation) {
            (_, Some(approval), _) if now < approval.ends && beyond.is_empty() => {
                Standing::Agreed { by: approval.by.clone(), until: approval.until }
            }
            (Some(request), _, _) if now < request.until => {
                Standing::Asked { until: request.until }
            }
            (_, Some(approval), _) if now < approval.ends => Standing::Outgrown(beyond),
            (Some(request), Some(approval), _) if request.until < approval.ends => {
                Standing::Ended { on: approval.until }
            }
            (Some(request), _, _) => Standing::RequestExpired { until: request.until },
            (None, Some(approval), _) => Standing::Ended { on: approval.until },
            (None, None, Some(revocation)) => {
                Standing::Revoked { at: revocation.at, by: revocation.by.clone() }
            }
            (None, None, None) => Standing::Missing,
        }
    }

    /// The approval by which the activity may be read now, for what the definition asks for now.
    /// The error tells what to do.
    pub fn allow(&self, now: DateTime<Utc>, scope: &Scope) -> Result<&Approval, Refusal> {
        match (&self.approval, self.standing(now, scope)) {
            (Some(approval), Standing::Agreed { .. }) => Ok(approval),
            (_, standing) => Err(Refusal(standing)),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Berlin;

    use super::super::tests::{administrators, asked, at, day, given, scope};
    use super::*;

    /// What is told when the activity is to be read.
    fn refusal(consent: &Consent, now: &str, scope: &Scope) -> String {
        let error = consent.allow(at(now), scope).unwrap_err();
        assert_eq!(error.0, consent.standing(at(now), scope));
        error.to_string()
    }

    fn wider() -> Scope {
        let mut scope = scope();
        scope.groups.insert("HR".to_owned());
        scope.addresses.extend(crate::exclusion::Key::of("carol@north.example"));
        scope
    }

    const ASK: &str = "\nhint: ask an administrator with `rapport consent request`";
    const GRANT: &str = "\nhint: an administrator agrees with `rapport consent grant --by ADMIN`";

    #[test]
    fn without_a_request_nothing_is_read() {
        assert_eq!(
            refusal(&Consent::default(), "2026-05-04T10:00:00Z", &scope()),
            format!("the activity may not be read: no consent was asked for{ASK}")
        );
    }

    #[test]
    fn a_request_alone_is_no_consent() {
        assert_eq!(
            refusal(&asked(), "2026-05-05T08:59:59Z", &scope()),
            format!(
                "the activity may not be read: consent is asked for, to be given before 2026-05-05T09:00:00Z{GRANT}"
            )
        );
        assert_eq!(
            refusal(&asked(), "2026-05-05T09:00:00Z", &scope()),
            format!(
                "the activity may not be read: the request for consent was not answered before 2026-05-05T09:00:00Z{ASK}"
            )
        );
    }

    #[test]
    fn a_consent_holds_through_its_last_day() {
        let consent = given();
        let last = at("2026-11-04T22:59:59.9Z");
        let agreed =
            Standing::Agreed { by: "ada@north.example".to_owned(), until: day("2026-11-04") };
        assert_eq!(consent.standing(last, &scope()), agreed);
        assert_eq!(consent.allow(last, &scope()).unwrap().by, "ada@north.example");
        assert_eq!(
            refusal(&consent, "2026-11-04T23:00:00Z", &scope()),
            format!("the activity may not be read: the consent ended with 2026-11-04{ASK}")
        );
    }

    #[test]
    fn a_definition_that_asks_for_less_is_covered_and_one_that_asks_for_more_is_not() {
        let consent = given();
        let mut less = scope();
        less.groups.clear();
        assert!(consent.allow(at("2026-06-01T00:00:00Z"), &less).is_ok());
        assert_eq!(
            refusal(&consent, "2026-06-01T00:00:00Z", &wider()),
            format!(
                "the activity may not be read: the definition asks for more than was agreed to: groups were added: `HR`; 1 own address was added{ASK}"
            )
        );
    }

    #[test]
    fn a_request_for_more_does_not_end_the_consent_to_less() {
        let mut consent = given();
        consent.request(at("2026-06-01T09:00:00Z"), "rita", wider());
        let now = at("2026-06-01T10:00:00Z");
        assert!(consent.allow(now, &scope()).is_ok());
        let until = at("2026-06-02T09:00:00Z");
        assert_eq!(consent.standing(now, &wider()), Standing::Asked { until });
        // unanswered, it leaves the consent too narrow
        assert!(matches!(consent.standing(until, &wider()), Standing::Outgrown(_)));
        assert!(consent.allow(until, &scope()).is_ok());
        // given, it takes the place of the one before
        consent.grant(now, "ben@north.example", None, &administrators(), Berlin, &wider()).unwrap();
        assert_eq!(consent.allow(until, &wider()).unwrap().by, "ben@north.example");
    }

    #[test]
    fn of_a_consent_and_a_request_the_one_that_ended_last_is_told() {
        let mut consent = given();
        consent.request(at("2026-06-01T09:00:00Z"), "rita", scope());
        let ended = Standing::Ended { on: day("2026-11-04") };
        assert_eq!(consent.standing(at("2026-12-01T00:00:00Z"), &scope()), ended);
        consent.request(at("2026-11-04T20:00:00Z"), "rita", scope());
        let until = at("2026-11-05T20:00:00Z");
        assert_eq!(
            consent.standing(at("2026-11-05T00:00:00Z"), &scope()),
            Standing::Asked { until }
        );
        let expired = Standing::RequestExpired { until };
        assert_eq!(consent.standing(at("2026-12-01T00:00:00Z"), &scope()), expired);
    }

    #[test]
    fn what_was_revoked_is_not_read_until_consent_is_given_again() {
        let mut consent = given();
        consent.revoke(at("2026-06-01T08:00:00Z"), "ben@north.example", &administrators()).unwrap();
        assert_eq!(
            refusal(&consent, "2026-06-01T08:00:00Z", &scope()),
            format!(
                "the activity may not be read: `ben@north.example` revoked the consent at 2026-06-01T08:00:00Z{ASK}"
            )
        );
        let now = at("2026-06-01T09:00:00Z");
        consent.request(now, "rita", scope());
        let until = at("2026-06-02T09:00:00Z");
        assert_eq!(consent.standing(now, &scope()), Standing::Asked { until });
        consent.grant(now, "ada@north.example", None, &administrators(), Berlin, &scope()).unwrap();
        assert!(consent.allow(now, &scope()).is_ok());
        assert_eq!(consent.revocation, None);
        // the revocation of then is not told once this consent has ended
        let ended = Standing::Ended { on: day("2026-12-01") };
        assert_eq!(consent.standing(at("2027-01-01T00:00:00Z"), &scope()), ended);
    }
}
