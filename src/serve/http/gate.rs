//! What every request has to pass: it names this server, comes from a page of this server where it changes or costs
//! something, and from somebody who has signed in where there is a password.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::answer::{self, Problem};
use super::server::{Peer, Server, Shared};
use super::sign_in;

/// Lets the request pass or not, and gives every answer its headers.
pub(super) async fn pass(
    State(server): State<Shared>,
    Extension(peer): Extension<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut response = match check(&server, &request) {
        Ok(()) => {
            request.extensions_mut().insert(peer);
            next.run(request).await
        }
        Err(refused) => *refused,
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = problem.page(&server.page(None));
    }
    answer::protect(response.headers_mut());
    response
}

fn check(server: &Server, request: &Request) -> Result<(), Box<Response>> {
    let (method, headers) = (request.method(), request.headers());
    let refuse = |problem: Problem| Box::new(problem.into_response());
    let host = host(request).unwrap_or_default();
    if server.address.ip().is_loopback() && !is_loopback(&host) {
        let text = format!(
            "this server listens for this machine alone, and `{host}` is no name of it\nhint: open http://127.0.0.1:{}/",
            server.address.port()
        );
        return Err(refuse(Problem::new(StatusCode::MISDIRECTED_REQUEST, "Refused", text)));
    }
    if !is_from_here(method, headers, &host) {
        let text = "the request comes from a page of another site";
        return Err(refuse(Problem::forbidden(text)));
    }
    let is_open = [sign_in::PATH, answer::STYLE, answer::SCRIPT].contains(&request.uri().path());
    match &server.sign_in {
        Some(sign_in) if !is_open && !sign_in.knows(headers) => Err(Box::new(
            Redirect::to(&sign_in::address(next_address(method, request.uri()))).into_response(),
        )),
        _ => Ok(()),
    }
}

/// Where to go after signing in: back to the page that was asked for.
fn next_address<'a>(method: &Method, uri: &'a Uri) -> &'a str {
    match *method {
        Method::GET => uri.path_and_query().map_or("/", |address| address.as_str()),
        _ => "/",
    }
}

/// The name and port by which the client knows the server.
fn host(request: &Request) -> Option<String> {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let named = named.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    named.map(str::to_ascii_lowercase)
}

/// `host` names the machine to itself; a name of the web that was made to point here does not.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What changes or costs something has to come from a page of this server; what only shows something may be a link
/// from elsewhere, and no more than that.
fn is_from_here(method: &Method, headers: &HeaderMap, host: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let is_reading = matches!(*method, Method::GET | Method::HEAD);
    match site {
        Some("same-origin") => true,
        Some("none") => is_reading,
        Some(_) => {
            is_reading && text(HeaderName::from_static("sec-fetch-mode")) == Some("navigate")
        }
        // an older browser, or none
        None => match text(header::ORIGIN) {
            Some(origin) => origin.split_once("://").is_some_and(|(_, from)| from == host),
            None => is_reading,
        },
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn names_of_this_machine_are_told_from_others() {
        for host in
            ["localhost", "localhost:8080", "127.0.0.1:1", "127.1.2.3", "[::1]:8080", "[::1]"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "127.0.0.1.evil.example:80",
            "10.0.0.1",
            "localhost:x",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn what_other_sites_ask_for_is_refused() {
        let asked = |method: Method, given: &[(&'static str, &'static str)]| {
            let given = given.iter().map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            });
            is_from_here(&method, &given.collect(), "localhost:1")
        };
        let (get, post) = (Method::GET, Method::POST);
        assert!(asked(get.clone(), &[]));
        assert!(asked(get.clone(), &[("sec-fetch-site", "none")]));
        assert!(asked(
            get.clone(),
            &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]
        ));
        assert!(!asked(
            get.clone(),
            &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]
        ));
        assert!(!asked(get, &[("origin", "https://evil.example")]));
        assert!(asked(post.clone(), &[("sec-fetch-site", "same-origin")]));
        assert!(asked(post.clone(), &[("origin", "http://localhost:1")]));
        for given in [
            &[][..],
            &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
            &[("sec-fetch-site", "same-site"), ("origin", "http://localhost:1")],
            &[("sec-fetch-site", "none")],
            &[("origin", "null")],
            &[("origin", "http://localhost:2")],
            &[("origin", "http://evil.example")],
        ] {
            assert!(!asked(post.clone(), given), "{given:?}");
        }
    }
}
