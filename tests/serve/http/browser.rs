//! The pages in a browser, over the shipped company: figures against SQL, clicks, keys, colours, and what the policy stops.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Server;
use super::driver::{Browser, CONTROL, ENTER, TAB};
use crate::support::{Enrichment, Tree};

/// Every page, with a customer and a segment among them.
const PAGES: [&str; 9] = [
    "/",
    "/customers",
    "/customers?q=nothing-has-this",
    "/segments",
    "/segment/fading",
    "/sql",
    "/sources",
    "/runs",
    "/nothing",
];

/// A server over the shipped company, and a browser; nothing where none can be driven here.
fn fennimore() -> Option<(Server, Browser)> {
    let browser = Browser::start()?;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let tree = Tree::of(&data).only(|path| !path.starts_with("out"));
    let enrichment = Enrichment::from_tree(&tree);
    enrichment.run(&[]);
    Some((Server::over(enrichment, &[]), browser))
}

/// Waits until `is_so`; a page that a key or a click leads to is not there at once.
#[track_caller]
fn wait(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "not {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn pages_are_clicked_through_and_tell_what_sql_tells() {
    let Some((server, browser)) = fennimore() else { return };
    let base = format!("http://{}", server.address);
    let one = |sql: &str| server.enrichment.rows(sql).remove(0);

    browser.open(&base);
    assert_eq!(browser.title(), "Overview · fennimore · Rapport");
    let enriched = one("select count(*) from customer");
    assert!(browser.texts(".facts dd")[0].starts_with(&format!("{enriched} of")));
    let by_score = browser.texts(".list tbody tr:first-child td")[0].clone();
    assert_eq!(by_score, one("select max(EngagementScore) from customer"));

    browser.find("nav a[href='/customers']").click();
    wait("at the customers", || browser.title().starts_with("Customers"));
    browser.find("#q").type_in(&format!("2{ENTER}"));
    wait("searched", || browser.address().ends_with("q=2"));
    let found = one("select count(*) from Office_CustomerEntity where CustomerId like '%2%'");
    assert!(browser.find(".lead").text().starts_with(&format!("{found} customers")));
    browser.find("thead a[href*='sort=emails']").click();
    wait("sorted", || browser.address().contains("sort=emails"));
    assert_eq!(browser.find("th:nth-child(3)").attribute("aria-sort"), "descending");
    let best = "select CustomerId, NoOfEmails_FromAccount + NoOfEmails_ToAccount as n from customer where CustomerId like '%2%' order by n desc, 1 limit 1";
    let best = one(best);
    let (id, emails) = best.split_once(',').unwrap();
    assert_eq!(browser.texts("tbody tr:first-child th")[0], id);
    assert_eq!(browser.texts("tbody tr:first-child td")[1].replace(',', ""), emails);

    browser.find("tbody tr:first-child a").click();
    wait("at a card", || browser.title().starts_with(id));
    let score = one(&format!("select EngagementScore from customer where CustomerId = '{id}'"));
    assert!(browser.find("main").text().contains(&score));

    browser.find("nav a[href='/segments']").click();
    wait("at the segments", || browser.title().starts_with("Segments"));
    browser.find("a[href='/segment/single_threaded']").click();
    wait("at a segment", || browser.title().starts_with("single_threaded"));
    let members = one("select count(*) from single_threaded");
    assert!(browser.texts(".facts dd")[0].starts_with(&members));

    browser.find("nav a[href='/sql']").click();
    wait("at the console", || browser.title().starts_with("SQL"));
    browser.find("#sql").type_in("select max(engagementscore) as Best from customer");
    browser.find("#sql").type_in(&format!("{CONTROL}{ENTER}"));
    wait("answered", || !browser.texts(".answer td").is_empty());
    assert_eq!(browser.texts(".answer td"), [one("select max(EngagementScore) from customer")]);
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn pages_are_used_by_keys_alone_and_without_a_script() {
    let Some((server, browser)) = fennimore() else { return };
    let base = format!("http://{}", server.address);
    let focused = || browser.run("return document.activeElement.innerText.trim()", &[]);
    browser.open(&base);
    browser.press(&[TAB]);
    assert_eq!(focused(), "Skip to content");
    let outline = "return getComputedStyle(document.activeElement).outlineStyle";
    assert_ne!(browser.run(outline, &[]), "none");
    browser.press(&[ENTER]);
    wait("at the content", || browser.run("return document.activeElement.id", &[]) == "main");
    browser.open(&base);
    for _ in 0..20 {
        browser.press(&[TAB]);
        if focused() == "Customers" {
            break;
        }
    }
    assert_eq!(focused(), "Customers");
    browser.press(&[ENTER]);
    wait("at the customers", || browser.title().starts_with("Customers"));

    browser.command("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    browser.open(&format!("{base}/sql"));
    browser.find("#sql").type_in("select 6 * 7 as n");
    browser.find("form.console button").click();
    wait("answered", || browser.texts("main").concat().contains("1 row"));
    assert_eq!(browser.find(".answer td").text(), "42");
}

#[test]
fn pages_fit_a_phone_and_can_be_read_in_light_and_dark() {
    let Some((server, browser)) = fennimore() else { return };
    let id = server
        .enrichment
        .rows("select CustomerId from customer order by EngagementScore desc limit 1")
        .remove(0);
    let card = format!("/customer?id={id}");
    for scheme in ["light", "dark"] {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        browser.command("Emulation.setEmulatedMedia", json!({"features": features}));
        for (width, height) in [(390, 844), (1280, 900)] {
            let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
            browser.command("Emulation.setDeviceMetricsOverride", size);
            for path in PAGES.into_iter().chain([card.as_str()]) {
                browser.open(&format!("http://{}{path}", server.address));
                let over =
                    browser.run("return document.documentElement.scrollWidth - innerWidth", &[]);
                assert!(over.as_i64().unwrap() <= 0, "{path} at {width} is too wide by {over}");
                let faint = browser.run(FAINT, &[]);
                assert_eq!(faint, json!([]), "{path}, {scheme}");
            }
        }
    }
}

/// Texts whose colour has less contrast to what is behind them than WCAG AA asks for.
const FAINT: &str = r#"
const parts = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
const light = ([r, g, b]) => [r, g, b]
    .map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
        const colour = parts(getComputedStyle(e).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
};
const faint = [];
for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter((n) => n.nodeType === 3 && n.data.trim()).map((n) => n.data.trim()).join(" ");
    if (!text || !element.checkVisibility() || element.tagName === "TITLE") continue;
    const style = getComputedStyle(element);
    const colour = parts(element instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(colour), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) faint.push(`${text.slice(0, 40)} (${ratio.toFixed(2)}, ${element.className.baseVal ?? element.className})`);
}
return [...new Set(faint)];
"#;

#[test]
fn the_policy_stops_what_pages_do_not_do() {
    let Some((server, browser)) = fennimore() else { return };
    browser.open(&format!("http://{}", server.address));
    assert_eq!(browser.complaints(), [""; 0]);
    let stopped = browser.run(
        r#"
        const told = [];
        document.addEventListener("securitypolicyviolation", (e) => told.push(e.effectiveDirective));
        const add = (tag, set) => document.body.append(Object.assign(document.createElement(tag), set));
        add("script", { textContent: "window.ran = true" });
        add("style", { textContent: "body { color: red }" });
        add("img", { src: "http://elsewhere.example/x.png" });
        add("script", { src: "http://elsewhere.example/x.js" });
        add("iframe", { src: location.href });
        document.body.insertAdjacentHTML("beforeend", "<button id=b onclick='window.ran = true'>b</button>");
        document.getElementById("b").click();
        return new Promise((done) => setTimeout(() => done([window.ran ?? null, ...new Set(told)]), 1000));
        "#,
        &[],
    );
    let told: Vec<&Value> = stopped.as_array().unwrap().iter().collect();
    assert_eq!(told[0], &Value::Null, "an inline script ran");
    for directive in
        ["script-src-elem", "style-src-elem", "img-src", "script-src-attr", "frame-src"]
    {
        assert!(told.iter().any(|told| *told == directive), "{directive} is not in {told:?}");
    }
}
