//! A browser: Chromium without a window, driven through chromedriver by the WebDriver protocol.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::http;

/// The key that WebDriver has elements under.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub(super) const TAB: &str = "\u{e004}";
pub(super) const ENTER: &str = "\u{e007}";
pub(super) const CONTROL: &str = "\u{e009}";

/// A browser with one page, ended when it is dropped.
pub(super) struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    _profile: TempDir,
}

/// An element of the page.
pub(super) struct Element<'a> {
    browser: &'a Browser,
    id: String,
}

impl Browser {
    /// Nothing where no browser can be driven here.
    pub(super) fn start() -> Option<Browser> {
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut driver) = driver else {
            eprintln!("SKIPPED: chromedriver is not installed");
            return None;
        };
        let mut told = BufReader::new(driver.stdout.take().unwrap());
        let mut line = String::new();
        let port: u16 = loop {
            line.clear();
            assert!(told.read_line(&mut line).unwrap() > 0, "chromedriver ended");
            if let Some((_, port)) =
                line.trim().trim_end_matches('.').split_once("successfully on port ")
            {
                break port.parse().unwrap();
            }
        };
        std::thread::spawn(move || told.read_to_string(&mut String::new()));
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-proxy-server",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut browser = Browser { driver, address, session: String::new(), _profile: profile };
        let made = browser.send("POST", "/session", &wanted);
        browser.session = made["sessionId"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
        Some(browser)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let headers = [("Content-Type", "application/json")];
        let reply = http::ask(self.address, method, path, &headers, &body);
        let value: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(reply.status, 200, "{method} {path}: {}", value["value"]["message"]);
        value["value"].clone()
    }

    fn post(&self, what: &str, body: Value) -> Value {
        self.send("POST", &format!("/session/{}/{what}", self.session), &body)
    }

    fn get(&self, what: &str) -> String {
        let value = self.send("GET", &format!("/session/{}/{what}", self.session), &Value::Null);
        value.as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn open(&self, address: &str) {
        self.post("url", json!({"url": address}));
    }

    pub(super) fn address(&self) -> String {
        self.get("url")
    }

    pub(super) fn title(&self) -> String {
        self.get("title")
    }

    /// The first element that the CSS selector finds.
    pub(super) fn find(&self, selector: &str) -> Element<'_> {
        let found = self.post("element", json!({"using": "css selector", "value": selector}));
        Element { browser: self, id: found[ELEMENT].as_str().unwrap().to_owned() }
    }

    /// The text of each element that the CSS selector finds.
    pub(super) fn texts(&self, selector: &str) -> Vec<String> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText.trim())";
        let found = self.run(script, &[selector]);
        found.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    /// Runs a script in the page; what it returns.
    pub(super) fn run(&self, script: &str, arguments: &[&str]) -> Value {
        self.post("execute/sync", json!({"script": script, "args": arguments}))
    }

    /// Presses the keys, one after the other.
    pub(super) fn press(&self, keys: &[&str]) {
        let actions: Vec<Value> = keys
            .iter()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key})))
            .collect();
        self.post(
            "actions",
            json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]}),
        );
    }

    /// Asks the browser itself, by a command of its debugging protocol.
    pub(super) fn command(&self, command: &str, parameters: Value) {
        self.post("goog/cdp/execute", json!({"cmd": command, "params": parameters}));
    }

    /// What the page has written to the console, and what the browser has about it, since asked last.
    pub(super) fn complaints(&self) -> Vec<String> {
        let told = self.post("se/log", json!({"type": "browser"}));
        told.as_array().unwrap().iter().map(|entry| entry["message"].to_string()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let path = format!("/session/{}", self.session);
        let _ = http::try_ask(self.address, "DELETE", &path, &[], "");
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Element<'_> {
    pub(super) fn click(&self) {
        self.browser.post(&format!("element/{}/click", self.id), json!({}));
    }

    pub(super) fn type_in(&self, text: &str) {
        self.browser.post(&format!("element/{}/value", self.id), json!({"text": text}));
    }

    pub(super) fn text(&self) -> String {
        self.browser.get(&format!("element/{}/text", self.id))
    }

    pub(super) fn attribute(&self, name: &str) -> String {
        self.browser.get(&format!("element/{}/attribute/{name}", self.id))
    }
}
