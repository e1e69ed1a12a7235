//! What a callback may say, and to whom. One reading for whoever caught it, agent or listener.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Clinic, forced, redirect_uri};
use demo::idp::{IdpConfig, Offers};
use identity::{Declined, Pending, Refusal};
use jiff::Timestamp;
use rstest::rstest;
use url::Url;

/// A request whose secrets are in its address, because the provider takes no pushed ones.
struct Asked {
    pending: Pending,
    state: String,
    issuer: String,
}

impl Asked {
    async fn now() -> Self {
        Self::of_a_provider(true).await
    }

    async fn of_a_provider(response_issuer: bool) -> Self {
        let clinic = Clinic::at(IdpConfig {
            offers: Offers {
                pushed_requests: false,
                response_issuer,
                ..Offers::default()
            },
            ..IdpConfig::default()
        })
        .await;
        let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
        let pending = clinic.request(&provider, &forced()).await.unwrap();
        let state = pending.url.query_pairs().find(|(name, _)| name == "state");
        Self {
            state: state.unwrap().1.into_owned(),
            issuer: clinic.idp.issuer().to_owned(),
            pending,
        }
    }

    /// The callback as it should be, with these parameters besides.
    fn callback(&self, more: &[(&str, &str)]) -> Url {
        let mut callback = redirect_uri();
        callback
            .query_pairs_mut()
            .append_pair("state", &self.state)
            .append_pair("iss", &self.issuer)
            .extend_pairs(more);
        callback
    }

    fn refuses(&self, callback: &Url, refusal: Refusal) {
        let declined = self.pending.receive(callback).unwrap_err();
        assert_eq!(declined, Declined::Refused(refusal), "{callback}");
    }
}

#[tokio::test]
async fn a_code_with_our_state_from_our_issuer_is_taken_whatever_else_stands_there() {
    let asked = Asked::now().await;
    let callback = asked.callback(&[("code", "c0de"), ("session_state", "x"), ("scope", "y")]);
    let code = asked.pending.receive(&callback).unwrap();
    assert_eq!(code.iss(), Some(asked.issuer.as_str()));
    assert!(!format!("{code:?}").contains("c0de"));
}

#[tokio::test]
async fn an_issuer_that_was_not_promised_may_be_absent_but_never_another() {
    let asked = Asked::of_a_provider(false).await;
    let mut silent = redirect_uri();
    silent
        .query_pairs_mut()
        .append_pair("state", &asked.state)
        .append_pair("code", "c0de");
    assert_eq!(asked.pending.receive(&silent).unwrap().iss(), None);
    silent
        .query_pairs_mut()
        .append_pair("iss", "https://id.other.example");
    asked.refuses(&silent, Refusal::ResponseIssuerMismatch);
}

#[rstest]
#[case::another_port("http://127.0.0.1:49998/callback")]
#[case::another_path("http://127.0.0.1:49999/callback2")]
#[case::another_name("http://localhost:49999/callback")]
#[case::another_scheme("https://127.0.0.1:49999/callback")]
#[case::somebody_in_front("http://evil@127.0.0.1:49999/callback")]
#[tokio::test]
async fn a_callback_to_another_address_is_refused(#[case] address: &str) {
    let asked = Asked::now().await;
    let mut callback: Url = address.parse().unwrap();
    callback.set_query(asked.callback(&[("code", "c0de")]).query());
    asked.refuses(&callback, Refusal::CallbackMalformed);
}

#[tokio::test]
async fn a_callback_with_a_fragment_is_refused() {
    let asked = Asked::now().await;
    let mut callback = asked.callback(&[("code", "c0de")]);
    callback.set_fragment(Some("access_token=t"));
    asked.refuses(&callback, Refusal::CallbackMalformed);
}

#[rstest]
#[case::the_code(&[("code", "c0de"), ("code", "c0de")])]
#[case::the_state(&[("code", "c0de"), ("state", "x")])]
#[case::the_issuer(&[("code", "c0de"), ("iss", "x")])]
#[case::the_error(&[("error", "access_denied"), ("error", "access_denied")])]
#[case::code_and_error(&[("code", "c0de"), ("error", "access_denied")])]
#[case::neither(&[])]
#[case::an_empty_code(&[("code", "")])]
#[case::an_access_token(&[("code", "c0de"), ("access_token", "t")])]
#[case::an_id_token(&[("code", "c0de"), ("id_token", "t")])]
#[case::a_signed_response(&[("code", "c0de"), ("response", "t")])]
#[tokio::test]
async fn a_callback_that_repeats_mixes_or_smuggles_is_refused(#[case] more: &[(&str, &str)]) {
    let asked = Asked::now().await;
    asked.refuses(&asked.callback(more), Refusal::CallbackMalformed);
}

#[tokio::test]
async fn a_callback_of_eight_kibibytes_is_read_and_a_longer_one_is_not() {
    let asked = Asked::now().await;
    let of = |length: usize| {
        let bare = asked.callback(&[("code", "c")]).as_str().len();
        asked.callback(&[("code", &"c".repeat(length - bare + 1))])
    };
    let longest = of(8 * 1024);
    assert_eq!(longest.as_str().len(), 8 * 1024);
    assert!(asked.pending.receive(&longest).is_ok());
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
#[tokio::test]
async fn an_error_says_why_nobody_was_authenticated(
    #[case] error: &str,
    #[case] expected: Declined,
) {
    let asked = Asked::now().await;
    let callback = asked.callback(&[("error", error)]);
    assert_eq!(asked.pending.receive(&callback).unwrap_err(), expected);
}

#[tokio::test]
async fn an_error_is_held_to_state_and_issuer_as_a_code_is() {
    let (asked, other) = (Asked::now().await, Asked::now().await);
    let error = [("error", "access_denied")];
    asked.refuses(&other.callback(&error), Refusal::StateMismatch);
    let foreign = asked.callback(&error).as_str().replace(
        &url::form_urlencoded::byte_serialize(asked.issuer.as_bytes()).collect::<String>(),
        "https%3A%2F%2Fid.other.example",
    );
    let foreign: Url = foreign.parse().unwrap();
    asked.refuses(&foreign, Refusal::ResponseIssuerMismatch);
}
