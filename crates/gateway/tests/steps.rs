//! One refusal for each of the fourteen steps, over real HTTP: the problem, the trail, and that nothing else happened.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clinic::draft::{Draft, shift};
use clinic::issuer::Key;
use clinic::{ADAMS, BAKER, Clinic, observation};
use evidence::{Reason, Step, Subject};
use gateway::Authority;
use records::fields::Kind;
use records::wire::{Meaning, ProblemKind};
use rstest::rstest;
use serde_json::json;

/// How a step is made to fail.
#[derive(Clone, Copy)]
enum Provocation {
    /// By what the client and the provider put into the evidence before it is sealed.
    Draft(Fault),
    /// By changing the sealed octets.
    Octets(fn(String) -> String),
    /// By what happened at the gateway between challenge and submission.
    Gateway(fn(&Clinic, &Switch)),
}
use Provocation as By;

type Fault = fn(&mut Draft);

/// Permits until it is turned.
struct Switch(AtomicBool);

impl Authority for Switch {
    fn may_sign(&self, _: &Subject, _: Kind, _: &Meaning) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[rstest]
#[case::parse(Step::Parse, ProblemKind::EvidenceRefused, Reason::NotCanonical, By::Octets(|text| text + "\n"))]
#[case::commitment(Step::Commitment, ProblemKind::EvidenceRefused, Reason::StatementMismatch, By::Octets(|text| text.replace("ward-3-pc-2", "ward-3-pc-3")))]
#[case::holder(Step::Holder, ProblemKind::EvidenceRefused, Reason::SealInvalid, By::Octets(|text| text.replace("\"fetched_at\":\"2026", "\"fetched_at\":\"2025")))]
#[case::issuer(Step::Issuer, ProblemKind::EvidenceRefused, Reason::IssuerMismatch, By::Draft(|draft| { draft.claims.insert("iss".into(), json!("https://id.example")); }))]
#[case::id_token(Step::IdToken, ProblemKind::EvidenceRefused, Reason::SignatureInvalid, By::Draft(|draft| draft.key = Arc::new(Key::new("key-1"))))]
#[case::audience(Step::Audience, ProblemKind::EvidenceRefused, Reason::AudienceMismatch, By::Draft(|draft| { draft.claims.insert("aud".into(), json!("portal")); }))]
#[case::time(Step::Time, ProblemKind::EvidenceRefused, Reason::IssuedInFuture, By::Draft(|draft| { shift(draft, "iat", 86_400); shift(draft, "exp", 86_400); }))]
#[case::freshness(Step::Freshness, ProblemKind::ChallengeSpent, Reason::AuthTimeStale, By::Draft(|draft| shift(draft, "auth_time", -18_000)))]
#[case::authentication(Step::Authentication, ProblemKind::InsufficientAuthentication, Reason::AcrUnmet, By::Draft(|draft| { draft.claims.insert("acr".into(), json!("urn:pwd")); }))]
#[case::signer(Step::Signer, ProblemKind::EvidenceRefused, Reason::SubjectMismatch, By::Draft(|draft| { draft.claims.insert("sub".into(), json!(BAKER)); }))]
#[case::record(Step::Record, ProblemKind::RecordChanged, Reason::RecordVersionChanged, By::Gateway(|clinic, _| change_the_record(clinic)))]
#[case::challenge(Step::Challenge, ProblemKind::ChallengeSpent, Reason::ChallengeUnknown, By::Draft(|draft| draft.statement.reason.text = "Because".into()))]
#[case::authority(Step::Authority, ProblemKind::NotAuthorised, Reason::NotAuthorized, By::Gateway(|_, switch| switch.0.store(false, Ordering::SeqCst)))]
#[case::receipt(Step::Receipt, ProblemKind::ReceiptsBroken, Reason::ReceiptChainBroken, By::Gateway(|clinic, _| alter_the_last_receipt(clinic)))]
#[tokio::test]
async fn a_step_that_does_not_hold_is_named_told_to_the_trail_and_changes_nothing(
    #[case] step: Step,
    #[case] kind: ProblemKind,
    #[case] reason: Reason,
    #[case] by: Provocation,
) {
    let switch = Arc::new(Switch(true.into()));
    let clinic = Clinic::open_with(|config| {
        config.authority = switch.clone();
        config.issuers[0].acr_values = vec!["urn:mfa".into()];
    })
    .await;
    clinic.sign("hb-2", ADAMS).await;
    let mut draft = clinic.draft("hb-1", ADAMS).await;
    if let By::Draft(fault) = by {
        fault(&mut draft);
    }
    let mut octets = draft.seal(&clinic.issuer);
    if let By::Octets(alter) = by {
        octets = alter(String::from_utf8(octets).unwrap()).into_bytes();
    }
    if let By::Gateway(meanwhile) = by {
        meanwhile(&clinic, &switch);
    }
    let (kept, versions) = (clinic.kept(), clinic.versions());
    let told = clinic.store().audit(1).unwrap().len();

    let answer = clinic.submit(&draft, octets, "key-1").await;

    let problem = answer.problem();
    assert_eq!(
        (
            problem.kind.as_str(),
            problem.status,
            problem.step.as_deref()
        ),
        (kind.urn(), kind.status(), Some(step.name()))
    );
    let new = clinic.store().audit(1).unwrap().split_off(told);
    assert_eq!(new[0].event, "signature-refused");
    assert!(new[0].actor.as_deref().unwrap().contains(ADAMS));
    assert_eq!(
        (
            &new[0].detail["step"],
            &new[0].detail["reason"],
            &new[0].detail["problem"]
        ),
        (
            &json!(step.name()),
            &json!(reason.name()),
            &json!(kind.urn())
        )
    );
    let alarm = match step {
        Step::Signer => Some("signer-mismatch"),
        Step::Receipt => Some("receipts-broken"),
        _ => None,
    };
    let alarms = clinic.store().security_events().unwrap();
    assert_eq!(alarms.first().map(|event| event.kind.as_str()), alarm);
    assert_eq!(new.len(), 1 + alarms.len());
    assert_eq!((clinic.kept(), clinic.versions()), (kept, versions));
    assert!(!clinic.is_spent(&draft.challenge));
}

#[tokio::test]
async fn the_first_step_that_does_not_hold_is_the_one_that_is_named() {
    let faults: [(Step, Fault); 9] = [
        (Step::Challenge, |draft| {
            draft.statement.reason.text = "Because".into();
        }),
        (Step::Record, |draft| {
            draft.statement.amendments[0].base_sha256 = "0".repeat(64);
        }),
        (Step::Signer, |draft| {
            draft.claims.insert("sub".into(), json!(BAKER));
        }),
        (Step::Authentication, |draft| {
            draft.claims.insert("acr".into(), json!("urn:pwd"));
        }),
        (Step::Freshness, |draft| {
            draft.claims.remove("auth_time");
        }),
        (Step::Time, |draft| {
            draft.claims.remove("exp");
        }),
        (Step::Audience, |draft| {
            draft.claims.insert("aud".into(), json!("portal"));
        }),
        (Step::IdToken, |draft| {
            draft.key = Arc::new(Key::new("key-1"));
        }),
        (Step::Issuer, |draft| {
            draft
                .claims
                .insert("iss".into(), json!("https://id.example"));
        }),
    ];
    let clinic =
        Clinic::open_with(|config| config.issuers[0].acr_values = vec!["urn:mfa".into()]).await;
    let mut draft = clinic.draft("hb-1", ADAMS).await;

    for (step, fault) in faults {
        fault(&mut draft);
        let answer = clinic
            .submit(&draft, draft.seal(&clinic.issuer), step.name())
            .await;
        assert_eq!(answer.problem().step.as_deref(), Some(step.name()));
    }
}

#[tokio::test]
async fn a_forgery_under_a_spent_challenge_is_refused_as_a_forgery() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    clinic
        .submit(&draft, draft.seal(&clinic.issuer), "key-1")
        .await
        .accepted();
    let forged = draft.with(|draft| draft.key = Arc::new(Key::new("key-1")));

