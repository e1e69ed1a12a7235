//! Every step of verification refuses under its own name, and a refusal leaves nothing but its trace in the trail.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::sync::Arc;

use clinic::draft::{Draft, shift};
use clinic::issuer::Key;
use clinic::{ADAMS, BAKER, CEREMONY, Clinic};
use evidence::Subject;
use gateway::Authority;
use jiff::SignedDuration;
use records::CallError;
use records::fields::Kind;
use records::wire::Meaning;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::foreign_issuer(|d: &mut Draft| { d.claims.insert("iss".into(), json!("https://id.example")); d.statement.signer.iss = "https://id.example".into(); d.configuration = br#"{"issuer":"https://id.example"}"#.to_vec() }, 422, "issuer", "issuer_untrusted")]
#[case::another_issuer_in_the_token(|d: &mut Draft| { d.claims.insert("iss".into(), json!("https://id.example")); }, 422, "issuer", "issuer_mismatch")]
#[case::another_key(|d: &mut Draft| { d.key = Arc::new(Key::new("key-1")) }, 422, "id_token", "signature_invalid")]
#[case::unknown_key(|d: &mut Draft| { d.id_token_header["kid"] = json!("key-9") }, 422, "id_token", "key_not_found")]
#[case::no_signature(|d: &mut Draft| { d.id_token_header["alg"] = json!("none") }, 422, "id_token", "algorithm_not_allowed")]
#[case::critical_header(|d: &mut Draft| { d.id_token_header["crit"] = json!(["b64"]) }, 422, "id_token", "header_unsupported")]
#[case::another_audience(|d: &mut Draft| { d.claims.insert("aud".into(), json!("portal")); }, 422, "audience", "audience_mismatch")]
#[case::one_more_audience(|d: &mut Draft| { d.claims.insert("aud".into(), json!([clinic::CLIENT, "portal"])); }, 422, "audience", "audience_untrusted")]
#[case::another_party(|d: &mut Draft| { d.claims.insert("azp".into(), json!("portal")); }, 422, "audience", "azp_mismatch")]
#[case::issued_tomorrow(|d: &mut Draft| { shift(d, "iat", 86_400); shift(d, "exp", 86_400) }, 422, "time", "issued_in_future")]
#[case::not_valid_yet(|d: &mut Draft| { let iat = d.claims["iat"].as_i64().unwrap(); d.claims.insert("nbf".into(), json!(iat + 600)); }, 422, "time", "not_yet_valid")]
#[case::never_expires(|d: &mut Draft| { d.claims.remove("exp"); }, 422, "time", "time_missing")]
#[case::no_auth_time(|d: &mut Draft| { d.claims.remove("auth_time"); }, 422, "freshness", "auth_time_missing")]
#[case::authenticated_this_morning(|d: &mut Draft| shift(d, "auth_time", -18_000), 409, "freshness", "auth_time_stale")]
#[case::authenticated_tomorrow(|d: &mut Draft| shift(d, "auth_time", 86_400), 422, "freshness", "auth_time_future")]
#[case::somebody_else(|d: &mut Draft| { d.claims.insert("sub".into(), json!(BAKER)); }, 422, "signer", "subject_mismatch")]
#[case::on_behalf(|d: &mut Draft| { d.claims.insert("act".into(), json!({ "sub": BAKER })); }, 422, "signer", "delegated")]
#[case::other_octets(|d: &mut Draft| d.statement.amendments[0].proposed_sha256 = "0".repeat(64), 422, "record", "record_digest_mismatch")]
#[case::another_record(|d: &mut Draft| d.statement.amendments[0].record.id = "obs-hb-2".into(), 422, "record", "record_unknown")]
#[case::another_amendment(|d: &mut Draft| d.statement.amendments[0].id = "nowhere".into(), 422, "record", "record_unknown")]
#[case::unknown_challenge(|d: &mut Draft| d.statement.challenge = "guessed".into(), 409, "challenge", "challenge_unknown")]
#[case::another_meaning(|d: &mut Draft| d.statement.meaning.code = "1.2.840.10065.1.12.1.5".into(), 409, "challenge", "challenge_unknown")]
#[case::another_meaning_in_words(|d: &mut Draft| d.statement.meaning.display = "Review Signature".into(), 409, "challenge", "challenge_unknown")]
#[case::another_reason(|d: &mut Draft| d.statement.reason.text = "Because".into(), 409, "challenge", "challenge_unknown")]
#[tokio::test]
async fn evidence_with_a_fault_is_refused_at_its_step(
    #[case] fault: fn(&mut Draft),
    #[case] status: u16,
    #[case] step: &str,
    #[case] reason: &str,
) {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await.with(fault);

    let answer = clinic.hand_in(&draft).await;

    answer.refused(status, step, reason);
    assert_eq!(clinic.kept(), (0, 0, 0, 0));
    let trail = clinic.store().audit(1).unwrap();
    let last = trail
        .iter()
        .rfind(|line| line.event == "signature-refused")
        .unwrap();
    assert_eq!(
        (
            last.event.as_str(),
            &last.detail["step"],
            &last.detail["reason"]
        ),
        ("signature-refused", &json!(step), &json!(reason))
    );
}

#[rstest]
#[case::not_canonical(|text: String| text + " ", "parse", "not_canonical")]
#[case::not_json(|text: String| text.replacen('{', "", 1), "parse", "not_json")]
#[case::another_statement(|text: String| text.replace("ward-3-pc-2", "ward-3-pc-3"), "commitment", "statement_mismatch")]
#[case::another_key_set(|text: String| text.replace("\"fetched_at\":\"2026", "\"fetched_at\":\"2025"), "holder", "seal_invalid")]
#[tokio::test]
async fn evidence_that_was_altered_is_refused(
    #[case] alter: fn(String) -> String,
    #[case] step: &str,
    #[case] reason: &str,
) {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    let octets = alter(String::from_utf8(draft.seal(&clinic.issuer)).unwrap()).into_bytes();

    let answer = clinic.submit(&draft, octets, "key-1").await;

    answer.refused(422, step, reason);
    assert_eq!(clinic.kept(), (0, 0, 0, 0));
}

#[tokio::test]
async fn somebody_elses_authentication_is_a_security_event() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await.with(|d| {
        d.claims.insert("sub".into(), json!(BAKER));
    });

    clinic.hand_in(&draft).await;

    let events = clinic.store().security_events().unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].kind, "signer-mismatch");
    assert!(events[0].reported_by.as_deref().unwrap().contains(ADAMS));
}

