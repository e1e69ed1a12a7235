//! What servers want to see in proofs (RFC 9449, 8 and 9): the last nonce that each of them gave.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, StatusCode};
use url::Url;

/// Longer than a nonce has reason to be.
const LONGEST: usize = 1024;

/// The last nonce of each server, by scheme, host and port.
#[derive(Default)]
pub(crate) struct Nonces(Mutex<BTreeMap<String, String>>);

impl Nonces {
    pub(crate) fn of(&self, url: &Url) -> Option<String> {
        let nonces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        nonces.get(&server(url)).cloned()
    }

    pub(crate) fn heed(&self, url: &Url, answer: &HeaderMap) -> bool {
        let Some(nonce) = said(answer) else {
            return false;
        };
        let mut nonces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = nonces.insert(server(url), nonce.to_owned());
        before.as_deref() != Some(nonce)
    }
}

/// Whether a resource server turned a request away for want of a nonce (RFC 9449, 9).
pub fn wants_nonce(status: StatusCode, answer: &HeaderMap) -> bool {
    let asks = |challenge: &str| {
        let scheme = challenge.split(' ').next().unwrap_or_default();
        scheme.eq_ignore_ascii_case("dpop") && challenge.contains("\"use_dpop_nonce\"")
    };
    status == StatusCode::UNAUTHORIZED
        && answer
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .filter_map(|challenge| challenge.to_str().ok())
            .any(asks)
}

fn server(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The nonce of an answer, if it is one: the characters of RFC 9449, 8.1, and not too many of them.
fn said(answer: &HeaderMap) -> Option<&str> {
    let nonce = answer.get("dpop-nonce")?.to_str().ok()?;
    let fits = (1..=LONGEST).contains(&nonce.len())
        && nonce
            .bytes()
            .all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
    fits.then_some(nonce)
}
