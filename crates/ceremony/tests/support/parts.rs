//! What every ward is made of, whatever provider it stands in front of: stated once, for the tests of this crate and for those
//! against real providers.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

use std::sync::{Arc, Mutex};

use ceremony::Request;
use evidence::{
    ClientInfo, LocalTime, Meaning, Presentation, RecordRef, SignedAmendment, Signer,
    StatementReason,
};
use identity::Page;
use jiff::{Timestamp, Zoned};
use policy::Policy;
use records::{Amendment, Title};
use session::vault::{KeyStore, KeyStoreError};
use session::{OutboxKey, Session};
use zeroize::Zeroizing;

/// The amendment that the tests sign: one signature is enough for it.
pub const AMENDMENT: &str = "AM-1207";

/// What the person read and decided.
pub fn request(policy: &Policy, session: &Session, amendment: &Amendment) -> Request {
    let now = Zoned::now();
    let meaning = &policy.signing.meanings[0];
    let reason = &policy.signing.reasons[0];
    let person = session.person();
    Request {
        amendments: vec![signed(amendment)],
        etags: vec![amendment.etag.clone()],
        signer: Signer {
            iss: person.subject.iss.clone(),
            subject: person.subject.claims.clone(),
            name: person.name.clone(),
        },
        login_hint: person.login_hint.clone(),
        meaning: Meaning {
            system: evidence::statement::MeaningSystem::AstmE1762,
            code: meaning.code.clone(),
            display: meaning.display.clone(),
        },
        reason: StatementReason {
            code: reason.code.clone(),
            text: reason.text.clone(),
        },
        presentation: Presentation::text("I sign this amendment."),
        requested_at: LocalTime::from(&now),
        time_zone: now.time_zone().iana_name().unwrap_or("Etc/UTC").to_owned(),
        title: Title {
            kind: amendment.kind,
            record: amendment.record.id.clone(),
            patient: amendment.patient.clone(),
            meaning: meaning.display.clone(),
        },
        client: ClientInfo {
            client_id: policy.identity.client_id.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: "test".to_owned(),
            device: "ward-3".to_owned(),
            audit_head: None,
        },
    }
}

fn signed(amendment: &Amendment) -> SignedAmendment {
    let record = RecordRef {
        system: amendment.record.system.clone(),
        kind: amendment.record.kind.clone(),
        id: amendment.record.id.clone(),
        base_version: amendment.record.base_version.clone(),
    };
    let (base, proposed) = (amendment.base.as_slice(), amendment.proposed.as_slice());
    SignedAmendment::new(amendment.id.clone(), record, base, proposed).unwrap()
}

/// The session works: its token opens the records API, and it can be renewed.
pub async fn works(session: &Session, records: &records::Client) -> bool {
    let now = Timestamp::now();
    let Ok(token) = session.access_token(now).await else {
        return false;
    };
    let listed = records.list_all(&token).await.is_ok();
    listed && session.renew(now).await.is_ok()
}

pub fn page() -> Page {
    Page {
        language: "en".to_owned(),
        title: "Done".to_owned(),
        text: "You can close this window.".to_owned(),
    }
}

pub async fn outbox_key() -> OutboxKey {
    let keyring = Arc::new(KeyInMemory::default());
    OutboxKey::open("ward-3", "adams", keyring).await.unwrap()
}

/// A keyring for tests that are not about keyrings.
#[derive(Default)]
pub struct KeyInMemory(Mutex<Option<Vec<u8>>>);

impl KeyStore for KeyInMemory {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
        Ok(self.0.lock().unwrap().clone().map(Zeroizing::new))
    }

    fn write(&self, key: &[u8]) -> Result<(), KeyStoreError> {
        *self.0.lock().unwrap() = Some(key.to_vec());
        Ok(())
    }
}
