//! Sealed evidence that waits: encrypted, on the disk, and gone only against its receipt.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::path::Path;

use clinic::{ADAMS, Clinic, SESSION};
use evidence::{
    Lookup, OnlineTrust, Receipt, TrustedIssuer, VerifiedEvidence, keys::Algorithm, verify,
};
use jiff::SignedDuration;
use records::fields::Kind;
use records::{Outbox, OutboxError, Seal, SealError, Title, Waiting, WaitingState};

#[tokio::test]
async fn what_is_put_is_there_after_a_restart_and_delivered_as_it_was_sealed() {
    let clinic = Clinic::open().await;
    let waiting = waiting(&clinic, "hb-1").await;
    let folder = clinic.folder.path().join("outbox");
    outbox(&folder, 1).put(&waiting).unwrap();

    let restarted = outbox(&folder, 1);
    let listed = restarted.list().unwrap();
    assert_eq!(listed.entries, std::slice::from_ref(&waiting));
    let token = clinic.token(ADAMS, SESSION);
    let accepted = clinic
        .client
        .submit_waiting(&listed.entries[0], &token)
        .await
        .unwrap();

    let keys = clinic.store().receipt_keys().unwrap();
    let receipt = restarted
        .delivered(waiting.note.signature_id, &accepted.receipt, &keys)
        .unwrap();
    assert_eq!(receipt.evidence_sha256, waiting.note.evidence_sha256);
    assert!(restarted.list().unwrap().entries.is_empty());
    let owner = &waiting.note.owner;
    let kept = outbox(&folder, 1).delivered_notes(owner).unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].receipt, accepted.receipt);
    restarted.forget(waiting.note.signature_id).unwrap();
    assert!(restarted.delivered_notes(owner).unwrap().is_empty());
}

#[tokio::test]
async fn a_receipt_for_something_else_removes_nothing() {
    let clinic = Clinic::open().await;
    let entry = waiting(&clinic, "hb-1").await;
    let outbox = outbox(&clinic.folder.path().join("outbox"), 1);
    outbox.put(&entry).unwrap();
    let other = clinic.sign("hb-2", ADAMS).await;

    let keys = clinic.store().receipt_keys().unwrap();
    let removed = outbox.delivered(entry.note.signature_id, &other.receipt, &keys);
    let without_keys = outbox.delivered(entry.note.signature_id, &other.receipt, &[]);

    assert!(matches!(removed, Err(OutboxError::WrongReceipt(_))));
    assert!(matches!(without_keys, Err(OutboxError::WrongReceipt(_))));
    assert_eq!(outbox.list().unwrap().entries.len(), 1);
}

#[tokio::test]
async fn a_crash_between_the_two_steps_of_a_delivery_leaves_it_delivered() {
    let clinic = Clinic::open().await;
    let waiting = waiting(&clinic, "hb-1").await;
    let (id, owner) = (waiting.note.signature_id, &waiting.note.owner);
    let folder = clinic.folder.path().join("outbox");
    let killed = outbox(&folder, 1);
    killed.put(&waiting).unwrap();
    let file = folder.join(format!("{id}.sealed"));
    let before = std::fs::read(&file).unwrap();
    let token = clinic.token(ADAMS, SESSION);
    let accepted = clinic.client.submit_waiting(&waiting, &token).await;
    let keys = clinic.store().receipt_keys().unwrap();
    killed
        .delivered(id, &accepted.unwrap().receipt, &keys)
        .unwrap();
    drop(killed);
    std::fs::write(&file, before).unwrap();

    let again = outbox(&folder, 1);

    assert_eq!(again.count().unwrap(), 0);
    assert!(again.list().unwrap().entries.is_empty());
    assert!(!again.waits_for("hb-1").unwrap());
    assert!(!again.has_due(jiff::Timestamp::MAX, owner).unwrap());
    assert!(again.has_delivered(owner).unwrap());
    again.forget(id).unwrap();
    assert!(!again.has_delivered(owner).unwrap());
    assert!(!file.exists());
}

#[tokio::test]
async fn what_was_never_delivered_is_not_forgotten_nor_hidden_by_a_receipt_that_does_not_open() {
    let clinic = Clinic::open().await;
    let waiting = waiting(&clinic, "hb-1").await;
    let (id, owner) = (waiting.note.signature_id, &waiting.note.owner);
    let folder = clinic.folder.path().join("outbox");
    outbox(&folder, 1).put(&waiting).unwrap();

    let forgotten = outbox(&folder, 1).forget(id);
    std::fs::write(folder.join(format!("{id}.delivered")), "no receipt").unwrap();
    let again = outbox(&folder, 1);

    assert!(matches!(forgotten, Err(OutboxError::Unknown(_))));
    assert!(again.delivered_notes(owner).unwrap().is_empty());
    assert!(again.has_due(jiff::Timestamp::MAX, owner).unwrap());
    let seen = again.holdings(owner).unwrap();
    assert_eq!((seen.own.len(), seen.unreadable), (1, 1));
}

