//! What leaves by way of the outbox screen, and what the activity log has of it: evidence that waits or was refused can be
//! kept by whoever signed, and nothing leaves or is declined that is not written down first.

use std::fs;
use std::path::PathBuf;

use evidence::Subject;
use jiff::{SignedDuration, Timestamp};
use records::fields::Kind;
use records::wire::{Problem, ProblemKind};
use records::{Note, Octets, Outbox, Seal, SealError, Title, Waiting, WaitingState};
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::ipc::OutboxState;

const SEALED: &[u8] = b"evidence as it was sealed";

#[rstest]
#[case::waits(None)]
#[case::refused(Some("record_changed"))]
#[tokio::test]
async fn evidence_that_the_records_service_does_not_have_is_saved_from_the_outbox_and_named_so(
    #[case] refused: Option<&str>,
) {
    let desk = Desk::open().await;
    let id = desk.holds(&desk.adams(), refused);

    let saving = desk.ward.controller.evidence_to_save(&id).await.unwrap();

    assert_eq!(saving.octets, SEALED);
    assert_eq!(
        saving.file_name,
        format!("countersign-{id}-sealed-without-receipt.json")
    );
    assert_eq!(desk.asked("/v1/signatures/").await, 0);
    let file = desk.file();
    let controller = &desk.ward.controller;
    controller.save_evidence(&id, &saving, &file).await.unwrap();
    assert_eq!(fs::read(file).unwrap(), SEALED);
    assert_eq!(desk.events().last(), Some(&"evidence_saved"));
}

#[tokio::test]
async fn what_somebody_else_signed_is_not_given_out_of_the_outbox() {
    let desk = Desk::open().await;
    let mut baker = desk.adams();
    baker.claims.insert("sub".to_owned(), "u-baker".to_owned());
    let id = desk.holds(&baker, None);
    let unknown = ResponseTemplate::new(404).set_body_json(Problem::from(ProblemKind::NotFound));
    desk.answers("GET", "^/v1/signatures/", unknown).await;

    let saving = desk.ward.controller.evidence_to_save(&id).await;

    assert_eq!(saving.err().unwrap().code, "evidence_gone");
}

#[tokio::test]
async fn evidence_does_not_leave_where_that_cannot_be_written_down() {
    let desk = Desk::open().await;
    let id = desk.holds(&desk.adams(), None);
    let saving = desk.ward.controller.evidence_to_save(&id).await.unwrap();
    desk.loses_its_log();

    let file = desk.file();
    let saved = desk.ward.controller.save_evidence(&id, &saving, &file);

    assert!(saved.await.is_err());
    assert!(!desk.file().exists());
}

#[tokio::test]
async fn a_file_that_could_not_be_made_is_written_down_as_one() {
    let desk = Desk::open().await;
    let id = desk.holds(&desk.adams(), None);
    let saving = desk.ward.controller.evidence_to_save(&id).await.unwrap();
    fs::create_dir(desk.file()).unwrap();

    let file = desk.file();
    let saved = desk.ward.controller.save_evidence(&id, &saving, &file);

    assert_eq!(saved.await.unwrap_err().code, "cannot_save");
    let events = desk.events();
    assert_eq!(
        events[events.len() - 2..],
        ["evidence_saved", "evidence_not_saved"]
    );
}

#[tokio::test]
async fn nothing_is_declined_where_that_cannot_be_written_down() {
    let desk = Desk::open().await;
    desk.has_read("AM-1");
    desk.loses_its_log();

    let declined = desk.decline("AM-1").await;

    assert!(declined.is_err());
    assert_eq!(desk.asked("/declines").await, 0);
}

#[tokio::test]
async fn a_decline_stands_in_the_log_before_the_records_service_hears_of_it() {
    let desk = Desk::open().await;
    desk.has_read("AM-1");
    let declines = ResponseTemplate::new(204);
    desk.answers("POST", "/declines$", declines).await;

    desk.decline("AM-1").await.unwrap();

    assert_eq!(desk.events().last(), Some(&"declined"));
    assert_eq!(desk.asked("/declines").await, 1);
}

