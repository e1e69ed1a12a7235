//! Who gets in, what a request may cost, and what a refusal looks like.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use clinic::issuer::Key;
use clinic::{ADAMS, CEREMONY, Clinic, SESSION, request};
use http::Request;
use jiff::SignedDuration;
use records::CallError;
use records::wire::{
    AmendmentPage, AuditBatch, ChallengeRequest, Decline, EVIDENCE_MEDIA_TYPE, ProblemKind,
    SecurityEvent, SecurityEventKind,
};
use rstest::rstest;
use secrecy::{ExposeSecret, SecretString};
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

#[rstest]
#[case::nothing(|request: &mut ChallengeRequest| request.amendments.clear(), ProblemKind::Malformed)]
#[case::one_twice(|request: &mut ChallengeRequest| request.amendments.push("hb-1".into()), ProblemKind::Malformed)]
#[case::too_many(|request: &mut ChallengeRequest| request.amendments = (0..11).map(|i| i.to_string()).collect(), ProblemKind::Malformed)]
#[case::unknown(|request: &mut ChallengeRequest| request.amendments[0] = "nowhere".into(), ProblemKind::NotFound)]
#[case::a_meaning_of_ones_own(|request: &mut ChallengeRequest| request.meaning.display = "I was here".into(), ProblemKind::Malformed)]
#[case::no_reason(|request: &mut ChallengeRequest| request.reason.text = " ".into(), ProblemKind::Malformed)]
#[case::a_long_reason(|request: &mut ChallengeRequest| request.reason.text = "x".repeat(1001), ProblemKind::Malformed)]
#[tokio::test]
async fn a_challenge_is_made_only_for_what_can_be_signed(
    #[case] fault: fn(&mut ChallengeRequest),
    #[case] kind: ProblemKind,
) {
    let clinic = Clinic::open().await;
    let mut asked = request(&["hb-1"]);
    fault(&mut asked);
    let token = clinic.token(ADAMS, SESSION);
    let request = Request::post(format!("{}v1/challenges", clinic.running.url()))
        .header("authorization", format!("Bearer {}", token.expose_secret()))
        .header("content-type", "application/json")
        .body(serde_json::to_vec(&asked).unwrap())
        .unwrap();

    assert_eq!(clinic.send(request).await.problem().kind, kind.urn());
}

#[tokio::test]
async fn a_challenge_lives_five_minutes_and_no_two_are_alike() {
    let clinic = Clinic::open().await;
    let one = clinic.challenge(&["hb-1"], ADAMS).await.unwrap();
    let other = clinic.challenge(&["hb-1"], ADAMS).await.unwrap();

    assert_eq!(
        one.expires_at.duration_since(one.issued_at),
        SignedDuration::from_secs(300)
    );
    assert_ne!(one.challenge, other.challenge);
    assert_eq!(one.challenge.len(), 43);
}

