//! Poisoned configurations and key sets: at the first look, and at the second one that an unknown key asks for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Clinic, client, forced, strict, transport};
use demo::idp::{ADAMS, Endpoint, Fault, Faults};
use demo::robot::Browser;
use identity::{DiscoveryFault, IdentityError, Provider, Refusal, RelyingParty};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::{Value, json};
use transport::TransportError;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

const WELL_KNOWN: &str = "/.well-known/openid-configuration";
const UNREADABLE: DiscoveryFault = DiscoveryFault::Unreadable {
    document: "openid-configuration",
};

fn configuration(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
    })
}

/// A provider whose configuration is what the test makes of the text of a sound one.
struct Poisoned(MockServer);

impl Poisoned {
    async fn with(answer: impl FnOnce(&str, Value) -> ResponseTemplate) -> Self {
        let server = MockServer::start().await;
        let answer = answer(&server.uri(), configuration(&server.uri()));
        let keys = ResponseTemplate::new(200).set_body_json(json!({ "keys": [] }));
        for (at, answer) in [(WELL_KNOWN, answer), ("/jwks", keys)] {
            Mock::given(path(at))
                .respond_with(answer)
                .mount(&server)
                .await;
        }
        Self(server)
    }

    async fn discover(&self) -> Result<Provider, IdentityError> {
        RelyingParty::new(client(&self.0.uri()), transport())
            .discover(Timestamp::now())
            .await
    }

    /// Why it was refused, and that nothing was asked after it.
    async fn error(&self) -> IdentityError {
        let error = self.discover().await.err().expect("accepted");
        let asked: Vec<_> = self.0.received_requests().await.unwrap();
        let asked: Vec<_> = asked.iter().map(|request| request.url.path()).collect();
        assert_eq!(asked, [WELL_KNOWN]);
        error
    }

    async fn fault(&self) -> DiscoveryFault {
        match self.error().await {
            IdentityError::Discovery(fault) => fault,
            other => panic!("{other}"),
        }
    }
}

fn answer(body: impl Into<Vec<u8>>, content_type: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body, content_type)
}

#[tokio::test]
async fn the_sound_configuration_of_these_tests_is_accepted() {
    let sound =
        Poisoned::with(|_, sound| answer(sound.to_string(), "Application/JSON; charset=utf-8"));
    assert!(sound.await.discover().await.is_ok());
}

#[rstest]
#[case::trailing_slash("{issuer}/")]
#[case::capital_scheme("HTTP{rest}")]
#[case::a_name_for_the_address("http://localhost:{port}")]
#[case::a_path("{issuer}/realm")]
#[case::a_dot_segment("{issuer}/.")]
#[case::an_escape("{issuer}/%2e")]
#[case::a_leading_space(" {issuer}")]
#[case::a_trailing_line("{issuer}\n")]
#[case::another_host("https://id.other.example")]
#[case::a_user("http://user@127.0.0.1:{port}")]
#[case::a_query("{issuer}?")]
#[case::a_fragment("{issuer}#")]
#[case::nothing("")]
#[tokio::test]
async fn an_issuer_that_only_resembles_ours_is_another_one(#[case] theirs: &str) {
    let poisoned = Poisoned::with(|issuer, mut sound| {
        let (_, port) = issuer.rsplit_once(':').unwrap();
        let rest = issuer.strip_prefix("http").unwrap();
        sound["issuer"] = json!(
            theirs
                .replace("{issuer}", issuer)
                .replace("{rest}", rest)
                .replace("{port}", port)
        );
        answer(sound.to_string(), "application/json")
    });
    let fault = poisoned.await.fault().await;
    assert_eq!(fault, DiscoveryFault::IssuerMismatch);
}

#[rstest]
#[case::a_list(json!(["{issuer}"]))]
#[case::a_number(json!(7))]
#[case::null(json!(null))]
#[tokio::test]
async fn an_issuer_that_is_no_text_is_another_one(#[case] theirs: Value) {
    let poisoned = Poisoned::with(|issuer, mut sound| {
        let theirs = theirs.to_string().replace("{issuer}", issuer);
        sound["issuer"] = serde_json::from_str(&theirs).unwrap();
        answer(sound.to_string(), "application/json")
    });
    let fault = poisoned.await.fault().await;
    assert_eq!(fault, DiscoveryFault::IssuerMismatch);
}

