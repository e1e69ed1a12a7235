//! The activity logs of devices: kept in one piece, or refused with the place from where to go on.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use clinic::{ADAMS, BAKER, CEREMONY, Clinic, SESSION};
use evidence::digest::sha256_hex;
use http::Request;
use records::CallError;
use records::wire::{AuditBatch, AuditHead, ProblemKind};
use rstest::rstest;
use secrecy::ExposeSecret as _;
use serde_json::json;

const DEVICE: &str = "ward-3-pc-2";

/// Lines as a device writes them.
fn log(length: u64, word: &str) -> Vec<String> {
    let mut prev = "0".repeat(64);
    (1..=length)
        .map(|seq| {
            let content = format!(
                r#"{{"seq":{seq},"at":"2026-11-24T13:30:00Z","prev":"{prev}","event":"{word}""#
            );
            prev = sha256_hex(format!("{content}}}").as_bytes());
            format!(r#"{content},"hash":"{prev}"}}"#)
        })
        .collect()
}

fn hash(line: &str) -> String {
    line[line.len() - 66..line.len() - 2].to_owned()
}

fn batch(lines: &[String], first_seq: u64) -> AuditBatch {
    let first = usize::try_from(first_seq).unwrap() - 1;
    AuditBatch {
        device: DEVICE.into(),
        log: hash(&lines[0]),
        first_seq,
        lines: lines[first..].to_vec(),
    }
}

/// As far as these lines go.
fn through(lines: &[String]) -> AuditHead {
    AuditHead {
        next_seq: lines.len() as u64 + 1,
        head: lines.last().map(|line| hash(line)),
    }
}

async fn ship(clinic: &Clinic, batch: &AuditBatch) -> Result<AuditHead, CallError> {
    let token = clinic.token(ADAMS, SESSION);
    clinic.client.ship_audit(batch, &token).await
}

fn kept(clinic: &Clinic, lines: &[String]) -> Vec<String> {
    clinic.store().device_log(DEVICE, &hash(&lines[0])).unwrap()
}

#[tokio::test]
async fn a_log_is_kept_octet_by_octet_and_goes_on_where_it_ended() {
    let clinic = Clinic::open().await;
    let lines = log(5, "locked");

    let first = ship(&clinic, &batch(&lines[..3], 1)).await.unwrap();
    let second = ship(&clinic, &batch(&lines, 4)).await.unwrap();

    assert_eq!((first, second), (through(&lines[..3]), through(&lines)));
    assert_eq!(kept(&clinic, &lines), lines);
}

#[tokio::test]
async fn the_same_lines_again_are_no_error_and_change_nothing() {
    let clinic = Clinic::open().await;
    let lines = log(5, "locked");
    ship(&clinic, &batch(&lines[..4], 1)).await.unwrap();

    let again = ship(&clinic, &batch(&lines[..3], 2)).await.unwrap();
    let overlapping = ship(&clinic, &batch(&lines, 3)).await.unwrap();

    assert_eq!(again, through(&lines[..4]));
    assert_eq!(overlapping, through(&lines));
    assert_eq!(kept(&clinic, &lines), lines);
}

#[tokio::test]
async fn a_gap_is_refused_and_says_from_where_to_send() {
    let clinic = Clinic::open().await;
    let lines = log(6, "locked");

    let at_the_start = ship(&clinic, &batch(&lines, 2)).await.unwrap_err();
    ship(&clinic, &batch(&lines[..2], 1)).await.unwrap();
    let in_the_middle = ship(&clinic, &batch(&lines, 4)).await.unwrap_err();

    let nothing = AuditHead {
        next_seq: 1,
        head: None,
    };
    assert!(matches!(at_the_start, CallError::AuditGap { resume } if resume == nothing));
    assert!(
        matches!(in_the_middle, CallError::AuditGap { resume } if resume == through(&lines[..2]))
    );
    assert_eq!(kept(&clinic, &lines), lines[..2]);
}

#[rstest]
#[case::where_it_is_kept(2)]
#[case::where_it_goes_on(4)]
#[tokio::test]
async fn another_history_is_refused_whole_and_told_to_security(#[case] first_seq: u64) {
    let clinic = Clinic::open().await;
    let lines = log(3, "locked");
    ship(&clinic, &batch(&lines, 1)).await.unwrap();
    let mut other = batch(&log(6, "unlocked"), first_seq);
    other.log = hash(&lines[0]);

    let refused = ship(&clinic, &other).await.unwrap_err();

    assert!(matches!(refused, CallError::AuditFork { resume } if resume == through(&lines)));
    assert_eq!(kept(&clinic, &lines), lines);
    let told = clinic.store().security_events().unwrap();
    assert_eq!(told.last().unwrap().kind, "audit-broken");
}

#[tokio::test]
async fn a_log_that_begins_in_the_middle_of_another_is_a_fork() {
    let clinic = Clinic::open().await;
    let lines = log(3, "locked");
    let orphan = lines[0].replace(&"0".repeat(64), &"1".repeat(64));
    let content = orphan.split(",\"hash\"").next().unwrap();
    let hash = sha256_hex(format!("{content}}}").as_bytes());
    let mut batch = batch(&lines[..1], 1);
    batch.lines = vec![format!(r#"{content},"hash":"{hash}"}}"#)];

    let refused = ship(&clinic, &batch).await.unwrap_err();

    assert!(matches!(refused, CallError::AuditFork { resume } if resume.next_seq == 1));
}

#[rstest]
#[case::edited(|batch: &mut AuditBatch| batch.lines[1] = batch.lines[1].replace("locked", "lucked"))]
#[case::reordered(|batch: &mut AuditBatch| batch.lines.swap(0, 1))]
#[case::one_taken_out(|batch: &mut AuditBatch| drop(batch.lines.remove(1)))]
#[case::another_number(|batch: &mut AuditBatch| batch.first_seq = 2)]
#[case::no_number(|batch: &mut AuditBatch| batch.first_seq = 0)]
#[case::no_entry(|batch: &mut AuditBatch| batch.lines[0] = "{}".into())]
#[case::letters_of_several_octets(|batch: &mut AuditBatch| batch.lines[0] = "ä".repeat(80) + "\"}")]
#[case::two_lines_in_one(|batch: &mut AuditBatch| batch.lines[0] = batch.lines.join("\n"))]
#[case::no_lines(|batch: &mut AuditBatch| batch.lines.clear())]
#[case::too_many_lines(|batch: &mut AuditBatch| batch.lines = log(1001, "locked"))]
#[case::no_log(|batch: &mut AuditBatch| batch.log.clear())]
#[case::no_device(|batch: &mut AuditBatch| batch.device.clear())]
#[tokio::test]
async fn what_is_no_part_of_a_log_is_malformed(#[case] fault: fn(&mut AuditBatch)) {
    let clinic = Clinic::open().await;
    let lines = log(3, "locked");
    let mut batch = batch(&lines, 1);
    fault(&mut batch);
    let token = clinic.token(ADAMS, SESSION);
    let request = Request::post(format!("{}v1/audit-events", clinic.running.url()))
        .header("authorization", format!("Bearer {}", token.expose_secret()))
        .header("content-type", "application/json")
        .body(json!(batch).to_string().into_bytes())
        .unwrap();

    let answer = clinic.send(request).await;

    assert_eq!(answer.problem().kind, ProblemKind::Malformed.urn());
    assert_eq!(kept(&clinic, &lines), Vec::<String>::new());
}

#[tokio::test]
async fn several_people_continue_the_log_of_a_device_and_a_new_log_begins_anew() {
    let clinic = Clinic::open().await;
    let (lines, anew) = (log(4, "locked"), log(2, "reinstalled"));
    let baker = clinic.token(BAKER, CEREMONY);

    ship(&clinic, &batch(&lines[..2], 1)).await.unwrap();
    let continued = clinic.client.ship_audit(&batch(&lines, 3), &baker).await;
    let begun = ship(&clinic, &batch(&anew, 1)).await.unwrap();

    assert_eq!(continued.unwrap(), through(&lines));
    assert_eq!(begun, through(&anew));
    assert_eq!(kept(&clinic, &lines), lines);
    assert_eq!(kept(&clinic, &anew), anew);
}