    let answer = clinic
        .submit(&forged, forged.seal(&clinic.issuer), "key-2")
        .await;

    answer.refused(422, "id_token", "signature_invalid");
}

#[rstest]
#[case::no_condition("", "key-1", "precondition-required")]
#[case::no_key("\"x\"", "", "precondition-required")]
#[tokio::test]
async fn a_submission_that_is_not_even_read_is_in_the_trail(
    #[case] if_match: &str,
    #[case] key: &str,
    #[case] slug: &str,
) {
    let clinic = Clinic::open().await;

    let token = clinic.token(ADAMS, clinic::CEREMONY);
    clinic.deliver(b"{}".to_vec(), if_match, key, &token).await;

    let trail = clinic.store().audit(1).unwrap();
    let last = trail.last().unwrap();
    assert_eq!(last.event, "signature-refused");
    assert_eq!(
        last.detail["problem"],
        format!("urn:countersign:problem:{slug}")
    );
}

fn change_the_record(clinic: &Clinic) {
    let now = gateway::Clock::now(&*clinic.clock);
    clinic
        .store()
        .change_record_behind("hb-1", &observation("hb-1", "22.1"), now)
        .unwrap();
}

fn alter_the_last_receipt(clinic: &Clinic) {
    clinic.tamper("UPDATE signature SET receipt_sha256 = hex(zeroblob(32))");
}
