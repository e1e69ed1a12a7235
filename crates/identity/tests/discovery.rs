//! Configurations and key sets that must not be relied on.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{client, redirect_uri, transport};
use identity::{Client, Demands, DiscoveryFault, IdentityError, Provider, RelyingParty};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::{Value, json};
use transport::TransportError;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

const WELL_KNOWN: &str = "/.well-known/openid-configuration";

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

/// Discovers a provider whose configuration and key set are what the test makes of them.
async fn discover(
    change: impl FnOnce(&mut Value),
    keys: ResponseTemplate,
) -> Result<Provider, IdentityError> {
    let server = MockServer::start().await;
    let mut configuration = configuration(&server.uri());
    change(&mut configuration);
    serve(
        &server,
        WELL_KNOWN,
        ResponseTemplate::new(200).set_body_json(configuration),
    )
    .await;
    serve(&server, "/jwks", keys).await;
    RelyingParty::new(client(&server.uri()), transport())
        .discover(Timestamp::now())
        .await
}

async fn serve(server: &MockServer, at: &str, answer: ResponseTemplate) {
    Mock::given(path(at))
        .respond_with(answer)
        .mount(server)
        .await;
}

fn no_keys() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "keys": [] }))
}

fn fault(result: Result<Provider, IdentityError>) -> DiscoveryFault {
    match result {
        Err(IdentityError::Discovery(fault)) => fault,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("accepted"),
    }
}

#[tokio::test]
async fn a_sound_configuration_is_accepted() {
    let provider = discover(|_| {}, no_keys()).await.unwrap();
    assert!(provider.pushed_endpoint().is_none());
    assert!(provider.end_session_url(None, "countersign").is_none());
    assert!(!provider.answers_with_issuer());
}

#[rstest]
#[case::slash("/")]
#[case::path("/realm")]
#[tokio::test]
async fn another_issuer_is_refused(#[case] suffix: &str) {
    let result = discover(
        |configuration| {
            let issuer = configuration["issuer"].as_str().unwrap().to_owned() + suffix;
            configuration["issuer"] = json!(issuer);
        },
        no_keys(),
    )
    .await;
    assert_eq!(fault(result), DiscoveryFault::IssuerMismatch);
}

#[rstest]
#[case("authorization_endpoint")]
#[case("token_endpoint")]
#[case("jwks_uri")]
#[case("userinfo_endpoint")]
#[case("pushed_authorization_request_endpoint")]
#[case("revocation_endpoint")]
#[case("end_session_endpoint")]
#[tokio::test]
async fn an_endpoint_that_is_not_https_is_refused(#[case] endpoint: &'static str) {
    for address in [
        "http://idp.example.test/x",
        "http://localhost/x",
        "ftp://127.0.0.1/x",
    ] {
        let result = discover(|c| c[endpoint] = json!(address), no_keys()).await;
        assert_eq!(fault(result), DiscoveryFault::EndpointNotHttps { endpoint });
    }
}

#[rstest]
#[case::silent(json!({}))]
#[case::another_method(json!({ "code_challenge_methods_supported": ["plain"] }))]
#[tokio::test]
async fn a_provider_that_is_silent_about_s256_is_accepted_by_policy_and_sent_it_all_the_same(
    #[case] methods: Value,
) {
    let server = MockServer::start().await;
    let mut configuration = configuration(&server.uri());
    let members = configuration.as_object_mut().unwrap();
    members.remove("code_challenge_methods_supported");
    members.extend(methods.as_object().unwrap().clone());
    let found = ResponseTemplate::new(200).set_body_json(configuration);
    serve(&server, WELL_KNOWN, found).await;
    serve(&server, "/jwks", no_keys()).await;
    let lenient = Client {
        require_s256: false,
        ..client(&server.uri())
    };
    let party = RelyingParty::new(lenient, transport());

    let now = Timestamp::now();
    let provider = party.discover(now).await.unwrap();
    let pending = party
        .request(&provider, &Demands::default(), &redirect_uri(), now)
        .await
        .unwrap();

    assert_eq!(pending.parameters["code_challenge_method"], "S256");
    assert_eq!(pending.parameters["code_challenge"].len(), 43);
}

