//! What is permitted: rules of one field, and rules between fields.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::net::IpAddr;
use std::path::PathBuf;

use url::{Host, Url};

use crate::error::{PolicyError, Problem};
use crate::types::{AgentKind, Meaning, Profile, Reason, RedirectPath, Remember, SignInAgent};
use crate::{Loaded, Policy, Source};

/// Signature algorithms that prove who signed, and with which evidence can be verified: never `none`, never one with a
/// shared secret.
pub(crate) const ALGORITHMS: &str = "ES256, RS256, PS256, EdDSA";

/// All signature types of ASTM E1762-95 (2013) have codes under this one.
const MEANING_ARC: &str = "1.2.840.10065.1.12.1.";

/// Rules between fields.
pub(crate) fn hold_together(loaded: &Loaded, problems: &mut Vec<PolicyError>) {
    let policy = &loaded.policy;
    only_https(loaded, "identity.issuer", &policy.identity.issuer, problems);
    only_https(loaded, "records.url", policy.records.url.as_str(), problems);
    if policy.session.profile == Profile::Kiosk {
        kiosk_forgets(loaded, problems);
    }
}

/// https; or http to a literal loopback address while development is switched on. `localhost` is a name, and names resolve.
fn only_https(loaded: &Loaded, key: &'static str, address: &str, problems: &mut Vec<PolicyError>) {
    let url = Url::parse(address).ok();
    let is_https = url.as_ref().is_some_and(|url| url.scheme() == "https");
    let is_development = loaded.policy.identity.development_http
        && url
            .as_ref()
            .is_some_and(|url| url.scheme() == "http" && is_loopback(url));
    if !is_https && !is_development {
        let problem = Problem::NotHttps {
            found: address.to_owned(),
        };
        problems.push(PolicyError::of_key(key, origin(loaded, key), problem));
    }
}

/// What one person leaves on a shared device, the next one finds; and nothing on it leads out of the application.
fn kiosk_forgets(loaded: &Loaded, problems: &mut Vec<PolicyError>) {
    let Policy {
        session, signing, ..
    } = &loaded.policy;
    let mut refuse = |key: &'static str, found: String, allowed: &str| {
        let problem = Problem::Contradiction {
            other: "session.profile = kiosk".to_owned(),
            allowed: allowed.to_owned(),
            found,
        };
        problems.push(PolicyError::of_key(key, origin(loaded, key), problem));
    };
    if session.idle_lock_s > 120 {
        let found = session.idle_lock_s.to_string();
        refuse("session.idle_lock_s", found, "30 to 120");
    }
    if session.absolute_s > 43_200 {
        let found = session.absolute_s.to_string();
        refuse("session.absolute_s", found, "900 to 43200");
    }
    if session.remember != Remember::Memory {
        let found = session.remember.word().to_owned();
        refuse("session.remember", found, "memory");
    }
    if session.sign_in_agent != SignInAgent::Window {
        let found = session.sign_in_agent.word().to_owned();
        refuse("session.sign_in_agent", found, "window");
    }
    // A whole browser, however short it lives, opens files and other windows.
    if signing.agent != AgentKind::Window {
        let found = signing.agent.word().to_owned();
        refuse("signing.agent", found, "window");
    }
}

fn origin<'a>(loaded: &'a Loaded, key: &str) -> &'a Source {
    loaded
        .values
        .iter()
        .find(|value| value.key == key)
        .map_or(&Source::Default, |value| &value.source)
}

/// Absolute, with a host, without anything that an identifier or base address has no use for.
pub(crate) fn is_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        url.host().is_some()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(_)) | None => false,
    }
}

/// Not empty, without spaces, no doubles.
pub(crate) fn is_set(items: &[String]) -> bool {
    items
        .iter()
        .all(|item| !item.is_empty() && !item.contains(char::is_whitespace))
        && all_different(items.iter())
}

pub(crate) fn are_scopes(scopes: &[String]) -> bool {
    is_set(scopes) && scopes.iter().any(|scope| scope == "openid")
}

pub(crate) fn are_ports(ports: &[u16]) -> bool {
    ports.iter().all(|port| *port >= 1024) && all_different(ports.iter())
}

/// Unreserved characters alone (RFC 3986, 2.3), and no segment that an address parser would take out: what is
/// registered, sent and received is then the same text.
pub(crate) fn is_redirect_path(path: &RedirectPath) -> bool {
    let RedirectPath::Fixed(path) = path else {
        return true;
    };
    let Some(path) = path.strip_prefix('/') else {
        return false;
    };
    let is_segment = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
    };
    let segments = path.strip_suffix('/').unwrap_or(path);
    path.len() < 256 && (path.is_empty() || segments.split('/').all(is_segment))
}

pub(crate) fn are_algorithms(names: &[String]) -> bool {
    is_set(names)
        && !names.is_empty()
        && names
            .iter()
            .all(|name| ALGORITHMS.split(", ").any(|known| known == name))
}

/// `login.example` or `login.example:8443`, exactly as an address has it.
pub(crate) fn is_host(text: &str) -> bool {
    let Ok(url) = Url::parse(&format!("https://{text}/")) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let written = url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    written == text && !text.contains('*')
}

pub(crate) fn is_absolute(path: Option<&PathBuf>) -> bool {
    path.is_none_or(|path| path.is_absolute())
}

pub(crate) fn are_meanings(meanings: &[Meaning]) -> bool {
    let is_known = |meaning: &Meaning| {
        let number = meaning
            .code
            .strip_prefix(MEANING_ARC)
            .and_then(|arc| arc.parse::<u8>().ok());
        number.is_some_and(|number| (1..=18).contains(&number) && meaning.code == code_of(number))
            && !meaning.display.trim().is_empty()
    };
    !meanings.is_empty()
        && meanings.iter().all(is_known)
        && all_different(meanings.iter().map(|meaning| &meaning.code))
}

pub(crate) fn are_reasons(reasons: &[Reason]) -> bool {
    let is_code = |code: &str| {
        (1..=64).contains(&code.len())
            && code
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    !reasons.is_empty()
        && reasons
            .iter()
            .all(|reason| is_code(&reason.code) && !reason.text.trim().is_empty())
        && all_different(reasons.iter().map(|reason| &reason.code))
}

/// A corrected record carries an addendum signature: the modification signature (16) is for changed documents.
pub(crate) fn usual_meanings() -> Vec<Meaning> {
    [
        (15, "Addendum Signature"),
        (5, "Verification Signature"),
        (13, "Review Signature"),
    ]
    .map(|(arc, display)| Meaning {
        code: code_of(arc),
        display: display.to_owned(),
    })
    .to_vec()
}

pub(crate) fn usual_reasons() -> Vec<Reason> {
    [
        ("transcription-error", "Transcription error"),
        ("source-corrected", "Source document corrected"),
        ("late-entry", "Late entry"),
        ("unit-error", "Wrong unit"),
        ("clarification", "Clarification"),
        ("wrong-patient", "Entered for the wrong patient"),
    ]
    .map(|(code, text)| Reason {
        code: code.to_owned(),
        text: text.to_owned(),
    })
    .to_vec()
}

fn code_of(arc: u8) -> String {
    format!("{MEANING_ARC}{arc}")
}

fn all_different<T: Ord + Hash>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    items.into_iter().all(|item| seen.insert(item))
}
