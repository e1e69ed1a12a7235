//! A clinic for the tests: a gateway on a real socket, an identity provider that signs whatever a test asks for, and
//! a clock that stands still until it is moved.
#![allow(dead_code, unused_imports, clippy::unwrap_used, clippy::expect_used)]

pub mod draft;
pub mod issuer;
pub mod people;
pub mod process;
pub mod relay;
pub mod seeds;
pub mod tsa;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use draft::Draft;
use evidence::{Subject, receipt};
use gateway::{Clock, Config, Issuer, Running, Store, StorePlace};
use http::{Request, Response, StatusCode};
use issuer::TestIssuer;
use jiff::{SignedDuration, Timestamp};
use records::Access;
use records::wire::{
    Amendment, Challenge, ChallengeRequest, EVIDENCE_MEDIA_TYPE, Meaning, Problem, Reason,
    SignatureAccepted,
};
use records::{CallError, Client};
pub use seeds::{observation, seeds};
use serde_json::Value;
use tempfile::TempDir;
use transport::{Rules, Transport};
use url::Url;

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
        Self::open_at("2026-11-24T13:30:00Z".parse().unwrap(), change).await
    }

    pub async fn open_at(now: Timestamp, change: impl FnOnce(&mut Config)) -> Self {
        let issuer = TestIssuer::start().await;
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(Mutex::new(now)));
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
        // As patient as a busy machine may ask for: the gateway's own limits are what is tested.
        let transport = Transport::new(Rules {
            development_http: true,
            total_timeout: Duration::from_mins(5),
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
    pub fn token(&self, sub: &str, scope: &str) -> Access {
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

    /// Seals and submits what no other submission was for.
    pub async fn hand_in(&self, draft: &Draft) -> Answer {
        let key = draft.statement.signature_id.to_string();
        self.submit(draft, draft.seal(&self.issuer), &key).await
    }

    pub async fn deliver(
        &self,
        octets: Vec<u8>,
        if_match: &str,
        key: &str,
        token: &Access,
    ) -> Answer {
        let submission = submission(&self.running.url(), octets, if_match, key, token);
        self.send(submission).await
    }

    pub async fn send(&self, request: Request<Vec<u8>>) -> Answer {
        Answer(self.transport.send(request).await.unwrap())
    }

    pub async fn get(&self, path: &str, token: &Access) -> Answer {
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

    /// How many record versions there are.
    pub fn versions(&self) -> i64 {
        let database = rusqlite::Connection::open(self.database()).unwrap();
        database
            .query_row("SELECT count(*) FROM record_version", [], |row| row.get(0))
            .unwrap()
    }

    /// Whether a signature has used a challenge.
    pub fn is_spent(&self, challenge: &str) -> bool {
        let database = rusqlite::Connection::open(self.database()).unwrap();
        let query = "SELECT spent_by IS NOT NULL FROM challenge WHERE challenge = ?1";
        database
            .query_row(query, [challenge], |row| row.get(0))
            .unwrap()
    }

    /// Changes the file behind the gateway's back, as somebody with access to it might.
    pub fn tamper(&self, sql: &str) {
        tamper(&self.database(), sql);
    }

    pub fn subject(&self, sub: &str) -> Subject {
        let claims = [("sub".to_owned(), sub.to_owned())].into();
        Subject {
            iss: self.issuer.iss.clone(),
            claims,
        }
    }
}

/// A submission to the gateway at that address.
pub fn submission(
    url: &Url,
    octets: Vec<u8>,
    if_match: &str,
    key: &str,
    token: &Access,
) -> Request<Vec<u8>> {
    use secrecy::ExposeSecret;
    Request::post(format!("{url}v1/signatures"))
        .header("authorization", format!("Bearer {}", token.expose_secret()))
        .header("content-type", EVIDENCE_MEDIA_TYPE)
        .header("if-match", if_match)
        .header("idempotency-key", key)
        .body(octets)
        .unwrap()
}

/// Changes a store's file with everything that guards it taken away first.
pub fn tamper(file: &Path, sql: &str) {
    let database = rusqlite::Connection::open(file).unwrap();
    database.pragma_update(None, "foreign_keys", false).unwrap();
    let triggers: Vec<String> = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for trigger in triggers {
        database
            .execute_batch(&format!("DROP TRIGGER {trigger}"))
            .unwrap();
    }
    database.execute_batch(sql).unwrap();
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

    /// Sees that it is a refusal with this status, at this step, for this reason.
    #[track_caller]
    pub fn refused(&self, status: u16, step: &str, reason: &str) {
        let expected = (status, Some(step.to_owned()), Some(reason.to_owned()));
        assert_eq!(self.refusal(), expected);
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
