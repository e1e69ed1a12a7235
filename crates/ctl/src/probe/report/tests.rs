//! The page's structure, and that nothing gets out of its place.
#![allow(clippy::unwrap_used)]

use catalogue::{Catalogue, Locale};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Report;
use crate::probe::findings::{Check, Status};
use crate::probe::{Outcome, Verdict};

const GOLDEN: &str = include_str!("../../../tests/golden/probe-report.html");

fn check(name: &'static str, status: Status, detail: &str) -> Check {
    Check {
        name,
        status,
        detail: detail.to_owned(),
    }
}

fn page(texts: &Catalogue, checks: &[Check], notes: &[String]) -> String {
    let report = Report {
        texts,
        verdict: &Verdict {
            outcome: Outcome::Refused("auth_time_stale"),
            reference: "7F3K-2QX9".to_owned(),
        },
        checks,
        setup: None,
        notes,
        at: Timestamp::from_second(1_795_600_000)
            .unwrap()
            .to_zoned(TimeZone::UTC),
    };
    report.html()
}

#[test]
fn the_page_is_as_it_was() {
    let texts = Catalogue::new(Locale::En);
    let checks = [
        check("par", Status::Ok, "Offered."),
        check("iss", Status::Warn, "Not promised."),
        check("auth_time", Status::Fail, "Too old."),
        check("webview", Status::Skipped, "Not here."),
    ];
    let page = page(&texts, &checks, &["WARN the clock".to_owned()]);
    let page = page.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/golden/probe-report.html"
        );
        std::fs::write(file, &page).unwrap();
    }
    assert_eq!(page, GOLDEN, "UPDATE_GOLDEN=1 writes the page anew");
}

#[test]
fn what_a_provider_says_stays_text() {
    let texts = Catalogue::new(Locale::De);
    let hostile = "</td><script>alert('1')</script><img src=\"x\" onerror=\"y\">&";
    let checks = [check("par", Status::Ok, hostile)];

    let page = page(&texts, &checks, &[hostile.to_owned()]);

    assert!(
        !page.contains("<script") && !page.contains("<img"),
        "{page}"
    );
    let shown = maud::html! { (hostile) }.into_string();
    assert!(!shown.contains('<') && page.matches(&shown).count() == 2);
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    for locale in [Locale::En, Locale::De] {
        let page = page(&Catalogue::new(locale), &[], &[]);
        for forbidden in [
            "<script", "src=", "href=", "url(", "@import", "http://", "https://",
        ] {
            assert!(!page.contains(forbidden), "{forbidden}: {page}");
        }
        assert!(page.contains("default-src 'none'"));
    }
}
