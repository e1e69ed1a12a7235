//! Attacks on the code flow of a native app (RFC 8252, RFC 9700): mixed-up providers, injected codes, tokens of somebody
//! else. Each is carried out against real parties on real sockets, and each ends before anything of it is used.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::{Clinic, client, forced, redirect_uri, strict, subject, transport_with};
use demo::idp::{ADAMS, BAKER, CLIENT_ID, Endpoint, Fault, Faults, PORTAL_CLIENT_ID};
use demo::robot::{Browser, Landing};
use identity::{
    Declined, Demands, DiscoveryFault, Expectations, IdentityError, Pending, Provider, Refusal,
    RelyingParty,
};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::json;
use url::Url;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// Longer than any answer takes that comes at all, on however busy a machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A second provider that this app also trusts, and that is out for codes of the first one: it sends whoever comes to
/// it on to the first one, with this app's own request.
struct Impostor {
    server: MockServer,
    party: RelyingParty,
    provider: Provider,
}

impl Impostor {
    async fn of(honest: &Clinic, promises_issuer: bool) -> Self {
        let server = MockServer::start().await;
        let issuer = server.uri();
        let configuration = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": promises_issuer,
        });
        let known = ResponseTemplate::new(200);
        let well_known = known.clone().set_body_json(configuration);
        let keys = known.set_body_json(json!({ "keys": [] }));
        for (at, answer) in [
            ("/.well-known/openid-configuration", well_known),
            ("/jwks", keys),
        ] {
            Mock::given(path(at))
                .respond_with(answer)
                .mount(&server)
                .await;
        }
        let theirs = format!("{}/authorize", honest.idp.issuer());
        let onwards = move |request: &Request| {
            let mut onwards: Url = theirs.parse().unwrap();
            onwards.set_query(request.url.query());
            ResponseTemplate::new(302).insert_header("location", onwards.as_str())
        };
        Mock::given(path("/authorize"))
            .respond_with(onwards)
            .mount(&server)
            .await;
        let party = RelyingParty::new(client(&issuer), transport_with(PATIENCE));
        let provider = party.discover(Timestamp::now()).await.unwrap();
        Self {
            server,
            party,
            provider,
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_code_of_one_provider_is_never_brought_to_another(
    #[values(true, false)] promises_issuer: bool,
) {
    let honest = Clinic::with(Faults::none()).await;
    let impostor = Impostor::of(&honest, promises_issuer).await;
    let now = Timestamp::now();
    let pending = impostor
        .party
        .request(&impostor.provider, &forced(), &redirect_uri(), now)
        .await
        .unwrap();

    // Adams meant to sign in at the impostor, and finds herself at her own provider.
    let browser = Browser::new();
    let Landing::Callback(onwards) = browser.visit(&pending.url).await.unwrap() else {
        panic!("the impostor showed a page");
    };
    assert!(onwards.as_str().starts_with(honest.idp.issuer()));
    let callback = browser.sign_in(&onwards, &ADAMS, true).await.unwrap();
    assert!(callback.query().unwrap().contains("code="));

    let declined = pending.receive(&callback).unwrap_err();

    assert_eq!(declined, Declined::Refused(Refusal::ResponseIssuerMismatch));
    let asked = impostor.server.received_requests().await.unwrap();
    assert!(asked.iter().all(|request| request.url.path() != "/token"));
    assert!(!honest.asked().contains(&Endpoint::Token));
    assert!(honest.idp.active_tokens().is_empty());
}

/// The address in a callback.
fn parameter(callback: &Url, name: &str) -> String {
    let found = callback.query_pairs().find(|(key, _)| key == name);
    found.unwrap().1.into_owned()
}

/// Somebody else's code in the answer to our request: with our state, from our issuer.
fn injected(ours: &Url, theirs: &Url) -> Url {
    let mut callback = redirect_uri();
    callback
        .query_pairs_mut()
        .append_pair("code", &parameter(theirs, "code"))
        .append_pair("state", &parameter(ours, "state"))
        .append_pair("iss", &parameter(ours, "iss"));
    callback
}

/// What became of somebody's attempt to have our request answered with their code.
async fn inject(clinic: &Clinic, ours: Pending, theirs: &Url) -> IdentityError {
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let own = Browser::new()
        .sign_in(&ours.url, &ADAMS, true)
        .await
        .unwrap();
    let code = ours.receive(&injected(&own, theirs)).unwrap();
    let now = Timestamp::now();
    clinic
        .party
        .redeem(&mut provider, ours, code, &strict(), now)
        .await
        .unwrap_err()
}

/// Codes that are not ours: of another ceremony of this app, and of another app at the same provider.
async fn foreign_code(clinic: &Clinic, client_id: &str) -> Url {
    let mut theirs = client(clinic.idp.issuer());
    client_id.clone_into(&mut theirs.client_id);
    let party = RelyingParty::new(theirs, transport_with(PATIENCE));
    let now = Timestamp::now();
    let provider = party.discover(now).await.unwrap();
    let mut demands = forced();
    demands.nonce = None;
    // A code that is tied to no key at all, so that what has to stop it is not the proof of possession.
    demands.proof_key = None;
    let pending = party
        .request(&provider, &demands, &redirect_uri(), now)
        .await
        .unwrap();
    Browser::new()
        .sign_in(&pending.url, &BAKER, true)
        .await
        .unwrap()
}

#[rstest]
#[case::of_another_ceremony(CLIENT_ID)]
#[case::of_another_app(PORTAL_CLIENT_ID)]
#[tokio::test]
async fn an_injected_code_is_worth_nothing_at_a_provider_that_binds_codes(#[case] client_id: &str) {
    let clinic = Clinic::with(Faults::none()).await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let ours = clinic.request(&provider, &forced()).await.unwrap();
    let theirs = foreign_code(&clinic, client_id).await;

    let error = inject(&clinic, ours, &theirs).await;

    assert!(
        matches!(&error, IdentityError::ProviderError { code } if code == "invalid_grant"),
        "{error}"
    );
    assert!(clinic.asked_after_the_token().is_empty());
    assert!(clinic.idp.active_tokens().is_empty());
}

/// PKCE is only as good as the provider. The nonce is checked by us.
#[rstest]
#[case::of_another_ceremony(CLIENT_ID)]
#[case::of_another_app(PORTAL_CLIENT_ID)]
#[tokio::test]
async fn an_injected_code_is_refused_by_its_nonce_where_the_provider_does_not_look_at_the_verifier(
    #[case] client_id: &str,
) {
    let clinic = Clinic::with(Faults::only(Fault::CodeUnbound)).await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let ours = clinic.request(&provider, &forced()).await.unwrap();
    let theirs = foreign_code(&clinic, client_id).await;

    let error = inject(&clinic, ours, &theirs).await;

    assert_eq!(error.refusal(), Some(Refusal::NonceMismatch));
    let asked = clinic.asked_after_the_token();
    assert!(!asked.is_empty(), "what was granted was not given back");
    assert!(asked.iter().all(|at| *at == Endpoint::Revocation));
    // Another app's grant is not ours to end, and a provider that honours that leaves it as it was.
    let left = clinic.idp.active_tokens();
    assert!(client_id == PORTAL_CLIENT_ID || left.is_empty());
}

#[tokio::test]
async fn a_code_that_is_replayed_takes_with_it_what_came_of_it() {
    let clinic = Clinic::with(Faults::none()).await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let first = clinic.request(&provider, &forced()).await.unwrap();
    let callback = Browser::new()
        .sign_in(&first.url, &ADAMS, true)
        .await
        .unwrap();
    let now = Timestamp::now();
    let code = first.receive(&callback).unwrap();
    let expectations = strict();
    let redeemed = clinic
        .party
        .redeem(&mut provider, first, code, &expectations, now);
    assert!(redeemed.await.is_ok());
    let second = clinic.request(&provider, &forced()).await.unwrap();

    let error = inject(&clinic, second, &callback).await;

    assert!(
        matches!(&error, IdentityError::ProviderError { code } if code == "invalid_grant"),
        "{error}"
    );
    assert!(clinic.idp.active_tokens().is_empty());
}

/// A provider that was made to leave S256 out would accept the code from anybody who caught it.
#[tokio::test]
async fn a_provider_that_stopped_offering_s256_is_asked_for_nothing_more() {
    let clinic = Clinic::with(Faults::only(Fault::DiscoveryWithoutS256)).await;

    let error = clinic.party.discover(Timestamp::now()).await.err().unwrap();

    assert!(
        matches!(
            error,
            IdentityError::Discovery(DiscoveryFault::PkceNotOffered)
        ),
        "{error}"
    );
    let asked: Vec<_> = clinic.idp.requests().iter().map(|r| r.endpoint).collect();
    assert_eq!(asked, [Endpoint::Discovery]);
}

#[tokio::test]
async fn every_request_has_a_challenge_of_its_own_and_never_a_plain_one() {
    let clinic = Clinic::with(Faults::none()).await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let mut challenges = std::collections::BTreeSet::new();
    for _ in 0..5 {
        let pending = clinic.request(&provider, &Demands::default()).await;
        let parameters = pending.unwrap().parameters;
        assert_eq!(parameters["code_challenge_method"], "S256");
        assert_eq!(parameters["code_challenge"].len(), 43);
        challenges.insert(parameters["code_challenge"].clone());
    }
    assert_eq!(challenges.len(), 5);
}

/// `at_hash` is optional in the code flow, so it cannot be what keeps a substituted access token from being believed.
#[tokio::test]
async fn an_access_token_of_somebody_else_says_nothing_about_the_person_of_the_id_token() {
    let clinic = Clinic::with(Faults::none()).await;
    let (provider, adams, now) = clinic.session_of(&ADAMS).await;
    let (_, baker, _) = clinic.session_of(&BAKER).await;

    let told = clinic
        .party
        .user_info(&provider, &baker.tokens.access(), &adams.id_token, now)
        .await;

    let error = told.err().expect("accepted");
    assert_eq!(error.refusal(), Some(Refusal::UserinfoSubjectMismatch));
}

/// Both are sound tokens of this provider for this app; only their authentications differ.
#[rstest]
#[case::id_token(Fault::NonceWrong, "nonce_mismatch")]
#[case::access_token(Fault::AtHashWrong, "at_hash_mismatch")]
#[case::of_somebody_else(Fault::SubjectOther, "subject_mismatch")]
#[tokio::test]
async fn a_substituted_token_is_refused_and_nothing_is_asked_with_it(
    #[case] fault: Fault,
    #[case] refusal: &str,
) {
    let clinic = Clinic::with(Faults::only(fault)).await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let expectations = Expectations {
        subject: Some(subject(clinic.idp.issuer(), &ADAMS)),
        ..strict()
    };

    let failed = clinic
        .authenticate_at(&mut provider, &ADAMS, &expectations)
        .await
        .unwrap_err();

    assert_eq!(failed.refusal(), Some(refusal));
    let asked = clinic.asked_after_the_token();
    assert!(asked.iter().all(|at| *at == Endpoint::Revocation));
    assert!(clinic.idp.active_tokens().is_empty());
}