#[rstest]
#[case::changed(ResponseTemplate::new(412).set_body_json(Problem::from(ProblemKind::RecordChanged)), "record_changed")]
#[case::out_of_reach(ResponseTemplate::new(503), "records_unreachable")]
#[tokio::test]
async fn a_decline_that_the_records_service_does_not_confirm_is_written_down_as_one(
    #[case] answer: ResponseTemplate,
    #[case] code: &str,
) {
    let desk = Desk::open().await;
    desk.has_read("AM-1");
    desk.answers("POST", "/declines$", answer).await;

    let fault = desk.decline("AM-1").await.unwrap_err();

    assert_eq!(fault.code, code);
    let entries = desk.entries();
    let [.., declined, failed] = &entries[..] else {
        panic!("{entries:?}");
    };
    assert_eq!(declined.event.name(), "declined");
    let Event::DeclineFailed { amendment, why } = &failed.event else {
        panic!("{failed:?}");
    };
    assert_eq!((amendment.as_str(), why.as_str()), ("AM-1", code));
    assert!(declined.reference.is_some());
    assert_eq!(declined.reference, failed.reference);
    assert_eq!(fault.reference, failed.reference.map(|one| one.to_string()));
}

#[tokio::test]
async fn whoever_signed_out_holds_up_nobody_elses_delivery() {
    let desk = Desk::open().await;
    for _ in 0..3 {
        desk.holds(&desk.adams(), None);
    }
    let slow = ResponseTemplate::new(503).set_delay(Duration::from_secs(10));
    desk.answers("POST", "^/v1/signatures$", slow).await;
    let controller = Arc::clone(&desk.ward.controller);
    let delivering = tokio::spawn(async move { controller.try_delivery_now().await });
    while desk.asked("/v1/signatures").await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    desk.ward.controller.sign_out().await.unwrap();
    delivering.await.unwrap().unwrap();

    assert_eq!(desk.asked("/v1/signatures").await, 1);
    let courier = desk.ward.controller.courier.as_ref().unwrap();
    let turn = tokio::time::timeout(Duration::from_secs(5), courier.turn());
    assert!(turn.await.is_ok());
}

#[tokio::test]
async fn the_outbox_says_what_waits_what_was_refused_and_why() {
    let desk = Desk::open().await;
    let owner = desk.adams();
    let waits = desk.holds(&owner, None);
    let refused = desk.holds(&owner, Some("record_changed"));

    let seen = desk.ward.controller.outbox().await.unwrap();

    let of = |id: &str| {
        let entry = seen.entries.iter().find(|entry| entry.signature_id == id);
        entry.unwrap().clone()
    };
    let texts = Catalogue::new(Locale::En);
    let (waits, refused) = (of(&waits), of(&refused));
    assert_eq!(
        (waits.state, refused.state),
        (OutboxState::Waiting, OutboxState::Refused)
    );
    assert!(waits.next_try.is_some() && refused.next_try.is_none());
    let text = |key: &str| Some(texts.text(key, &[]));
    assert_eq!(waits.why, text("err-outbox-unreachable"));
    assert_eq!(refused.why, text("err-outbox-record-changed"));
    assert_eq!(refused.remedy, text("rec-outbox-record-changed"));
}

#[tokio::test]
async fn what_turns_out_not_to_open_is_told_and_waits_no_more() {
    let desk = Desk::open().await;
    let id = desk.holds(&desk.adams(), None);
    let controller = &desk.ward.controller;
    let counted = || {
        let status = controller.state().status;
        (status.outbox, status.outbox_unreadable)
    };
    assert_eq!(counted(), (1, 0));
    let file = desk.ward.folder.path().join(format!("outbox/{id}.sealed"));
    fs::write(&file, "nothing that opens").unwrap();
    let outbox = controller.parts.outbox.as_ref().unwrap();
    outbox.hurry(&desk.adams(), Timestamp::now()).unwrap();
    let told = desk.ward.screen.0.lock().unwrap().len();

    controller.round(&controller.work().unwrap()).await;

    assert_eq!(counted(), (0, 1));
    assert!(desk.ward.screen.0.lock().unwrap().len() > told);
    assert!(file.exists(), "it is kept");
}

/// Somebody at a device with an outbox, beside a records service that is scripted.
struct Desk {
    ward: Ward,
    service: MockServer,
}

impl Desk {
    async fn open() -> Self {
        let service = MockServer::start().await;
        let ward = Ward::open_beside(&format!("{}/", service.uri())).await;
        Self {
            ward: ward.sign_in().await,
            service,
        }
    }

    /// Whoever is signed in.
    fn adams(&self) -> Subject {
        let work = self.ward.controller.work().unwrap();
        work.session.person().subject.clone()
    }

