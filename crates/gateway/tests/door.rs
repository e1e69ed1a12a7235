//! Who gets in, what a request may cost, and what a refusal looks like.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use clinic::issuer::Key;
use clinic::{ADAMS, CEREMONY, Clinic, SESSION};
use http::Request;
use records::wire::{EVIDENCE_MEDIA_TYPE, ProblemKind};
use rstest::rstest;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

type Claims = Map<String, Value>;

#[rstest]
#[case::an_id_token(|header: &mut Value, _: &mut Claims| header["typ"] = json!("JWT"))]
#[case::no_type(|header: &mut Value, _: &mut Claims| { header.as_object_mut().unwrap().remove("typ"); })]
#[case::another_algorithm(|header: &mut Value, _: &mut Claims| header["alg"] = json!("HS256"))]
#[case::no_algorithm(|header: &mut Value, _: &mut Claims| header["alg"] = json!("none"))]
#[case::an_unknown_key(|header: &mut Value, _: &mut Claims| header["kid"] = json!("key-9"))]
#[case::another_issuer(|_: &mut Value, claims: &mut Claims| { claims.insert("iss".into(), json!("https://id.example")); })]
#[case::another_audience(|_: &mut Value, claims: &mut Claims| { claims.insert("aud".into(), json!("urn:portal")); })]
#[case::no_audience(|_: &mut Value, claims: &mut Claims| { claims.remove("aud"); })]
#[case::another_client(|_: &mut Value, claims: &mut Claims| { claims.insert("client_id".into(), json!("portal")); })]
#[case::expired(|_: &mut Value, claims: &mut Claims| shift(claims, "exp", -400))]
#[case::never_expires(|_: &mut Value, claims: &mut Claims| { claims.remove("exp"); })]
#[case::issued_in_future(|_: &mut Value, claims: &mut Claims| shift(claims, "iat", 200))]
#[case::nobody(|_: &mut Value, claims: &mut Claims| { claims.insert("sub".into(), json!("")); })]
#[case::on_behalf(|_: &mut Value, claims: &mut Claims| { claims.insert("act".into(), json!({ "sub": "x" })); })]
#[case::bound_to_a_key(|_: &mut Value, claims: &mut Claims| { claims.insert("cnf".into(), json!({ "jkt": "x" })); })]
#[tokio::test]
async fn an_access_token_with_a_fault_does_not_open_the_door(
    #[case] fault: fn(&mut Value, &mut Claims),
) {
    let clinic = Clinic::open().await;
    let key = clinic.issuer.key();
    let mut header = key.header("at+jwt");
    let mut claims =
        clinic
            .issuer
            .access_claims(ADAMS, SESSION, gateway::Clock::now(&*clinic.clock));
    fault(&mut header, &mut claims);

    let answer = clinic
        .get("v1/amendments", &key.sign(&header, &claims).into())
        .await;

    assert_eq!(answer.problem().kind, ProblemKind::Unauthorised.urn());
    assert_eq!(
        answer.header("www-authenticate"),
        Some("Bearer error=\"invalid_token\"")
    );
}

