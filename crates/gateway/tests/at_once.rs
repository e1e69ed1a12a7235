//! Two hundred submissions at once, over real HTTP: of those that have something in common, exactly one is committed.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::print_stdout, reason = "the counts are part of the result")]

mod clinic;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use clinic::draft::Draft;
use clinic::{ADAMS, Answer, CEREMONY, Clinic};
use jiff::SignedDuration;
use records::Access;
use records::wire::ProblemKind;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

const AT_ONCE: usize = 200;
/// Each of these is a whole commit.
const OF_THEIR_OWN: usize = 50;

/// One crowd at a time: two would only wait for each other.
static TURN: Mutex<()> = Mutex::const_new(());

/// What one of them submits.
struct Submission {
    octets: Vec<u8>,
    etag: String,
    key: String,
    token: Access,
}

/// How often a request may take too long before that is its answer.
const TRIES: usize = 10;

/// How often each answer was given: status, and the failing step where there is one.
type Answers = BTreeMap<(u16, Option<String>), usize>;

#[tokio::test]
async fn the_same_evidence_under_one_key_gets_one_receipt_two_hundred_times() {
    let _turn = TURN.lock().await;
    let clinic = Arc::new(Clinic::open().await);
    let draft = clinic.draft("hb-1", ADAMS).await;
    let octets = draft.seal(&clinic.issuer);
    let submissions = (0..AT_ONCE)
        .map(|_| submission(&clinic, &draft, &octets, "key-1"))
        .collect();

    let (answers, receipts) = all_at_once(&clinic, submissions).await;

    assert_eq!(answers, BTreeMap::from([((201, None), AT_ONCE)]));
    assert_eq!(receipts.len(), 1);
    assert_eq!(clinic.kept(), (1, 1, 1, 1));
}

#[tokio::test]
async fn the_same_evidence_under_two_hundred_keys_is_committed_once() {
    let _turn = TURN.lock().await;
    let clinic = Arc::new(Clinic::open().await);
    let draft = clinic.draft("hb-1", ADAMS).await;
    let octets = draft.seal(&clinic.issuer);
    let submissions = (0..AT_ONCE)
        .map(|i| submission(&clinic, &draft, &octets, &format!("key-{i}")))
        .collect();

    let (answers, _) = all_at_once(&clinic, submissions).await;

    one_and_the_others(&answers, 409, "challenge");
    assert_eq!(clinic.kept(), (1, 1, 1, 1));
}

#[tokio::test]
async fn of_two_hundred_evidences_for_one_challenge_one_is_committed() {
    let _turn = TURN.lock().await;
    let clinic = Arc::new(Clinic::open().await);
    let amendment = [clinic.amendment("hb-1", ADAMS).await];
    let challenge = clinic.challenge(&["hb-1"], ADAMS).await.unwrap();
    let now = gateway::Clock::now(&*clinic.clock);
    let submissions = (0..AT_ONCE)
        .map(|i| {
            let draft = Draft::new(&amendment, &challenge, ADAMS, &clinic.issuer, now);
            let octets = draft.seal(&clinic.issuer);
            submission(&clinic, &draft, &octets, &format!("key-{i}"))
        })
        .collect();

    let (answers, _) = all_at_once(&clinic, submissions).await;

    one_and_the_others(&answers, 409, "challenge");
    assert_eq!(clinic.kept(), (1, 1, 1, 1));
}

#[tokio::test]
async fn of_two_hundred_peoples_evidences_for_one_record_version_one_is_committed() {
    let _turn = TURN.lock().await;
    let clinic = Arc::new(Clinic::open().await);
    let mut submissions = Vec::new();
    for i in 0..AT_ONCE {
        let draft = clinic.draft("hb-1", &format!("person-{i}")).await;
        let octets = draft.seal(&clinic.issuer);
        submissions.push(submission(&clinic, &draft, &octets, "key-1"));
    }

    let (answers, _) = all_at_once(&clinic, submissions).await;

    one_and_the_others(&answers, 412, "record");
    assert_eq!(clinic.kept(), (1, 1, 1, 1));
    assert_eq!(clinic.amendment("hb-1", ADAMS).await.current_version, "4");
}

#[tokio::test]
async fn signatures_on_records_of_their_own_are_all_committed_in_one_chain() {
    let _turn = TURN.lock().await;
    let clinic = Arc::new(Clinic::open().await);
    let ids: Vec<_> = (0..OF_THEIR_OWN).map(|i| format!("many-{i}")).collect();
    let seeds: Vec<_> = ids.iter().map(|id| clinic::seeds::seed(id, 9)).collect();
    clinic.store().seed(&seeds).unwrap();
    let mut submissions = Vec::new();
    for id in &ids {
        let draft = clinic.draft(id, ADAMS).await;
        let octets = draft.seal(&clinic.issuer);
        submissions.push(submission(&clinic, &draft, &octets, id));
    }

    let (answers, receipts) = all_at_once(&clinic, submissions).await;

    assert_eq!(answers, BTreeMap::from([((201, None), OF_THEIR_OWN)]));
    assert_eq!(receipts.len(), OF_THEIR_OWN);
    let found = clinic.store().check(None).unwrap();
    assert_eq!(found.faults, []);
    assert_eq!(found.receipts, OF_THEIR_OWN as u64);
}

impl Submission {
    /// The answer. Two hundred of these may be more than a busy machine gets done in the time that a request may take:
    /// whoever is told so submits the same once more, under the same key.
    async fn delivered(&self, clinic: &Clinic) -> Answer {
        let mut tried = 1;
        loop {
            let octets = self.octets.clone();
            let delivery = clinic.deliver(octets, &self.etag, &self.key, &self.token);
            let answer = delivery.await;
            let in_time = answer.status().as_u16() != ProblemKind::TimedOut.status();
            if in_time || tried == TRIES {
                return answer;
            }
            tried += 1;
        }
    }
}

fn submission(clinic: &Clinic, draft: &Draft, octets: &[u8], key: &str) -> Submission {
    Submission {
        octets: octets.to_vec(),
        etag: draft.etags.join(", "),
        key: key.to_owned(),
        token: clinic.token(&draft.sub, CEREMONY),
    }
}

/// Submits them all, and gives the answers and the distinct receipts.
async fn all_at_once(
    clinic: &Arc<Clinic>,
    submissions: Vec<Submission>,
) -> (Answers, BTreeSet<String>) {
    clinic.clock.forward(SignedDuration::from_secs(2));
    let start = Arc::new(tokio::sync::Barrier::new(submissions.len()));
    let mut running = JoinSet::new();
    for submission in submissions {
        let (clinic, start) = (clinic.clone(), start.clone());
        running.spawn(async move {
            start.wait().await;
            submission.delivered(&clinic).await
        });
    }
    let (mut answers, mut receipts) = (Answers::new(), BTreeSet::new());
    for answer in running.join_all().await {
        let step = if answer.status() == 201 {
            receipts.insert(answer.accepted().receipt);
            None
        } else {
            answer.problem().step
        };
        *answers.entry((answer.status().as_u16(), step)).or_default() += 1;
    }
    println!("{answers:?}");
    (answers, receipts)
}

#[track_caller]
fn one_and_the_others(answers: &Answers, status: u16, step: &str) {
    let expected = BTreeMap::from([
        ((201, None), 1),
        ((status, Some(step.to_owned())), AT_ONCE - 1),
    ]);
    assert_eq!(*answers, expected);
}
