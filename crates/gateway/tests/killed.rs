//! The service is killed in the middle of it, again and again: what it was doing is done, or was never begun.
//!
//! SIGKILL takes the process, not the machine: what the kernel holds is written. That a commit is on the disk before it
//! is answered is SQLite's `synchronous = FULL`.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::print_stdout, reason = "the counts are part of the result")]

mod clinic;

use std::time::{Duration, Instant};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use clinic::draft::Draft;
use clinic::issuer::TestIssuer;
use clinic::process::{Home, Process};
use clinic::{CEREMONY, SESSION, request};
use gateway::Store;
use jiff::Timestamp;
use records::wire::SignatureAccepted;
use records::{Access, Client};
use rusqlite::Connection;
use tokio::task::JoinSet;
use transport::{Rules, Transport};

/// Set this for more rounds than a test run has patience for.
const ROUNDS: &str = "COUNTERSIGN_KILL_ROUNDS";
/// For so many rounds everything is read after each, and then after every so many: it takes longer with each round.
const READ_WHOLE: usize = 25;
/// Submissions that are under way when the service is killed.
const AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_has_committed_all_of_a_signature_or_nothing() {
    let ward = Ward::new().await;
    let mut gateway = ward.home.start();
    let window = ward.time_of_a_batch(&gateway).await;
    let mut tally = Tally::default();
    for round in 0..rounds() {
        let batch = ward.batch(&gateway, &round.to_string()).await;
        let heard = ward.submit_and_kill(gateway, &batch, at_most(window)).await;

        let after: Vec<_> = batch.iter().map(|one| ward.kept(one)).collect();
        for (heard, kept) in heard.iter().zip(&after) {
            tally.count(heard.is_some(), kept);
        }

        gateway = ward.home.start();
        for ((one, heard), kept) in batch.iter().zip(heard).zip(after) {
            let accepted = ward
                .submit(&gateway, one)
                .await
                .expect("a whole service answers");
            if let Some(before) = heard.map(|heard| heard.receipt).or(kept.receipt) {
                assert_eq!(accepted.receipt, before);
            }
            assert_eq!(ward.kept(one).parts, [1; 6]);
        }
        if round < READ_WHOLE || round % READ_WHOLE == 0 {
            ward.expect_whole(AT_ONCE * (round + 2));
        }
    }
    gateway.kill();
    ward.expect_whole(AT_ONCE * (rounds() + 1));
    assert_eq!(ward.query::<String>("PRAGMA integrity_check", []), "ok");
    println!("{} rounds: {tally:?}", rounds());
    assert_eq!(tally.total(), AT_ONCE * rounds());
}

#[test]
fn killed_while_it_starts_for_the_first_time_it_starts_the_next_time() {
    let calibrated = Home::new("https://id.example");
    let window = calibrated.time_of_a_start();
    let mut with_a_key = 0;
    for _ in 0..rounds() {
        let home = Home::new("https://id.example");
        home.start_and_kill(at_most(window));
        with_a_key += usize::from(home.folder().join("receipts.p8").exists());

        home.start().kill();

        assert_eq!(Store::check_file(&home.store(), None).unwrap().faults, []);
    }
    println!(
        "{} first starts killed, {with_a_key} of them after the key was made",
        rounds()
    );
}

/// What became of the submissions that were under way.
#[derive(Debug, Default)]
struct Tally {
    answered: usize,
    committed_unheard: usize,
    nothing: usize,
}

impl Tally {
    fn count(&mut self, heard: bool, kept: &Kept) {
        match (heard, kept.parts) {
            (true, [1, 1, 1, 1, 1, 1]) => self.answered += 1,
            (false, [1, 1, 1, 1, 1, 1]) => self.committed_unheard += 1,
            (false, [0, 0, 0, 0, 0, 0]) => self.nothing += 1,
            torn => panic!("{torn:?}"),
        }
    }

    fn total(&self) -> usize {
        self.answered + self.committed_unheard + self.nothing
    }
}

/// Evidence for an amendment of its own, ready to be submitted.
struct Ready {
    id: String,
    draft: Draft,
    octets: Vec<u8>,
    token: Access,
}

/// What the store holds of a submission: signature, given, spent challenge, trail, record version, signed amendment.
struct Kept {
    parts: [i64; 6],
    receipt: Option<String>,
}

/// A gateway that is killed, and the people who sign there.
struct Ward {
    issuer: TestIssuer,
    home: Home,
    transport: Transport,
}

impl Ward {
    async fn new() -> Self {
        let issuer = TestIssuer::start().await;
        let home = Home::new(&issuer.iss);
        let rules = Rules {
            development_http: true,
            total_timeout: Duration::from_mins(5),
            ..Rules::default()
        };
        Self {
            issuer,
            home,
            transport: Transport::new(rules).unwrap(),
        }
    }

