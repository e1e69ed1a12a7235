//! The worklist, challenges and reports, as the contract says them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use clinic::{ADAMS, BAKER, Clinic, SESSION, request};
use http::Request;
use jiff::SignedDuration;
use records::wire::{
    AmendmentPage, ChallengeRequest, Decline, MAX_REASON_CHARS, ProblemKind, SecurityEvent,
    SecurityEventKind, is_reason_text,
};
use records::{Access, CallError};
use rstest::rstest;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

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

    let etag = clinic.amendment("hb-1", ADAMS).await.etag;

    clinic
        .client
        .decline("hb-1", &etag, &decline, &token)
        .await
        .unwrap();

    assert!(matches!(
        clinic.client.decline("hb-1", &etag, &decline, &token).await,
        Err(CallError::NotPending)
    ));
    assert!(matches!(
        clinic.challenge(&["hb-1"], ADAMS).await,
        Err(CallError::NotPending)
    ));
    assert_eq!(clinic.client.list_all(&token).await.unwrap().len(), 5);
}

#[rstest]
#[case::words("Wrong unit.\nSee the report: 13·8 g/dl".to_owned(), true)]
#[case::just_short_enough("ä".repeat(MAX_REASON_CHARS), true)]
#[case::too_long("a".repeat(MAX_REASON_CHARS + 1), false)]
#[case::nothing_but_spaces(" \n".to_owned(), false)]
#[case::a_control_character("bell\u{7}".to_owned(), false)]
#[tokio::test]
async fn a_reason_is_held_to_the_rule_that_the_client_asks_before(
    #[case] text: String,
    #[case] taken: bool,
) {
    let clinic = Clinic::open().await;
    let mut request = clinic::request(&["hb-1"]);
    request.reason.text.clone_from(&text);
    let token = clinic.token(ADAMS, SESSION);

    assert_eq!(is_reason_text(&text), taken);
    assert_eq!(
        clinic.client.challenge(&request, &token).await.is_ok(),
        taken
    );
    let etag = clinic.amendment("hb-1", ADAMS).await.etag;
    let decline = Decline { reason: text };
    let declined = clinic.client.decline("hb-1", &etag, &decline, &token).await;
    assert_eq!(declined.is_ok(), taken);
}

#[tokio::test]
async fn who_reports_a_security_event_is_kept_apart_from_whom_it_is_about() {
    let clinic = Clinic::open().await;
    let event = SecurityEvent {
        kind: SecurityEventKind::SigningLocked,
        reference: "7F3K-2QX9".into(),
        at: gateway::Clock::now(&*clinic.clock) - SignedDuration::from_hours(1),
        device: "ward-3-pc-2".into(),
        count: 3,
        about: Some(clinic.subject(ADAMS).into()),
    };

    // B. Baker is the next one at the shared device.
    let token = clinic.token(BAKER, SESSION);
    clinic.client.security_event(&event, &token).await.unwrap();

    let kept = clinic.store().security_events().unwrap();
    assert_eq!(
        (kept[0].kind.as_str(), kept[0].count),
        ("signing-locked", 3)
    );
    let (by, about) = (kept[0].reported_by.as_deref(), kept[0].about.as_deref());
    assert!(by.unwrap().contains(BAKER) && !by.unwrap().contains(ADAMS));
    assert!(about.unwrap().contains(ADAMS));
    assert!(Some(kept[0].at.as_str()) < kept[0].received_at.as_deref());
    let trail = clinic.store().audit(1).unwrap();
    let line = trail
        .iter()
        .find(|line| line.event == "security-event")
        .unwrap();
    assert!(line.actor.as_deref().unwrap().contains(BAKER));
    assert_eq!(line.detail["claimed_about"]["claims"]["sub"], ADAMS);
}

#[rstest]
#[case::of_an_earlier_version_that_named_nobody(json!({}), 202)]
#[case::about_somebody(json!({ "about": { "iss": "https://id.clinic.example", "claims": { "sub": "adams-7d1" } } }), 202)]
#[case::about_nobody(json!({ "about": { "iss": "https://id.clinic.example", "claims": {} } }), 400)]
#[case::about_nobodys_issuer(json!({ "about": { "iss": "", "claims": { "sub": "adams-7d1" } } }), 400)]
#[case::with_what_cannot_be_read(json!({ "about": { "iss": "https://id.clinic.example", "claims": { "sub": "a\u{7}" } } }), 400)]
#[case::with_more_than_names_somebody(json!({ "about": { "iss": "https://id.clinic.example", "claims": { "sub": "adams-7d1" }, "name": "A. Adams" } }), 400)]
#[tokio::test]
async fn a_security_event_names_somebody_or_nobody(#[case] about: Value, #[case] status: u16) {
    let clinic = Clinic::open().await;
    let mut event = json!({
        "kind": "failed-sign-ins",
        "reference": "7F3K-2QX9",
        "at": "2026-11-24T13:32:08Z",
        "device": "ward-3-pc-2",
        "count": 5,
    });
    let members = event.as_object_mut().unwrap();
    members.extend(about.as_object().unwrap().clone());
    let named = members.contains_key("about");
    let token = clinic.token(BAKER, SESSION);
    let request = Request::post(format!("{}v1/security-events", clinic.running.url()))
        .header("authorization", format!("Bearer {}", token.expose_secret()))
        .header("content-type", "application/json")
        .body(serde_json::to_vec(&event).unwrap())
        .unwrap();

    let answer = clinic.send(request).await;

    assert_eq!(answer.status(), status);
    let kept = clinic.store().security_events().unwrap();
    assert_eq!(kept.len(), usize::from(status == 202));
    assert!(kept.iter().all(|one| one.about.is_some() == named));
}

#[tokio::test]
async fn keys_and_capabilities_are_public() {
    let clinic = Clinic::open().await;
    clinic.challenge(&["hb-1"], ADAMS).await.unwrap();
    let nobody = Access::from(String::new());
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