#[rstest]
#[case("issuer", "https://id.other.example")]
#[case("token_endpoint", "https://id.other.example/token")]
#[case("jwks_uri", "https://id.other.example/jwks")]
#[case("revocation_endpoint", "https://id.other.example/revoke")]
#[tokio::test]
async fn a_member_that_stands_there_twice_is_not_chosen_from(
    #[case] member: &str,
    #[case] theirs: &str,
    #[values(true, false)] first: bool,
) {
    let poisoned = Poisoned::with(|issuer, mut sound| {
        let ours = sound[member].as_str().map(str::to_owned);
        let ours = ours.unwrap_or_else(|| format!("{issuer}/revoke"));
        sound[member] = json!(ours);
        let theirs = format!("\"{member}\":\"{theirs}\"");
        let text = sound.to_string();
        let text = if first {
            text.replacen('{', &format!("{{{theirs},"), 1)
        } else {
            format!("{},{theirs}}}", text.strip_suffix('}').unwrap())
        };
        answer(text, "application/json")
    });
    let fault = poisoned.await.fault().await;
    // With another issuer in the last place, that is what is noticed first.
    let noticed = [UNREADABLE, DiscoveryFault::IssuerMismatch];
    assert!(noticed.contains(&fault), "{fault}");
}

#[rstest]
#[case::a_page("<!doctype html><title>Maintenance</title>", "text/html")]
#[case::a_page_that_calls_itself_json("<!doctype html><title>Sorry</title>", "application/json")]
#[case::json_that_calls_itself_a_page("{sound}", "text/html")]
#[case::json_that_calls_itself_text("{sound}", "text/plain")]
#[case::json_with_a_lying_suffix("{sound}", "text/html; x=application/json")]
#[case::half_of_it("{half}", "application/json")]
#[case::more_than_it("{sound}{sound}", "application/json")]
#[case::a_byte_order_mark("\u{feff}{sound}", "application/json")]
#[case::a_list("[{sound}]", "application/json")]
#[case::nothing("", "application/json")]
#[case::too_deep("{deep}", "application/json")]
#[tokio::test]
async fn a_configuration_that_is_none_is_refused(#[case] body: &str, #[case] content_type: &str) {
    let poisoned = Poisoned::with(|_, sound| {
        let sound = sound.to_string();
        let deep = sound.replacen(
            '{',
            &format!("{{\"x\":{}{},", "[".repeat(5000), "]".repeat(5000)),
            1,
        );
        let body = body
            .replace("{sound}", &sound)
            .replace("{half}", &sound[..sound.len() / 2])
            .replace("{deep}", &deep);
        answer(body, content_type)
    });
    let fault = poisoned.await.fault().await;
    assert_eq!(fault, UNREADABLE);
}

#[tokio::test]
async fn a_configuration_without_a_content_type_is_refused() {
    let poisoned = Poisoned::with(|_, sound| {
        ResponseTemplate::new(200)
            .set_body_bytes(sound.to_string())
            .append_header("x-nothing", "here")
    });
    assert_eq!(poisoned.await.fault().await, UNREADABLE);
}

#[rstest]
#[tokio::test]
async fn a_configuration_comes_with_status_200_or_not_at_all(
    #[values(201, 202, 203, 206, 400, 404, 500, 503)] status: u16,
) {
    let poisoned = Poisoned::with(|_, sound| {
        ResponseTemplate::new(status).set_body_raw(sound.to_string(), "application/json")
    });
    match poisoned.await.error().await {
        IdentityError::BadReply { status: named, .. } => assert_eq!(named, status),
        other => panic!("{other}"),
    }
}