#[tokio::test]
async fn a_token_of_somebody_else_does_not_deliver_this_signature() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;

    let token = clinic.token(BAKER, CEREMONY);
    let answer = clinic
        .deliver(draft.seal(&clinic.issuer), &draft.etags[0], "key-1", &token)
        .await;

    answer.refused(422, "signer", "subject_mismatch");
}

#[tokio::test]
async fn a_challenge_of_somebody_else_is_refused() {
    let clinic = Clinic::open().await;
    let bakers = clinic.challenge(&["hb-1"], BAKER).await.unwrap();
    let draft = clinic
        .draft("hb-1", ADAMS)
        .await
        .with(|d| d.statement.challenge = bakers.challenge);

    let answer = clinic.hand_in(&draft).await;

    answer.refused(422, "signer", "subject_mismatch");
}

#[tokio::test]
async fn a_challenge_for_another_amendment_is_refused() {
    let clinic = Clinic::open().await;
    let other = clinic.challenge(&["hb-2"], ADAMS).await.unwrap();
    let draft = clinic
        .draft("hb-1", ADAMS)
        .await
        .with(|d| d.statement.challenge = other.challenge);

    let answer = clinic.hand_in(&draft).await;

    answer.refused(409, "challenge", "challenge_unknown");
}

#[tokio::test]
async fn an_authentication_after_the_challenge_expired_is_refused() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await.with(|d| {
        for claim in ["auth_time", "iat", "exp"] {
            shift(d, claim, 400);
        }
    });
    clinic.clock.forward(SignedDuration::from_secs(410));

    let answer = clinic.hand_in(&draft).await;

    answer.refused(409, "freshness", "auth_time_late");
}

#[tokio::test]
async fn evidence_that_comes_after_the_grace_is_expired() {
    let clinic = Clinic::open_with(|config| config.delivery_grace_s = 3600).await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    clinic.clock.forward(SignedDuration::from_hours(2));

    let answer = clinic.hand_in(&draft).await;

    answer.refused(422, "time", "expired");
}

#[tokio::test]
async fn a_one_time_key_signs_one_time() {
    let clinic = Clinic::open().await;
    let with_key = |d: &mut Draft| d.one_time = Some([42; 32]);
    let first = clinic.draft("hb-1", ADAMS).await.with(with_key);
    let second = clinic.draft("hb-2", ADAMS).await.with(with_key);
    clinic.hand_in(&first).await.accepted();

    let answer = clinic.hand_in(&second).await;

    answer.refused(409, "challenge", "commitment_reused");
}

#[tokio::test]
async fn a_clock_that_fell_behind_the_receipts_attests_no_time() {
    let clinic = Clinic::open().await;
    clinic.sign("hb-1", ADAMS).await;

    clinic.clock.forward(SignedDuration::from_secs(-600));
    let draft = clinic.draft("hb-2", ADAMS).await;
    let answer = clinic.hand_in(&draft).await;

    let problem = answer.problem();
    assert_eq!(
        (problem.status, problem.kind.as_str()),
        (503, "urn:countersign:problem:clock")
    );
    assert_eq!(clinic.kept().0, 1);
}

#[tokio::test]
async fn authority_is_asked_at_the_challenge_and_again_at_the_commit() {
    struct Once(std::sync::atomic::AtomicBool);
    impl Authority for Once {
        fn may_sign(&self, _: &Subject, _: Kind, _: &Meaning) -> bool {
            self.0.swap(false, std::sync::atomic::Ordering::SeqCst)
        }
    }
    let clinic = Clinic::open_with(|config| config.authority = Arc::new(Once(true.into()))).await;
    let draft = clinic.draft("hb-1", ADAMS).await;

    let answer = clinic.hand_in(&draft).await;

    answer.refused(403, "authority", "not_authorized");
    assert!(matches!(
        clinic.challenge(&["hb-1"], ADAMS).await,
        Err(CallError::Forbidden)
    ));
}