    /// Something that this person signed lies in the outbox, and rests for longer than any test takes.
    fn holds(&self, owner: &Subject, refused: Option<&str>) -> String {
        let id = Uuid::new_v4();
        let outbox = self.ward.controller.parts.outbox.as_ref().unwrap();
        outbox.put(&sealed(id, owner)).unwrap();
        if let Some(why) = refused {
            outbox.refused(id, why).unwrap();
        }
        id.to_string()
    }

    /// The amendment lies before the person.
    fn has_read(&self, id: &str) {
        let amendment = json!({
            "id": id, "kind": "laboratory-result", "patient": "P-1", "base": "e30=", "proposed": "e30=", "why": "because",
            "record": { "system": "urn:x", "type": "Observation", "id": "1", "base_version": "1" },
            "requested_by": { "name": "C. Clark" }, "requested_at": "2026-11-24T13:30:00Z",
            "base_since": "2026-11-24T13:30:00Z", "state": "pending", "current_version": "1", "signatures_given": 0,
            "signatures_required": 1, "signed_by_you": false, "signatures": [], "changed": { "first": null, "more": 0 },
            "etag": "\"x\"",
        });
        let amendment = serde_json::from_value(amendment).unwrap();
        let work = self.ward.controller.work().unwrap();
        work.read().insert(id.to_owned(), Arc::new(amendment));
    }

    async fn decline(&self, id: &str) -> Result<(), Fault> {
        let reason = "Read off wrongly.".to_owned();
        self.ward.controller.decline(id, "\"x\"", reason).await
    }

    async fn answers(&self, verb: &str, what: &str, answer: ResponseTemplate) {
        Mock::given(method(verb))
            .and(path_regex(what))
            .respond_with(answer)
            .mount(&self.service)
            .await;
    }

    /// How often something with this in its path was asked for.
    async fn asked(&self, what: &str) -> usize {
        let requests = self.service.received_requests().await.unwrap();
        let paths = requests.iter().map(|request| request.url.path());
        paths.filter(|path| path.contains(what)).count()
    }

    fn file(&self) -> PathBuf {
        self.ward.folder.path().join("saved.json")
    }

    fn entries(&self) -> Vec<audit::Recorded> {
        audit::read(&self.ward.folder.path().join("audit.jsonl")).unwrap()
    }

    fn events(&self) -> Vec<&'static str> {
        let entries = self.entries();
        entries.iter().map(|entry| entry.event.name()).collect()
    }

    /// Somebody moves the log away: nothing can be written to it any more.
    fn loses_its_log(&self) {
        let log = self.ward.folder.path().join("audit.jsonl");
        fs::rename(&log, log.with_extension("moved")).unwrap();
    }
}

/// Enclosed by hand: only verified evidence could come to lie in an outbox otherwise.
fn sealed(id: Uuid, owner: &Subject) -> Waiting {
    let note = Note {
        signature_id: id,
        owner: owner.clone(),
        amendments: vec!["AM-1".to_owned()],
        evidence_sha256: "0".repeat(64),
        issuer_key_thumbprint: "thumbprint".to_owned(),
        etags: vec!["\"1\"".to_owned()],
        idempotency_key: "key".to_owned(),
        reference: "7F3K-2QX9".to_owned(),
        title: Title {
            kind: Kind::LaboratoryResult,
            record: "LAB-1".to_owned(),
            patient: "P-1".to_owned(),
            meaning: "Addendum Signature".to_owned(),
        },
        sealed_at: Timestamp::now(),
        attempts: 1,
        next_attempt_at: Timestamp::now() + SignedDuration::from_mins(10),
        last_error: Some("unreachable".to_owned()),
        state: WaitingState::Waiting,
    };
    let evidence = Octets::from(SEALED.to_vec());
    let plain = serde_json::to_vec(&json!({ "note": note, "evidence": evidence })).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("{id}.sealed"));
    let aad = format!("countersign outbox v1 {id}");
    fs::write(&file, Marked.seal(aad.as_bytes(), &plain).unwrap()).unwrap();
    let outbox = Outbox::open(folder.path(), Box::new(Marked)).unwrap();
    outbox.list().unwrap().entries.remove(0)
}

/// Marks instead of encrypting.
pub(super) struct Marked;

impl Seal for Marked {
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        Ok([aad, b"|", plain].concat())
    }

    fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let marked = sealed.strip_prefix(aad);
        let plain = marked.and_then(|rest| rest.strip_prefix(b"|"));
        plain.map(<[u8]>::to_vec).ok_or(SealError::Rejected)
    }
}