type Forgery = fn(&mut Receipt);

#[rstest::rstest]
#[case::another_record(|receipt: &mut Receipt| receipt.records[0].id = "obs-other".to_owned())]
#[case::no_new_version(|receipt: &mut Receipt| receipt.records[0].new_version = receipt.records[0].base_version.clone())]
#[case::no_record(|receipt: &mut Receipt| receipt.records.clear())]
#[case::another_provider_key(|receipt: &mut Receipt| receipt.issuer_key_thumbprint = "x".to_owned())]
#[case::a_step_not_taken(|receipt: &mut Receipt| receipt.verified.truncate(1))]
#[tokio::test]
async fn a_receipt_that_names_the_evidence_and_says_less_removes_nothing(#[case] forge: Forgery) {
    let clinic = Clinic::open().await;
    let entry = waiting(&clinic, "hb-1").await;
    let outbox = outbox(&clinic.folder.path().join("outbox"), 1);
    outbox.put(&entry).unwrap();
    let token = clinic.token(ADAMS, SESSION);
    let accepted = clinic.client.submit_waiting(&entry, &token).await.unwrap();
    let keys = clinic.store().receipt_keys().unwrap();
    let mut payload = evidence::receipt::verify(&accepted.receipt, &keys).unwrap();
    let pkcs8 = evidence::ReceiptKey::generate_pkcs8().unwrap();
    let key = evidence::ReceiptKey::from_pkcs8(&pkcs8).unwrap();
    let keys = [evidence::LedgerKey {
        jwk: key.public().clone(),
        first_seen: jiff::Timestamp::MIN,
        last_seen: jiff::Timestamp::MAX,
        retired_at: None,
    }];
    forge(&mut payload);
    let forged = evidence::receipt::sign(&payload, &key).unwrap();

    let removed = outbox.delivered(entry.note.signature_id, &forged, &keys);

    assert!(matches!(removed, Err(OutboxError::WrongReceipt(_))));
    assert_eq!(outbox.list().unwrap().entries, std::slice::from_ref(&entry));
    let kept = outbox.delivered_notes(&entry.note.owner).unwrap();
    assert!(kept.is_empty());
}

#[tokio::test]
async fn nothing_of_the_evidence_can_be_read_on_the_disk() {
    let clinic = Clinic::open().await;
    let entry = waiting(&clinic, "hb-1").await;
    let folder = clinic.folder.path().join("outbox");
    outbox(&folder, 1).put(&entry).unwrap();

    for file in std::fs::read_dir(&folder).unwrap() {
        let octets = std::fs::read(file.unwrap().path()).unwrap();
        for secret in ["A. Adams", "P-20418", "urn:countersign:statement:v1"] {
            assert!(
                !octets
                    .windows(secret.len())
                    .any(|window| window == secret.as_bytes()),
                "{secret}"
            );
        }
    }
}

#[tokio::test]
async fn another_key_leaves_the_entry_listed_as_unreadable() {
    let clinic = Clinic::open().await;
    let folder = clinic.folder.path().join("outbox");
    outbox(&folder, 1)
        .put(&waiting(&clinic, "hb-1").await)
        .unwrap();

    let listing = outbox(&folder, 2).list().unwrap();

    assert!(listing.entries.is_empty());
    assert_eq!(listing.unreadable.len(), 1);
}

#[tokio::test]
async fn an_entry_cannot_stand_in_for_another() {
    let clinic = Clinic::open().await;
    let folder = clinic.folder.path().join("outbox");
    let (one, other) = (
        waiting(&clinic, "hb-1").await,
        waiting(&clinic, "hb-2").await,
    );
    let outbox = outbox(&folder, 1);
    outbox.put(&one).unwrap();
    let file = |entry: &Waiting| folder.join(format!("{}.sealed", entry.note.signature_id));
    std::fs::rename(file(&one), file(&other)).unwrap();

    assert_eq!(outbox.list().unwrap().unreadable, [file(&other)]);
}

