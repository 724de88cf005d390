//! What goes back: pages, files, problems, and the headers of all of them.

use std::fmt::Display;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::Markup;

use crate::page::{self, Page, message};

pub(super) const STYLE: &str = "/style.css";
pub(super) const SCRIPT: &str = "/script.js";

/// A page, or why there is none.
pub(super) type Answer = Result<Html<String>, Problem>;

pub(super) fn html(page: Markup) -> Answer {
    Ok(Html(page.into_string()))
}

/// Why there is no answer; it becomes a page on its way out.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    status: StatusCode,
    title: &'static str,
    message: String,
    hint: Option<String>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, title: &'static str, text: impl Display) -> Self {
        let text = text.to_string();
        let (message, hint) = match text.split_once("\nhint: ") {
            Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
            None => (text, None),
        };
        Self { status, title, message, hint }
    }

    pub(super) fn not_found(text: impl Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not found", text)
    }

    pub(super) fn forbidden(text: impl Display) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Refused", text)
    }

    pub(super) fn page(&self, page: &Page<'_>) -> Response {
        let html = message::html(page, self.title, &self.message, self.hint.as_deref());
        (self.status, Html(html.into_string())).into_response()
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        let title = "This cannot be shown now";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, title, format!("{error:#}"))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// No page is here.
pub(super) async fn nothing_here() -> Problem {
    Problem::not_found("there is no page at this address\nhint: the pages are listed above")
}

pub(super) async fn style() -> Response {
    file("text/css; charset=utf-8", page::STYLE)
}

pub(super) async fn script() -> Response {
    file("text/javascript; charset=utf-8", page::SCRIPT)
}

fn file(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], Body::from(text)).into_response()
}

/// Styles and scripts from here alone, nothing inline, nothing from elsewhere, and no frame around it.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Headers of every answer.
pub(super) fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // forms tell where they come from, to this server alone
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