#[rstest]
#[case("code_challenge_methods_supported", json!(["plain"]), DiscoveryFault::PkceNotOffered)]
#[case("code_challenge_methods_supported", json!([]), DiscoveryFault::PkceNotOffered)]
#[case("response_types_supported", json!(["id_token"]), DiscoveryFault::CodeFlowNotOffered)]
#[case("id_token_signing_alg_values_supported", json!(["HS256", "none"]), DiscoveryFault::NoCommonAlgorithm)]
#[tokio::test]
async fn a_provider_that_cannot_do_what_we_need_is_refused(
    #[case] member: &str,
    #[case] value: Value,
    #[case] expected: DiscoveryFault,
) {
    let result = discover(|c| c[member] = value, no_keys()).await;
    assert_eq!(fault(result), expected);
}

#[tokio::test]
async fn a_configuration_without_a_token_endpoint_is_refused() {
    let result = discover(
        |c| {
            c.as_object_mut().unwrap().remove("token_endpoint");
        },
        no_keys(),
    )
    .await;
    let endpoint = "token_endpoint";
    assert_eq!(fault(result), DiscoveryFault::EndpointMissing { endpoint });
}

#[tokio::test]
async fn a_key_set_of_thousands_is_refused() {
    let keys: Vec<_> = (0..10_000).map(|n| json!({ "kid": n })).collect();
    let result = discover(
        |_| {},
        ResponseTemplate::new(200).set_body_json(json!({ "keys": keys })),
    )
    .await;
    assert_eq!(fault(result), DiscoveryFault::TooManyKeys { limit: 100 });
}

#[rstest]
#[case::html(ResponseTemplate::new(200).set_body_raw("<html>", "text/html"))]
#[case::json_that_says_html(ResponseTemplate::new(200).set_body_raw("{\"keys\":[]}", "text/html"))]
#[case::no_object(ResponseTemplate::new(200).set_body_json(json!([])))]
#[case::no_keys(ResponseTemplate::new(200).set_body_json(json!({})))]
#[tokio::test]
async fn a_key_set_that_is_none_is_refused(#[case] answer: ResponseTemplate) {
    let result = discover(|_| {}, answer).await;
    assert_eq!(
        fault(result),
        DiscoveryFault::Unreadable { document: "jwks" }
    );
}

#[tokio::test]
async fn a_key_set_that_is_redirected_is_refused() {
    let answer = ResponseTemplate::new(302).insert_header("location", "/other");
    let error = discover(|_| {}, answer).await.err().unwrap();
    let redirected = matches!(
        error,
        IdentityError::Transport(TransportError::Redirected { status: 302, .. })
    );
    assert!(redirected, "{error}");
}

#[rstest]
#[case("http://idp.example.test")]
#[case("https://idp.example.test/?tenant=1")]
#[case("https://idp.example.test/#x")]
#[case("not an address")]
#[case("https://user:secret@idp.example.test")]
#[tokio::test]
async fn an_issuer_that_is_no_plain_https_address_is_refused_unvisited(#[case] issuer: &str) {
    let party = RelyingParty::new(client(issuer), transport());
    let result = party.discover(Timestamp::now()).await;
    assert_eq!(fault(result), DiscoveryFault::IssuerNotHttps);
}

#[tokio::test]
async fn the_well_known_address_follows_the_path_of_the_issuer() {
    let server = MockServer::start().await;
    let issuer = format!("{}/realms/clinic", server.uri());
    let answer = ResponseTemplate::new(200).set_body_json(configuration(&issuer));
    serve(&server, &format!("/realms/clinic{WELL_KNOWN}"), answer).await;
    serve(&server, "/realms/clinic/jwks", no_keys()).await;
    let party = RelyingParty::new(client(&issuer), transport());
    assert!(party.discover(Timestamp::now()).await.is_ok());
}

#[tokio::test]
async fn an_error_page_never_shows_up_in_an_error_text() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(500).set_body_raw("SECRET", "text/plain");
    serve(&server, WELL_KNOWN, answer).await;
    let party = RelyingParty::new(client(&server.uri()), transport());
    let error = party.discover(Timestamp::now()).await.err().unwrap();
    assert!(!format!("{error} {error:?}").contains("SECRET"));
}