#[tokio::test]
async fn attempts_are_counted_and_pauses_grow_to_a_quarter_of_an_hour() {
    let clinic = Clinic::open().await;
    let entry = waiting(&clinic, "hb-1").await;
    let outbox = outbox(&clinic.folder.path().join("outbox"), 1);
    outbox.put(&entry).unwrap();
    let (id, now) = (entry.note.signature_id, gateway::Clock::now(&*clinic.clock));

    let pauses: Vec<_> = (0..12)
        .map(|_| {
            outbox
                .failed(id, "unreachable", now)
                .unwrap()
                .note
                .next_attempt_at
                .duration_since(now)
                .as_secs()
        })
        .collect();

    assert_eq!(pauses[..4], [5, 10, 20, 40]);
    assert_eq!(pauses.last(), Some(&900));
    let owner = &entry.note.owner;
    assert!(outbox.due(now, owner).unwrap().is_empty());
    let later = now.checked_add(SignedDuration::from_mins(15)).unwrap();
    assert_eq!(outbox.due(later, owner).unwrap()[0].note.attempts, 12);
}

#[tokio::test]
async fn a_refused_entry_is_kept_for_the_record_and_not_tried_again() {
    let clinic = Clinic::open().await;
    let entry = waiting(&clinic, "hb-1").await;
    let outbox = outbox(&clinic.folder.path().join("outbox"), 1);
    outbox.put(&entry).unwrap();

    outbox
        .refused(entry.note.signature_id, "record_changed")
        .unwrap();

    let due = outbox.due(jiff::Timestamp::MAX, &entry.note.owner);
    assert!(due.unwrap().is_empty());
    let kept = &outbox.list().unwrap().entries[0];
    assert_eq!(
        (kept.note.state, kept.note.last_error.as_deref()),
        (WaitingState::Refused, Some("record_changed"))
    );
    assert_eq!(kept.evidence(), entry.evidence());
}

#[tokio::test]
async fn a_file_that_was_never_finished_is_no_entry() {
    let clinic = Clinic::open().await;
    let folder = clinic.folder.path().join("outbox");
    let outbox = outbox(&folder, 1);
    std::fs::write(folder.join("0192.part"), b"half").unwrap();

    let listing = outbox.list().unwrap();

    assert!(listing.entries.is_empty() && listing.unreadable.is_empty());
}

/// Stands for the vault's encryption: reversible, keyed, and authenticated by a prefix.
struct TestSeal(u8);

impl Seal for TestSeal {
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let marked = [aad, b"|", plain].concat();
        Ok(marked
            .into_iter()
            .map(|octet| octet ^ 0xA5 ^ self.0)
            .collect())
    }

    fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let marked: Vec<u8> = sealed.iter().map(|octet| octet ^ 0xA5 ^ self.0).collect();
        let plain = marked
            .strip_prefix(aad)
            .and_then(|rest| rest.strip_prefix(b"|"));
        plain.map(<[u8]>::to_vec).ok_or(SealError::Rejected)
    }
}

fn outbox(folder: &Path, key: u8) -> Outbox {
    Outbox::open(folder, Box::new(TestSeal(key))).unwrap()
}

async fn waiting(clinic: &Clinic, id: &str) -> Waiting {
    let draft = clinic.draft(id, ADAMS).await;
    let title = Title {
        kind: Kind::LaboratoryResult,
        record: format!("obs-{id}"),
        patient: "P-20418".to_owned(),
        meaning: "Addendum Signature".to_owned(),
    };
    let evidence = self_checked(clinic, &draft.seal(&clinic.issuer));
    let now = gateway::Clock::now(&*clinic.clock);
    Waiting::new(
        &evidence,
        draft.etags,
        format!("key-{id}"),
        "7F3K-2QX9".to_owned(),
        title,
        now,
    )
}

/// What a client can verify of its own evidence.
fn self_checked(clinic: &Clinic, octets: &[u8]) -> VerifiedEvidence {
    let issuers = [TrustedIssuer {
        iss: clinic.issuer.iss.clone(),
        client_ids: vec![clinic::CLIENT.to_owned()],
        algorithms: vec![Algorithm::Es256],
        subject_claims: vec!["sub".to_owned()],
        keys: clinic.store().issuer_keys(&clinic.issuer.iss).unwrap(),
    }];
    let trust = OnlineTrust {
        issuers: &issuers,
        now: gateway::Clock::now(&*clinic.clock),
        clock_skew_s: 60,
        delivery_grace_s: 0,
        required_amr: &[],
        session: None,
        challenge: Lookup::NotDone,
        amendments: None,
        authority: None,
        names: evidence::NameSource::IdToken,
    };
    verify::online(octets, &trust).unwrap()
}
