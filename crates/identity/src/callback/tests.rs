//! What a callback may say, and to whom. One reading for whoever caught it, agent or listener.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use jiff::Timestamp;
use openidconnect::PkceCodeVerifier;
use rstest::rstest;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::Declined;
use crate::{Pending, Refusal};

const REDIRECT_URI: &str = "http://127.0.0.1:49999/callback";
const ISSUER: &str = "https://idp.example.test/realm";
const STATE: &str = "BvhKPfBdS3LgGwcUEWcmeQ";

/// A request whose answer is awaited.
struct Asked(Pending);

impl Asked {
    /// Of a provider that promises to name itself.
    fn now() -> Self {
        Self(Pending {
            url: ISSUER.parse().unwrap(),
            parameters: [].into(),
            redirect_uri: REDIRECT_URI.parse().unwrap(),
            issuer: ISSUER.to_owned(),
            answers_with_issuer: true,
            state: SecretString::from(STATE),
            verifier: PkceCodeVerifier::new("v".repeat(43)),
            nonce: "nonce".to_owned(),
            max_age: None,
            wants_auth_time: false,
            requested_at: Timestamp::UNIX_EPOCH,
            proof_key: None,
        })
    }

    fn of_a_silent_provider() -> Self {
        let mut asked = Self::now();
        asked.0.answers_with_issuer = false;
        asked
    }

    fn refuses(&self, callback: &Url, refusal: Refusal) {
        let declined = self.0.receive(callback).unwrap_err();
        assert_eq!(declined, Declined::Refused(refusal), "{callback}");
    }
}

/// The callback as it should be, with these parameters besides.
fn callback(more: &[(&str, &str)]) -> Url {
    answer(&[&[("state", STATE), ("iss", ISSUER)], more].concat())
}

/// A callback with these parameters alone.
fn answer(parameters: &[(&str, &str)]) -> Url {
    let mut callback: Url = REDIRECT_URI.parse().unwrap();
    callback.query_pairs_mut().extend_pairs(parameters);
    callback
}

#[test]
fn a_code_with_our_state_from_our_issuer_is_taken_whatever_else_stands_there() {
    let asked = Asked::now();
    let callback = callback(&[("code", "c0de"), ("session_state", "x"), ("scope", "y")]);
    let code = asked.0.receive(&callback).unwrap();
    assert_eq!(code.iss(), Some(ISSUER));
    assert_eq!(code.value.expose_secret(), "c0de");
    assert_eq!(format!("{code:?}"), "Code(..)");
}

#[rstest]
#[case::another("BvhKPfBdS3LgGwcUEWcmeR")]
#[case::a_part_of_it("BvhKPfBdS3LgGwcUEWcme")]
#[case::more_than_it("BvhKPfBdS3LgGwcUEWcmeQQ")]
#[case::in_capitals("BVHKPFBDS3LGGWCUEWCMEQ")]
#[case::empty("")]
fn a_callback_with_another_state_is_refused(#[case] state: &str) {
    let callback = answer(&[("state", state), ("iss", ISSUER), ("code", "c0de")]);
    Asked::now().refuses(&callback, Refusal::StateMismatch);
}

#[test]
fn a_callback_without_state_is_refused() {
    let callback = answer(&[("iss", ISSUER), ("code", "c0de")]);
    Asked::now().refuses(&callback, Refusal::StateMismatch);
}

#[rstest]
#[case::another("https://id.other.example")]
#[case::with_a_slash("https://idp.example.test/realm/")]
#[case::empty("")]
fn a_callback_from_another_issuer_is_refused_promised_or_not(#[case] issuer: &str) {
    let callback = answer(&[("state", STATE), ("iss", issuer), ("code", "c0de")]);
    for asked in [Asked::now(), Asked::of_a_silent_provider()] {
        asked.refuses(&callback, Refusal::ResponseIssuerMismatch);
    }
}

