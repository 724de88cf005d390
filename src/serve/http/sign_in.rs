//! Signing in with the one password, and staying signed in by a cookie.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Form;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::server::{Peer, Server, Shared};
use crate::page::login;

pub(super) const PATH: &str = "/login";

/// How long somebody stays signed in.
const STAY: Duration = Duration::from_secs(12 * 60 * 60);
/// Browsers that are signed in at a time; the one that would leave first makes place for another.
const STAYING: usize = 1_000;
/// Wrong passwords from one place that have no consequence.
const FREE_TRIES: u32 = 5;
/// The longest wait after another one.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// Places of which wrong passwords are remembered.
const PLACES: usize = 10_000;

type Hash = [u8; 32];

/// Who is signed in, and who has tried to.
pub(super) struct SignIn {
    salt: Hash,
    password: Hash,
    cookie: String,
    is_secure: bool,
    /// By the hash of what their cookie says, until when.
    staying: Mutex<HashMap<Hash, Instant>>,
    tries: Mutex<HashMap<IpAddr, Tries>>,
}

/// Wrong passwords from one place.
#[derive(Debug, Clone, Copy)]
struct Tries {
    wrong: u32,
    again_at: Instant,
}

impl SignIn {
    pub(super) fn new(password: &str, port: u16, is_secure: bool) -> Self {
        let salt = rand::random();
        // browsers do not tell servers of one machine apart by their ports
        let cookie = format!("{}rapport-{port}", if is_secure { "__Host-" } else { "" });
        let (staying, tries) = Default::default();
        Self { salt, password: salted(&salt, password), cookie, is_secure, staying, tries }
    }

    /// The request comes from somebody who has signed in.
    pub(super) fn knows(&self, headers: &HeaderMap) -> bool {
        let Some(token) = self.token(headers) else { return false };
        lock(&self.staying).get(&hashed(&token)).is_some_and(|until| Instant::now() < *until)
    }

    fn token(&self, headers: &HeaderMap) -> Option<String> {
        let cookies =
            headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == self.cookie).map(|(_, value)| value.to_owned())
    }

    /// How long whoever is at `place` has to wait before another password is looked at.
    fn wait(&self, place: IpAddr) -> Option<Duration> {
        let again_at = lock(&self.tries).get(&place)?.again_at;
        again_at.checked_duration_since(Instant::now()).filter(|wait| !wait.is_zero())
    }

    /// Whether it is the password. Which signs of it are right, the time it takes does not tell.
    fn is_right(&self, password: &str) -> bool {
        salted(&self.salt, password).ct_eq(&self.password).into()
    }

    fn note_wrong(&self, place: IpAddr) {
        let now = Instant::now();
        let mut tries = lock(&self.tries);
        if tries.len() >= PLACES {
            tries.retain(|_, tries| now < tries.again_at + LONGEST_WAIT);
        }
        if tries.len() >= PLACES {
            tries.clear();
        }
        let tries = tries.entry(place).or_insert(Tries { wrong: 0, again_at: now });
        tries.wrong = tries.wrong.saturating_add(1);
        let doublings = tries.wrong.saturating_sub(FREE_TRIES).min(16);
        if doublings > 0 {
            tries.again_at = now + Duration::from_secs(1 << doublings).min(LONGEST_WAIT);
        }
    }

    /// A cookie for somebody who is signed in from now on.
    fn enter(&self, place: IpAddr) -> String {
        lock(&self.tries).remove(&place);
        let token = URL_SAFE_NO_PAD.encode(rand::random::<Hash>());
        let now = Instant::now();
        let mut staying = lock(&self.staying);
        staying.retain(|_, until| now < *until);
        if staying.len() >= STAYING {
            let first = staying.iter().min_by_key(|(_, until)| **until).map(|(hash, _)| *hash);
            first.and_then(|first| staying.remove(&first));
        }
        staying.insert(hashed(&token), now + STAY);
        self.cookie(&token, STAY.as_secs())
    }

    fn cookie(&self, value: &str, seconds: u64) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!(
            "{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}",
            self.cookie
        )
    }

    fn leave(&self, headers: &HeaderMap) -> String {
        if let Some(token) = self.token(headers) {
            lock(&self.staying).remove(&hashed(&token));
        }
        self.cookie("", 0)
    }
}