#[tokio::test]
async fn the_worklist_comes_in_pages_most_urgent_first() {
    let clinic = Clinic::open().await;
    let token = clinic.token(ADAMS, SESSION);
    let (mut seen, mut path) = (Vec::new(), "v1/amendments?state=pending&limit=4".to_owned());
    loop {
        let page: AmendmentPage =
            serde_json::from_value(clinic.get(&path, &token).await.json()).unwrap();
        assert_eq!(page.total, 6);
        seen.extend(page.amendments.into_iter().map(|amendment| amendment.id));
        match page.next {
            Some(next) => path = format!("v1/amendments?state=pending&limit=4&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["hb-1", "hb-2", "hb-3", "hb-4", "hb-5", "second-1"]);
    let all = clinic.client.list_all(&token).await.unwrap();
    let first = all[0].changed.first.as_ref().unwrap();
    assert_eq!(
        (
            first.label.as_str(),
            first.after.as_deref(),
            first.unit.as_deref()
        ),
        ("field-value", Some("12.70"), Some("g/dL"))
    );
}

#[rstest]
#[case("limit=0")]
#[case("limit=101")]
#[case("cursor=nonsense")]
#[case("state=unheard-of")]
#[case("page=2")]
#[tokio::test]
async fn a_page_that_makes_no_sense_is_malformed(#[case] query: &str) {
    let clinic = Clinic::open().await;

    let answer = clinic
        .get(
            &format!("v1/amendments?{query}"),
            &clinic.token(ADAMS, SESSION),
        )
        .await;

    assert_eq!(answer.problem().kind, ProblemKind::Malformed.urn());
}

#[tokio::test]
async fn an_amendment_has_its_octets_and_its_entity_tag() {
    let clinic = Clinic::open().await;

    let answer = clinic
        .get("v1/amendments/hb-1", &clinic.token(ADAMS, SESSION))
        .await;

    assert_eq!(answer.header("etag"), answer.json()["etag"].as_str());
    let amendment = clinic.amendment("hb-1", ADAMS).await;
    assert_eq!(
        amendment.base.as_slice(),
        clinic::observation("hb-1", "21.70")
    );
    assert_eq!(
        amendment.proposed.as_slice(),
        clinic::observation("hb-1", "12.70")
    );
}

#[tokio::test]
async fn a_declined_amendment_is_no_longer_pending() {
    let clinic = Clinic::open().await;
    let token = clinic.token(ADAMS, SESSION);
    let decline = Decline {
        reason: "The first value was right.".into(),
    };

    clinic
        .client
        .decline("hb-1", &decline, &token)
        .await
        .unwrap();

    assert!(matches!(
        clinic.client.decline("hb-1", &decline, &token).await,
        Err(CallError::NotPending)
    ));
    assert!(matches!(
        clinic.challenge(&["hb-1"], ADAMS).await,
        Err(CallError::NotPending)
    ));
    assert_eq!(clinic.client.list_all(&token).await.unwrap().len(), 5);
}

#[tokio::test]
async fn shipped_lines_are_kept_once_and_as_they_are() {
    let clinic = Clinic::open().await;
    let token = clinic.token(ADAMS, SESSION);
    let entries = vec!["{\"seq\":1}".to_owned(), "{ \"seq\": 2 }".to_owned()];
    let batch = AuditBatch {
        device: "ward-3-pc-2".into(),
        entries,
    };
    for _ in 0..2 {
        assert_eq!(
            clinic
                .client
                .ship_audit(&batch, &token)
                .await
                .unwrap()
                .accepted,
            2
        );
    }

    let database = rusqlite::Connection::open(clinic.database()).unwrap();
    let mut query = database
        .prepare("SELECT line FROM shipped ORDER BY rowid")
        .unwrap();
    let lines: Vec<String> = query
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(lines, batch.entries);
}

#[tokio::test]
async fn a_security_event_is_kept_with_whose_session_it_was() {
    let clinic = Clinic::open().await;
    let event = SecurityEvent {
        kind: SecurityEventKind::SigningLocked,
        reference: "7F3K-2QX9".into(),
        at: gateway::Clock::now(&*clinic.clock),
        device: "ward-3-pc-2".into(),
        count: 3,
    };

    clinic
        .client
        .security_event(&event, &clinic.token(ADAMS, SESSION))
        .await
        .unwrap();

    let kept = clinic.store().security_events().unwrap();
    assert_eq!(
        (kept[0].kind.as_str(), kept[0].count),
        ("signing-locked", 3)
    );
}

#[tokio::test]
async fn keys_and_capabilities_are_public() {
    let clinic = Clinic::open().await;
    clinic.challenge(&["hb-1"], ADAMS).await.unwrap();
    let nobody = SecretString::from("");
    let issuer = clinic.issuer.iss.replace(':', "%3A").replace('/', "%2F");

    let receipts = clinic.get("v1/receipts/keys", &nobody).await.json();
    let issuers = clinic
        .get(&format!("v1/issuers/{issuer}/keys"), &nobody)
        .await
        .json();
    let capabilities = clinic.get("v1/capabilities", &nobody).await.json();

    assert_eq!(receipts["keys"][0]["alg"], "ES256");
    assert_eq!(issuers["keys"][0]["kid"], "key-1");
    assert!(issuers["keys"][0]["first_seen"].is_string());
    assert_eq!(
        capabilities["issuers"][0]["issuer"],
        json!(clinic.issuer.iss)
    );
    assert_eq!(
        clinic
            .get("v1/issuers/unknown/keys", &nobody)
            .await
            .status(),
        404
    );
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
