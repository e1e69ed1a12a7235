//! A clinic for the tests: a gateway on a real socket, an identity provider that signs whatever a test asks for, and
//! a clock that stands still until it is moved.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod draft;
pub mod issuer;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use draft::Draft;
use evidence::{Subject, receipt};
use gateway::{Clock, Config, Issuer, Running, Seed, Store, StorePlace};
use http::{Request, Response, StatusCode};
use issuer::TestIssuer;
use jiff::{SignedDuration, Timestamp};
use records::wire::{
    Amendment, Challenge, ChallengeRequest, EVIDENCE_MEDIA_TYPE, Meaning, Person, Problem, Reason,
    RecordVersion, SignatureAccepted,
};
use records::{CallError, Client};
use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;
use transport::{Rules, Transport};

pub const CLIENT: &str = "countersign-desktop";
pub const RESOURCE: &str = "urn:countersign:records";
pub const ADAMS: &str = "adams-7d1";
pub const BAKER: &str = "baker-2c4";
pub const SESSION: &str = "openid records:read";
pub const CEREMONY: &str = "openid records:sign";

pub struct Clinic {
    pub issuer: TestIssuer,
    pub clock: Arc<TestClock>,
    pub running: Running,
    pub client: Client,
    pub transport: Transport,
    pub folder: TempDir,
}

/// A clock that stands still.
pub struct TestClock(Mutex<Timestamp>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

impl TestClock {
    pub fn forward(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(by).unwrap();
    }
}

impl Clinic {
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub async fn open_with(change: impl FnOnce(&mut Config)) -> Self {
        let issuer = TestIssuer::start().await;
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(Mutex::new(
            "2026-11-24T13:30:00Z".parse().unwrap(),
        )));
        let mut config = Config::new(
            SocketAddr::from(([127, 0, 0, 1], 0)),
            StorePlace::File(folder.path().join("records.sqlite")),
            folder.path().join("receipts.p8"),
            vec![Issuer::new(&issuer.iss, CLIENT)],
        );
        config.development_http = true;
        config.clock = clock.clone();
        change(&mut config);
        let running = gateway::serve(config).await.unwrap();
        running.store().seed(&seeds()).unwrap();
        let transport = Transport::new(Rules {
            development_http: true,
            ..Rules::default()
        })
        .unwrap();
        let client = Client::new(&running.url(), transport.clone()).unwrap();
        Self {
            issuer,
            clock,
            running,
            client,
            transport,
            folder,
        }
    }

    pub fn store(&self) -> &Store {
        self.running.store()
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("records.sqlite")
    }

    /// A good access token.
    pub fn token(&self, sub: &str, scope: &str) -> SecretString {
        self.issuer
            .access_token(sub, scope, self.clock.now())
            .into()
    }

    pub async fn amendment(&self, id: &str, sub: &str) -> Amendment {
        self.client
            .amendment(id, &self.token(sub, SESSION))
            .await
            .unwrap()
    }

    pub async fn challenge(&self, ids: &[&str], sub: &str) -> Result<Challenge, CallError> {
        self.client
            .challenge(&request(ids), &self.token(sub, SESSION))
            .await
    }

    /// A signature that is right in every respect, until a test changes it. It takes a second, as every
    /// authentication does that differs from the one before.
    pub async fn draft(&self, id: &str, sub: &str) -> Draft {
        self.clock.forward(SignedDuration::from_secs(1));
        let amendment = self.amendment(id, sub).await;
        let challenge = self.challenge(&[id], sub).await.unwrap();
        Draft::new(
            &[amendment],
            &challenge,
            sub,
            &self.issuer,
            self.clock.now(),
        )
    }

    /// Submits octets as a ceremony of that person would.
    pub async fn submit(&self, draft: &Draft, octets: Vec<u8>, key: &str) -> Answer {
        self.deliver(
            octets,
            &draft.etags.join(", "),
            key,
            &self.token(&draft.sub, CEREMONY),
        )
        .await
    }

    pub async fn deliver(
        &self,
        octets: Vec<u8>,
        if_match: &str,
        key: &str,
        token: &SecretString,
    ) -> Answer {
        use secrecy::ExposeSecret;
        let request = Request::post(format!("{}v1/signatures", self.running.url()))
            .header("authorization", format!("Bearer {}", token.expose_secret()))
            .header("content-type", EVIDENCE_MEDIA_TYPE)
            .header("if-match", if_match)
            .header("idempotency-key", key)
            .body(octets)
            .unwrap();
        self.send(request).await
    }

    pub async fn send(&self, request: Request<Vec<u8>>) -> Answer {
        Answer(self.transport.send(request).await.unwrap())
    }

    pub async fn get(&self, path: &str, token: &SecretString) -> Answer {
        use secrecy::ExposeSecret;
        let bearer = format!("Bearer {}", token.expose_secret());
        let url = format!("{}{path}", self.running.url());
        self.send(
            Request::get(url)
                .header("authorization", bearer)
                .body(Vec::new())
                .unwrap(),
        )
        .await
    }

    /// Signs an amendment from beginning to end.
    pub async fn sign(&self, id: &str, sub: &str) -> SignatureAccepted {
        let draft = self.draft(id, sub).await;
        let octets = draft.seal(&self.issuer);
        self.submit(&draft, octets, &format!("key-{id}-{sub}"))
            .await
            .accepted()
    }

    /// A receipt, verified with the keys that the gateway publishes.
    pub fn receipt(&self, accepted: &SignatureAccepted) -> receipt::Receipt {
        receipt::verify(&accepted.receipt, &self.store().receipt_keys().unwrap()).unwrap()
    }

    /// What is in the store that only a commit puts there.
    pub fn kept(&self) -> (i64, i64, i64, i64) {
        let database = rusqlite::Connection::open(self.database()).unwrap();
        let count = |what: &str| {
            database
                .query_row(&format!("SELECT count(*) FROM {what}"), [], |row| {
                    row.get(0)
                })
                .unwrap()
        };
        (
            count("signature"),
            count("given WHERE signature_id IS NOT NULL"),
            count("challenge WHERE spent_by IS NOT NULL"),
            count("audit WHERE event = 'signature-recorded'"),
        )
    }

    pub fn subject(&self, sub: &str) -> Subject {
        let claims = [("sub".to_owned(), sub.to_owned())].into();
        Subject {
            iss: self.issuer.iss.clone(),
            claims,
        }
    }
}