    /// Some people, each with evidence for an amendment.
    async fn batch(&self, gateway: &Process, name: &str) -> Vec<Ready> {
        let ids: Vec<_> = (0..AT_ONCE)
            .map(|i| format!("amendment-{name}-{i}"))
            .collect();
        let seeds: Vec<_> = ids.iter().map(|id| clinic::seeds::seed(id, 0)).collect();
        Store::open(&self.home.store())
            .unwrap()
            .seed(&seeds)
            .unwrap();
        let client = Client::new(&gateway.url, self.transport.clone()).unwrap();
        let mut batch = Vec::new();
        for id in ids {
            let (sub, now) = (format!("signer-of-{id}"), Timestamp::now());
            let session = self.issuer.access_token(&sub, SESSION, now).into();
            let amendment = client.amendment(&id, &session).await.unwrap();
            let challenge = client.challenge(&request(&[&id]), &session).await.unwrap();
            let draft = Draft::new(&[amendment], &challenge, &sub, &self.issuer, now);
            batch.push(Ready {
                octets: draft.seal(&self.issuer),
                token: self.issuer.access_token(&sub, CEREMONY, now).into(),
                draft,
                id,
            });
        }
        batch
    }

    /// How long it takes to commit a batch here and now.
    async fn time_of_a_batch(&self, gateway: &Process) -> Duration {
        let batch = self.batch(gateway, "first").await;
        let begun = Instant::now();
        for answer in self.submit_all(gateway, &batch).join_all().await {
            assert_eq!(answer.unwrap().1.status(), 201);
        }
        begun.elapsed()
    }

    /// Submits a batch and kills the service after that long. Gives what was heard of each.
    async fn submit_and_kill(
        &self,
        gateway: Process,
        batch: &[Ready],
        after: Duration,
    ) -> Vec<Option<SignatureAccepted>> {
        let mut submitted = self.submit_all(&gateway, batch);
        tokio::time::sleep(after).await;
        gateway.kill();
        let mut heard: Vec<_> = batch.iter().map(|_| None).collect();
        while let Some(answer) = submitted.join_next().await {
            if let Ok((i, answer)) = answer.unwrap() {
                heard[i] = Some(clinic::Answer(answer).accepted());
            }
        }
        heard
    }

    fn submit_all(&self, gateway: &Process, batch: &[Ready]) -> JoinSet<Answered> {
        let mut submitted = JoinSet::new();
        for (i, one) in batch.iter().enumerate() {
            let (transport, request) = (self.transport.clone(), one.request(gateway));
            submitted.spawn(async move { Ok((i, transport.send(request).await?)) });
        }
        submitted
    }

    async fn submit(&self, gateway: &Process, one: &Ready) -> Option<SignatureAccepted> {
        let answer = self.transport.send(one.request(gateway)).await.ok()?;
        Some(clinic::Answer(answer).accepted())
    }

    fn kept(&self, one: &Ready) -> Kept {
        let (id, challenge) = (one.id.as_str(), one.draft.challenge.as_str());
        let signature = one.draft.statement.signature_id.to_string();
        let record = format!("obs-{id}");
        let parts = [
            ("signature WHERE challenge = ?1", challenge),
            ("given WHERE amendment = ?1", id),
            ("challenge WHERE challenge = ?1 AND spent_by IS NOT NULL", challenge),
            (
                "audit WHERE event = 'signature-recorded' AND json_extract(detail, '$.signature_id') = ?1",
                &signature,
            ),
            ("record_version WHERE id = ?1 AND version = 4", &record),
            ("amendment WHERE id = ?1 AND state = 'signed'", id),
        ]
        .map(|(what, key)| self.query(&format!("SELECT count(*) FROM {what}"), [key]));
        let receipt = (parts[0] == 1).then(|| {
            let query = "SELECT receipt FROM signature WHERE challenge = ?1";
            self.query(query, [challenge])
        });
        Kept { parts, receipt }
    }

    /// Everything that was ever committed is there, and as it was.
    fn expect_whole(&self, receipts: usize) {
        let found = Store::check_file(&self.home.store(), None).unwrap();
        assert_eq!(found.faults, []);
        assert_eq!(found.receipts, receipts as u64);
    }

    fn query<T: rusqlite::types::FromSql>(&self, sql: &str, keys: impl rusqlite::Params) -> T {
        let database = Connection::open(self.home.store()).unwrap();
        database.query_row(sql, keys, |row| row.get(0)).unwrap()
    }
}

type Answered = Result<(usize, http::Response<Vec<u8>>), transport::TransportError>;

impl Ready {
    fn request(&self, gateway: &Process) -> http::Request<Vec<u8>> {
        let etag = &self.draft.etags[0];
        clinic::submission(
            &gateway.url,
            self.octets.clone(),
            etag,
            &self.id,
            &self.token,
        )
    }
}

fn rounds() -> usize {
    std::env::var(ROUNDS).map_or(25, |rounds| rounds.parse().unwrap())
}

/// A random time up to that long.
fn at_most(longest: Duration) -> Duration {
    let mut octets = [0; 4];
    SystemRandom::new().fill(&mut octets).unwrap();
    longest.mul_f64(f64::from(u32::from_le_bytes(octets)) / f64::from(u32::MAX))
}
