//! Outboxes with as many entries as wanted, written by hand, behind a seal that counts how often something is opened.
#![allow(dead_code, reason = "each user uses a part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use evidence::Subject;
use jiff::Timestamp;
use records::fields::Kind;
use records::{Note, Octets, Outbox, Seal, SealError, Title, WaitingState};
use serde_json::json;
use uuid::Uuid;

/// Evidence is some ten thousand octets long.
const EVIDENCE: usize = 12_000;

/// Marks instead of encrypting, and counts the files that were opened.
#[derive(Clone, Default)]
pub struct Counting(Arc<AtomicUsize>);

impl Counting {
    pub fn opened(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Seal for Counting {
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        Ok([aad, b"|", plain].concat())
    }

    fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let plain = sealed
            .strip_prefix(aad)
            .and_then(|rest| rest.strip_prefix(b"|"));
        plain.map(<[u8]>::to_vec).ok_or(SealError::Rejected)
    }
}

/// An outbox on that folder.
pub fn outbox(folder: &Path) -> (Outbox, Counting) {
    let seal = Counting::default();
    let outbox = Outbox::open(folder, Box::new(seal.clone())).unwrap();
    (outbox, seal)
}

/// Puts so many entries of this person into a folder.
pub fn fill(folder: &Path, owner: &str, count: u64) {
    for number in 0..count {
        let note = note(owner, number);
        let id = note.signature_id;
        let evidence = Octets::from(vec![b'x'; EVIDENCE]);
        let plain = serde_json::to_vec(&json!({ "note": note, "evidence": evidence })).unwrap();
        let aad = format!("countersign outbox v1 {id}");
        let sealed = Counting::default().seal(aad.as_bytes(), &plain).unwrap();
        fs::write(folder.join(format!("{id}.sealed")), sealed).unwrap();
    }
}

pub fn note(owner: &str, number: u64) -> Note {
    let at = now() + jiff::SignedDuration::from_secs(i64::try_from(number).unwrap());
    Note {
        signature_id: id(owner, number),
        owner: person(owner),
        amendments: vec![format!("{owner}-{number}")],
        evidence_sha256: "0".repeat(64),
        issuer_key_thumbprint: "thumbprint".to_owned(),
        etags: vec!["\"1\"".to_owned()],
        idempotency_key: format!("key-{number}"),
        reference: "7F3K-2QX9".to_owned(),
        title: Title {
            kind: Kind::LaboratoryResult,
            record: format!("obs-{number}"),
            patient: "P-20418".to_owned(),
            meaning: "Addendum Signature".to_owned(),
        },
        sealed_at: at,
        attempts: 0,
        next_attempt_at: now(),
        last_error: None,
        state: WaitingState::Waiting,
    }
}

/// Numbers grow, as those of signatures do.
pub fn id(owner: &str, number: u64) -> Uuid {
    let first = owner.as_bytes().first().copied().unwrap_or_default();
    Uuid::from_u128(u128::from(number) << 16 | u128::from(first))
}

pub fn person(name: &str) -> Subject {
    Subject {
        iss: "https://id.clinic.example".to_owned(),
        claims: BTreeMap::from([("sub".to_owned(), name.to_owned())]),
    }
}

pub fn now() -> Timestamp {
    "2026-11-24T13:32:08Z".parse().unwrap()
}