/// What the gateway said.
pub struct Answer(pub Response<Vec<u8>>);

impl Answer {
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.0
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(self.0.body()).unwrap()
    }

    #[track_caller]
    pub fn accepted(&self) -> SignatureAccepted {
        assert_eq!(
            self.status(),
            201,
            "{}",
            String::from_utf8_lossy(self.0.body())
        );
        serde_json::from_slice(self.0.body()).unwrap()
    }

    /// A refusal, checked for its form.
    #[track_caller]
    pub fn problem(&self) -> Problem {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        let problem: Problem = serde_json::from_slice(self.0.body()).unwrap();
        assert_eq!(problem.status, self.status().as_u16());
        assert!(problem.kind.starts_with("urn:countersign:problem:"));
        problem
    }

    /// Status, failing step, and reason.
    #[track_caller]
    pub fn refusal(&self) -> (u16, Option<String>, Option<String>) {
        let problem = self.problem();
        (problem.status, problem.step, problem.detail)
    }
}

pub fn request(ids: &[&str]) -> ChallengeRequest {
    ChallengeRequest {
        amendments: ids.iter().map(|id| (*id).to_owned()).collect(),
        meaning: Meaning {
            code: "1.2.840.10065.1.12.1.15".to_owned(),
            display: "Addendum Signature".to_owned(),
        },
        reason: Reason {
            code: "transcription-error".to_owned(),
            text: "Transcription error".to_owned(),
        },
    }
}

/// `hb-1` to `hb-5` want one signature, `second-1` wants two.
pub fn seeds() -> Vec<Seed> {
    let names = ["hb-1", "hb-2", "hb-3", "hb-4", "hb-5", "second-1"];
    names
        .into_iter()
        .enumerate()
        .map(|(i, id)| seed(id, i))
        .collect()
}

pub fn seed(id: &str, place: usize) -> Seed {
    let due: Timestamp = "2026-11-24T15:00:00Z".parse().unwrap();
    Seed {
        id: id.to_owned(),
        patient: "P-20418".to_owned(),
        record: RecordVersion {
            system: "urn:test:records".to_owned(),
            kind: "Observation".to_owned(),
            id: format!("obs-{id}"),
            base_version: "3".to_owned(),
        },
        base: observation(id, "21.70"),
        base_since: "2026-11-20T09:20:00Z".parse().unwrap(),
        proposed: observation(id, "12.70"),
        why: "Digits swapped when the result was typed in.".to_owned(),
        requested_by: Person {
            name: "C. Clark".to_owned(),
            role: Some("data manager".to_owned()),
        },
        requested_at: "2026-11-23T15:48:00Z".parse().unwrap(),
        due_at: Some(
            due.checked_add(SignedDuration::from_mins(i64::try_from(place).unwrap()))
                .unwrap(),
        ),
        signatures_required: if id.starts_with("second") { 2 } else { 1 },
        given_by: Vec::new(),
        earlier: Vec::new(),
    }
}

pub fn observation(id: &str, value: &str) -> Vec<u8> {
    format!(
        r#"{{"resourceType":"Observation","id":"obs-{id}","code":{{"text":"Haemoglobin, blood"}},"valueQuantity":{{"value":{value},"unit":"g/dL"}}}}"#
    )
    .into_bytes()
}