/// The page to sign in on, which leads to `next` afterwards.
pub(super) fn address(next: &str) -> String {
    match next {
        "/" => PATH.to_owned(),
        next => {
            let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            format!("{PATH}?next={next}")
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    next: String,
    password: String,
}

pub(super) async fn form(State(server): State<Shared>, Query(asked): Query<Asked>) -> Response {
    if server.sign_in.is_none() {
        return Redirect::to("/").into_response();
    }
    shown(&server, StatusCode::OK, None, &asked.next)
}

pub(super) async fn enter(
    State(server): State<Shared>,
    Extension(Peer(peer)): Extension<Peer>,
    Form(asked): Form<Asked>,
) -> Response {
    let Some(sign_in) = &server.sign_in else { return Redirect::to("/").into_response() };
    let place = place(peer.ip());
    if let Some(wait) = sign_in.wait(place) {
        let seconds = wait.as_secs() + 1;
        let problem = format!("Too many wrong passwords: try again in {seconds} seconds.");
        let mut response =
            shown(&server, StatusCode::TOO_MANY_REQUESTS, Some(&problem), &asked.next);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return response;
    }
    if !sign_in.is_right(&asked.password) {
        sign_in.note_wrong(place);
        let problem = "This is not the password.";
        return shown(&server, StatusCode::UNAUTHORIZED, Some(problem), &asked.next);
    }
    with_cookie(Redirect::to(own(&asked.next)), &sign_in.enter(place))
}

pub(super) async fn leave(State(server): State<Shared>, headers: HeaderMap) -> Response {
    match &server.sign_in {
        Some(sign_in) => with_cookie(Redirect::to(PATH), &sign_in.leave(&headers)),
        None => Redirect::to("/").into_response(),
    }
}

fn shown(server: &Server, status: StatusCode, problem: Option<&str>, next: &str) -> Response {
    let mut page = server.page(None);
    page.can_sign_out = false;
    (status, Html(login::html(&page, problem, own(next)).into_string())).into_response()
}

fn with_cookie(redirect: Redirect, cookie: &str) -> Response {
    let mut response = redirect.into_response();
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// `next` where it is an address of this server, else its first page.
fn own(next: &str) -> &str {
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/\\");
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic());
    if is_path && is_plain { next } else { "/" }
}

/// Who is counted as one: an address, or the network that one machine has many addresses of.
fn place(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() & (u128::MAX << 64);
            IpAddr::V6(network.into())
        }
        address => address,
    }
}

fn salted(salt: &Hash, password: &str) -> Hash {
    Sha256::new().chain_update(salt).chain_update(password.as_bytes()).finalize().into()
}

fn hashed(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_nowhere_else_after_signing_in() {
        assert_eq!(own("/customers?q=a%20b&page=2"), "/customers?q=a%20b&page=2");
        for next in [
            "",
            "customers",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "/ü",
        ] {
            assert_eq!(own(next), "/", "{next:?}");
        }
    }

    #[test]
    fn wrong_passwords_make_one_wait_ever_longer_and_the_right_one_ends_it() {
        let sign_in = SignIn::new("secret", 8080, true);
        let place = IpAddr::from([127, 0, 0, 1]);
        for _ in 0..FREE_TRIES {
            sign_in.note_wrong(place);
            assert_eq!(sign_in.wait(place), None);
        }
        sign_in.note_wrong(place);
        let first = sign_in.wait(place).unwrap();
        assert!(first <= Duration::from_secs(2));
        (0..30).for_each(|_| sign_in.note_wrong(place));
        let last = sign_in.wait(place).unwrap();
        assert!(last > first && last <= LONGEST_WAIT, "{last:?}");
        assert_eq!(sign_in.wait(IpAddr::from([127, 0, 0, 2])), None);
        assert!(sign_in.is_right("secret") && !sign_in.is_right("Secret") && !sign_in.is_right(""));
        let cookie = sign_in.enter(place);
        assert_eq!(sign_in.wait(place), None);
        for part in ["__Host-rapport-8080=", "HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let pair = cookie.split(';').next().unwrap();
        let mut headers = HeaderMap::new();
        assert!(!sign_in.knows(&headers));
        headers.insert(header::COOKIE, HeaderValue::from_str(&format!("a=b; {pair}")).unwrap());
        assert!(sign_in.knows(&headers));
        sign_in.leave(&headers);
        assert!(!sign_in.knows(&headers));
    }

    #[test]
    fn machines_of_one_network_are_one_place() {
        let place = |address: &str| place(address.parse().unwrap());
        assert_eq!(place("2001:db8::1"), place("2001:db8::2"));
        assert_ne!(place("2001:db8::1"), place("2001:db9::1"));
        assert_eq!(place("::ffff:10.0.0.1"), place("10.0.0.1"));
    }
}