#[rstest]
#[tokio::test]
async fn a_configuration_is_not_fetched_from_where_a_redirect_leads(
    #[values(301, 302, 303, 307, 308)] status: u16,
) {
    let sound = Poisoned::with(|_, sound| answer(sound.to_string(), "application/json")).await;
    let elsewhere = format!("{}{WELL_KNOWN}", sound.0.uri());
    let poisoned = Poisoned::with(|_, _| {
        ResponseTemplate::new(status).insert_header("location", elsewhere.as_str())
    });
    let error = poisoned.await.error().await;
    let redirected = matches!(
        error,
        IdentityError::Transport(TransportError::Redirected { .. })
    );
    assert!(redirected, "{error}");
    assert!(sound.0.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_configuration_longer_than_any_has_reason_to_be_is_refused() {
    let poisoned = Poisoned::with(|_, mut sound| {
        sound["x"] = json!("x".repeat(300 * 1024));
        answer(sound.to_string(), "application/json")
    });
    let error = poisoned.await.error().await;
    let too_large = matches!(
        error,
        IdentityError::Transport(TransportError::TooLarge { .. })
    );
    assert!(too_large, "{error}");
}

#[rstest]
#[case::credentials("http://user:secret@127.0.0.1:1/x")]
#[case::relative("/x")]
#[case::script("javascript:alert(1)")]
#[tokio::test]
async fn an_endpoint_that_is_no_plain_address_is_refused(
    #[case] address: &str,
    #[values(
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "pushed_authorization_request_endpoint",
        "revocation_endpoint",
        "end_session_endpoint"
    )]
    endpoint: &'static str,
) {
    let poisoned = Poisoned::with(|issuer, mut sound| {
        sound[endpoint] = json!(address.replace("{issuer}", issuer));
        answer(sound.to_string(), "application/json")
    });
    let fault = poisoned.await.fault().await;
    let refused = [UNREADABLE, DiscoveryFault::EndpointNotHttps { endpoint }];
    assert!(refused.contains(&fault), "{fault}");
}

/// The provider signs with a key that is new, and its key set is poisoned when it is fetched for that.
#[rstest]
#[case::huge(Fault::KeysHuge)]
#[case::page(Fault::KeysHtml)]
#[case::redirect(Fault::KeysRedirect)]
#[case::error(Fault::KeysError)]
#[tokio::test]
async fn a_key_set_that_is_poisoned_at_the_second_look_ends_the_exchange_and_replaces_nothing(
    #[case] poison: Fault,
) {
    let clinic = Clinic::with(Faults::none()).await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let known = provider.jwks().to_vec();
    clinic
        .idp
        .set_faults(Faults::only(Fault::KeysRotated).with(poison));

    let failed = clinic
        .authenticate_at(&mut provider, &ADAMS, &strict())
        .await
        .unwrap_err();

    assert_eq!(failed.refusal(), None, "{failed:?}");
    assert_eq!(provider.jwks(), known);
    assert_eq!(nothing_but_revocation(&clinic), Ok(()));
}

#[tokio::test]
async fn a_symmetric_key_at_the_second_look_verifies_nothing() {
    let clinic = Clinic::with(Faults::none()).await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    clinic
        .idp
        .set_faults(Faults::only(Fault::KeysRotated).with(Fault::KeysSymmetric));

    let failed = clinic
        .authenticate_at(&mut provider, &ADAMS, &strict())
        .await
        .unwrap_err();

    assert_eq!(failed.refusal(), Some("algorithm_not_allowed"));
    assert_eq!(nothing_but_revocation(&clinic), Ok(()));
}

/// A flood of tokens under unknown keys has the key set fetched once, not once each (RFC 7517 says nothing; a provider
/// would call it an attack).
#[tokio::test]
async fn clones_of_a_relying_party_share_the_limit_on_fetching_keys() {
    let clinic = Clinic::with(Faults::only(Fault::KidUnknown)).await;
    let clone = clinic.party.clone();
    for party in [&clinic.party, &clone] {
        let mut provider = party.discover(Timestamp::now()).await.unwrap();
        let pending = clinic.request(&provider, &forced()).await.unwrap();
        let callback = Browser::new().sign_in(&pending.url, &ADAMS, true).await;
        let code = pending.receive(&callback.unwrap()).unwrap();
        let now = Timestamp::now();
        let error = party
            .redeem(&mut provider, pending, code, &strict(), now)
            .await
            .unwrap_err();
        assert_eq!(error.refusal(), Some(Refusal::KeyNotFound));
    }
    let asked = clinic.idp.requests();
    let for_keys = asked.iter().filter(|r| r.endpoint == Endpoint::Keys);
    assert_eq!(for_keys.count(), 3, "two of discovery and one more");
}

/// What was asked after the token, if it was more than keys and revocation; and nothing is left alive.
fn nothing_but_revocation(clinic: &Clinic) -> Result<(), String> {
    let asked = clinic.asked_after_the_token();
    let harmless = [Endpoint::Keys, Endpoint::Revocation];
    if !asked.iter().all(|endpoint| harmless.contains(endpoint)) {
        return Err(format!("asked {asked:?}"));
    }
    match clinic.idp.active_tokens().len() {
        0 => Ok(()),
        alive => Err(format!("{alive} tokens are left alive")),
    }
}