#[test]
fn an_issuer_may_only_be_absent_where_it_was_not_promised() {
    let silent = answer(&[("state", STATE), ("code", "c0de")]);
    Asked::now().refuses(&silent, Refusal::ResponseIssuerMissing);
    let code = Asked::of_a_silent_provider().0.receive(&silent).unwrap();
    assert_eq!(code.iss(), None);
}

#[rstest]
#[case::another_port("http://127.0.0.1:49998/callback")]
#[case::another_path("http://127.0.0.1:49999/callback2")]
#[case::another_name("http://localhost:49999/callback")]
#[case::another_scheme("https://127.0.0.1:49999/callback")]
#[case::somebody_in_front("http://evil@127.0.0.1:49999/callback")]
#[case::a_fragment("http://127.0.0.1:49999/callback#access_token=t")]
fn a_callback_to_another_address_is_refused(#[case] address: &str) {
    let mut elsewhere: Url = address.parse().unwrap();
    elsewhere.set_query(callback(&[("code", "c0de")]).query());
    Asked::now().refuses(&elsewhere, Refusal::CallbackMalformed);
}

#[rstest]
#[case::the_code(&[("code", "c0de"), ("code", "c0de")])]
#[case::the_state(&[("code", "c0de"), ("state", STATE)])]
#[case::the_issuer(&[("code", "c0de"), ("iss", ISSUER)])]
#[case::the_error(&[("error", "access_denied"), ("error", "access_denied")])]
#[case::code_and_error(&[("code", "c0de"), ("error", "access_denied")])]
#[case::neither(&[])]
#[case::an_empty_code(&[("code", "")])]
#[case::an_access_token(&[("code", "c0de"), ("access_token", "t")])]
#[case::an_id_token(&[("code", "c0de"), ("id_token", "t")])]
#[case::a_signed_response(&[("code", "c0de"), ("response", "t")])]
fn a_callback_that_repeats_mixes_or_smuggles_is_refused(#[case] more: &[(&str, &str)]) {
    Asked::now().refuses(&callback(more), Refusal::CallbackMalformed);
}

#[test]
fn a_callback_of_eight_kibibytes_is_read_and_a_longer_one_is_not() {
    let asked = Asked::now();
    let of = |length: usize| {
        let bare = callback(&[("code", "c")]).as_str().len();
        callback(&[("code", &"c".repeat(length - bare + 1))])
    };
    assert_eq!(of(8 * 1024).as_str().len(), 8 * 1024);
    assert!(asked.0.receive(&of(8 * 1024)).is_ok());
    asked.refuses(&of(8 * 1024 + 1), Refusal::CallbackMalformed);
}

#[rstest]
#[case("login_required", Declined::LoginRequired)]
#[case("interaction_required", Declined::InteractionRequired)]
#[case("consent_required", Declined::SignedIn)]
#[case("account_selection_required", Declined::SignedIn)]
#[case("access_denied", Declined::AccessDenied)]
#[case("temporarily_unavailable", Declined::Other { error: "temporarily_unavailable".into() })]
#[case("<script>", Declined::Other { error: "unknown".into() })]
#[case("", Declined::Other { error: "unknown".into() })]
fn an_error_says_why_nobody_was_authenticated(#[case] error: &str, #[case] expected: Declined) {
    let declined = Asked::now().0.receive(&callback(&[("error", error)]));
    assert_eq!(declined.unwrap_err(), expected);
}

#[test]
fn an_error_is_held_to_state_and_issuer_as_a_code_is() {
    let denied = ("error", "access_denied");
    let asked = Asked::now();
    let stateless = answer(&[("iss", ISSUER), denied]);
    asked.refuses(&stateless, Refusal::StateMismatch);
    let foreign = answer(&[
        ("state", STATE),
        ("iss", "https://id.other.example"),
        denied,
    ]);
    asked.refuses(&foreign, Refusal::ResponseIssuerMismatch);
}