#[tokio::test]
async fn a_token_signed_by_somebody_else_does_not_open_the_door() {
    let clinic = Clinic::open().await;
    let forger = Key::new("key-1");
    let claims = clinic
        .issuer
        .access_claims(ADAMS, SESSION, gateway::Clock::now(&*clinic.clock));

    let answer = clinic
        .get(
            "v1/amendments",
            &forger.sign(&forger.header("at+jwt"), &claims).into(),
        )
        .await;

    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn without_a_token_the_door_only_says_that_one_is_needed() {
    let clinic = Clinic::open().await;

    let url = format!("{}v1/amendments", clinic.running.url());
    let answer = clinic
        .send(Request::get(url).body(Vec::new()).unwrap())
        .await;

    assert_eq!(answer.problem().kind, ProblemKind::Unauthorised.urn());
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

#[tokio::test]
async fn bad_tokens_do_not_become_fetches_at_the_provider() {
    let clinic = Clinic::open().await;
    let key = clinic.issuer.key();
    let claims = clinic
        .issuer
        .access_claims(ADAMS, SESSION, gateway::Clock::now(&*clinic.clock));
    for i in 0..20 {
        let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": format!("no-{i}") });
        assert_eq!(
            clinic
                .get("v1/amendments", &key.sign(&header, &claims).into())
                .await
                .status(),
            401
        );
    }
    assert_eq!(clinic.issuer.fetches(), 1);
}

#[rstest]
#[case("openid", false, false)]
#[case(CEREMONY, false, true)]
#[case(SESSION, true, true)]
#[tokio::test]
async fn each_scope_opens_its_own_door(
    #[case] scope: &str,
    #[case] reads: bool,
    #[case] delivers: bool,
) {
    let clinic = Clinic::open().await;
    let token = clinic.token(ADAMS, scope);

    let read = clinic.get("v1/amendments", &token).await;
    let delivered = clinic
        .get("v1/signatures?idempotency_key=none", &token)
        .await;

    assert_eq!(read.status() == 200, reads);
    assert_eq!(delivered.status() == 404, delivers);
    if !reads {
        assert_eq!(read.problem().kind, ProblemKind::InsufficientScope.urn());
        assert_eq!(
            read.header("www-authenticate"),
            Some("Bearer error=\"insufficient_scope\"")
        );
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let clinic = Clinic::open().await;

    let body = vec![b' '; 1024 * 1024 + 1];
    let answer = clinic
        .deliver(body, "\"x\"", "key-1", &clinic.token(ADAMS, CEREMONY))
        .await;

    assert_eq!(answer.problem().kind, ProblemKind::TooLarge.urn());
}

#[rstest]
#[case::no_etag("if-match", "")]
#[case::any_version("if-match", "*")]
#[case::a_weak_tag("if-match", "W/\"abc\"")]
#[case::no_key("idempotency-key", "")]
#[case::a_key_with_a_space("idempotency-key", "a b")]
#[tokio::test]
async fn a_submission_needs_its_conditions(#[case] name: &str, #[case] value: &str) {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    let (tag, key) = if name == "if-match" {
        (value, "key-1")
    } else {
        (draft.etags[0].as_str(), value)
    };

    let answer = clinic
        .deliver(
            draft.seal(&clinic.issuer),
            tag,
            key,
            &clinic.token(ADAMS, CEREMONY),
        )
        .await;

    assert_eq!(
        answer.problem().kind,
        ProblemKind::PreconditionRequired.urn()
    );
    assert_eq!(clinic.kept(), (0, 0, 0, 0));
}

#[rstest]
#[case("v1/signatures", "application/json", ProblemKind::UnsupportedMediaType)]
#[case(
    "v1/challenges",
    EVIDENCE_MEDIA_TYPE,
    ProblemKind::UnsupportedMediaType
)]
#[case("v1/challenges", "application/json", ProblemKind::Malformed)]
#[case("v1/amendments", "application/json", ProblemKind::MethodNotAllowed)]
#[case("v2/anything", "application/json", ProblemKind::NotFound)]
#[tokio::test]
async fn every_refusal_is_a_problem(
    #[case] path: &str,
    #[case] media_type: &str,
    #[case] kind: ProblemKind,
) {
    let clinic = Clinic::open().await;
    let token = clinic.token(ADAMS, "records:read records:sign");
    let request = Request::post(format!("{}{path}", clinic.running.url()))
        .header("authorization", format!("Bearer {}", token.expose_secret()))
        .header("content-type", media_type)
        .body(b"{}".to_vec())
        .unwrap();

    let answer = clinic.send(request).await;

    let problem = answer.problem();
    assert_eq!(
        (
            problem.kind.as_str(),
            problem.status,
            problem.title.as_str()
        ),
        (kind.urn(), kind.status(), kind.title())
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[cfg(unix)]
#[tokio::test]
async fn records_and_receipt_key_are_for_the_service_alone() {
    use std::os::unix::fs::PermissionsExt;
    let clinic = Clinic::open().await;
    for file in std::fs::read_dir(clinic.folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{file:?}"
        );
    }
    let path = clinic.folder.path().join("receipts.p8");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let place = gateway::StorePlace::Open(clinic.store().clone());
    let issuers = vec![gateway::Issuer::new(&clinic.issuer.iss, clinic::CLIENT)];
    let mut config = gateway::Config::new(([127, 0, 0, 1], 0).into(), place, path, issuers);
    config.development_http = true;

    assert!(gateway::serve(config).await.is_err());
}

fn shift(claims: &mut Claims, claim: &str, seconds: i64) {
    let value = claims[claim].as_i64().unwrap() + seconds;
    claims.insert(claim.to_owned(), json!(value));
}
