//! A file from anywhere: which keys it is checked against, and what is said of one that is no evidence.
//!
//! The files and archives are the published vectors of the `evidence` crate.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rstest::rstest;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::Ward;
use crate::app::when;
use crate::ipc::{CheckedState, Verification};

const EVIDENCE: &[u8] = include_bytes!("../../../crates/evidence/vectors/valid/es256.json");
const ITS_KEYS: &[u8] = include_bytes!("../../../crates/evidence/vectors/archives/es256.json");
const OTHER_KEYS: &[u8] = include_bytes!("../../../crates/evidence/vectors/archives/rs256.json");

/// Somebody at a device that may keep an archive, beside a service that may serve one.
struct Desk {
    ward: Ward,
    service: MockServer,
}

impl Desk {
    async fn with(kept: Option<&[u8]>, served: Option<&[u8]>) -> Self {
        let service = MockServer::start().await;
        answer(&service, ResponseTemplate::new(503)).await;
        let ward = Ward::open_beside(&format!("{}/", service.uri())).await;
        let desk = Self {
            ward: ward.sign_in().await,
            service,
        };
        // Signing in renews the archive; here it fails, so that what is kept is what the test says.
        tokio::time::timeout(Duration::from_mins(1), async {
            while desk.asked().await == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .unwrap();
        desk.service.reset().await;
        if let Some(archive) = served {
            let served = ResponseTemplate::new(200).set_body_bytes(archive);
            answer(&desk.service, served).await;
        }
        if let Some(archive) = kept {
            fs::write(desk.archive(), archive).unwrap();
        }
        desk
    }

    fn archive(&self) -> PathBuf {
        self.ward.folder.path().join("archive.json")
    }

    fn file(&self, octets: &[u8]) -> PathBuf {
        let file = self.ward.folder.path().join("signed.json");
        fs::write(&file, octets).unwrap();
        file
    }

    /// How often the archive was asked for.
    async fn asked(&self) -> usize {
        let requests = self.service.received_requests().await.unwrap();
        let archive = |request: &&wiremock::Request| request.url.path() == "/v1/archive";
        requests.iter().filter(archive).count()
    }

    async fn verify(&self, octets: &[u8]) -> Verification {
        let file = self.file(octets);
        self.ward.controller.verify(&file).await.unwrap()
    }
}

async fn answer(service: &MockServer, answer: ResponseTemplate) {
    let archive = Mock::given(path("/v1/archive"));
    archive.respond_with(answer).mount(service).await;
}

#[tokio::test]
async fn a_file_is_checked_against_the_kept_archive_without_a_call() {
    let desk = Desk::with(Some(ITS_KEYS), None).await;

    let checked = desk.verify(EVIDENCE).await;

    assert!(checked.valid, "{checked:#?}");
    assert_eq!(checked.steps.len(), 14);
    assert!(
        checked
            .steps
            .iter()
            .all(|step| step.state == CheckedState::Passed)
    );
    assert_eq!(checked.says.unwrap().name, "Grace Adams");
    assert_eq!((checked.file.as_str(), checked.size), ("signed.json", 6484));
    let kept_since = fs::metadata(desk.archive()).unwrap().modified().unwrap();
    assert_eq!(
        checked.archive_at,
        when::rfc3339(kept_since.try_into().unwrap())
    );
    assert_eq!(desk.asked().await, 0);
}

#[rstest]
#[case::other_keys(Some(OTHER_KEYS))]
#[case::no_archive(None)]
#[case::half_an_archive(Some(&ITS_KEYS[..ITS_KEYS.len() / 2]))]
#[tokio::test]
async fn keys_that_are_missing_are_fetched_once_and_kept(#[case] kept: Option<&[u8]>) {
    let desk = Desk::with(kept, Some(ITS_KEYS)).await;

    let first = desk.verify(EVIDENCE).await;
    let second = desk.verify(EVIDENCE).await;

    assert!(first.valid && second.valid, "{first:#?}");
    assert_eq!(desk.asked().await, 1);
    assert_eq!(fs::read(desk.archive()).unwrap(), ITS_KEYS);
}

#[rstest]
#[case::nothing(None)]
#[case::a_page(Some(b"<!doctype html><title>Sign in to the network</title>".as_slice()))]
#[case::another_document(Some(b"{\"type\":\"urn:countersign:evidence:v1\"}".as_slice()))]
#[tokio::test]
async fn what_is_no_archive_replaces_none(#[case] served: Option<&[u8]>) {
    let desk = Desk::with(Some(OTHER_KEYS), served).await;

    let checked = desk.verify(EVIDENCE).await;

    assert!(!checked.valid);
    let failed: Vec<_> = checked
        .steps
        .iter()
        .filter(|step| step.reason.is_some())
        .collect();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert_eq!(failed[0].state, CheckedState::Failed);
    assert_eq!(failed[0].name, "id_token");
    assert_eq!(desk.asked().await, 1);
    assert_eq!(fs::read(desk.archive()).unwrap(), OTHER_KEYS);
}

#[tokio::test]
async fn without_any_archive_nothing_is_said_about_the_file() {
    let desk = Desk::with(None, None).await;
    let file = desk.file(EVIDENCE);

    let fault = desk.ward.controller.verify(&file).await.unwrap_err();

    assert_eq!(fault.code, "archive_missing");
    assert!(desk.ward.controller.report_to_save().is_err());
    assert!(!desk.archive().exists());
}

#[rstest]
#[case::nothing(b"")]
#[case::an_image(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")]
#[case::another_document(b"{\"resourceType\":\"Observation\"}")]
#[case::an_archive(ITS_KEYS)]
#[case::half_of_it(&EVIDENCE[..EVIDENCE.len() / 2])]
#[tokio::test]
async fn a_file_that_is_no_evidence_fails_the_first_step_and_says_nothing(#[case] octets: &[u8]) {
    let desk = Desk::with(Some(ITS_KEYS), Some(ITS_KEYS)).await;

    let checked = desk.verify(octets).await;

    assert!(!checked.valid);
    assert_eq!(checked.steps[0].name, "parse");
    assert_eq!(checked.steps[0].state, CheckedState::Failed);
    assert!(
        checked.steps[1..]
            .iter()
            .all(|step| step.state == CheckedState::NotRun)
    );
    assert_eq!(checked.says, None);
    assert_eq!(usize::try_from(checked.size).unwrap(), octets.len());
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_read_to_its_end() {
    const SIZE: u64 = 3 << 30;
    let desk = Desk::with(Some(ITS_KEYS), Some(ITS_KEYS)).await;
    let file = desk.file(EVIDENCE);
    fs::File::options()
        .append(true)
        .open(&file)
        .unwrap()
        .set_len(SIZE)
        .unwrap();

    let checked = desk.ward.controller.verify(&file).await.unwrap();

    assert!(!checked.valid);
    assert_eq!(checked.steps[0].reason.as_deref(), Some("too_large"));
    assert_eq!(u64::from(checked.size), SIZE);
}

#[tokio::test]
async fn what_cannot_be_read_is_a_fault_and_no_verdict() {
    let desk = Desk::with(Some(ITS_KEYS), None).await;
    let folder = desk.ward.folder.path();
    #[allow(unused_mut, reason = "elsewhere there are no pipes with a name")]
    let mut unreadable = vec![folder.join("absent.json"), folder.to_owned()];
    #[cfg(unix)]
    {
        let pipe = folder.join("pipe.json");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        unreadable.push(pipe);
    }

    for path in unreadable {
        let fault = desk.ward.controller.verify(&path).await.unwrap_err();
        assert_eq!(fault.code, "cannot_read", "{}", path.display());
    }
}

#[tokio::test]
async fn a_dropped_file_is_verified_and_the_screen_told_either_way() {
    let desk = Desk::with(Some(ITS_KEYS), None).await;
    let file = desk.file(EVIDENCE);

    desk.ward.controller.verify_dropped(&file).await;
    desk.ward
        .controller
        .verify_dropped(desk.ward.folder.path())
        .await;

    let told = desk.ward.screen.1.lock().unwrap();
    assert_eq!(told.len(), 2);
    assert!(told[0].checked.as_ref().unwrap().valid && told[0].fault.is_none());
    assert_eq!(told[1].checked, None);
    assert_eq!(told[1].fault.as_ref().unwrap().code, "cannot_read");
}

#[tokio::test]
async fn the_report_is_on_the_file_that_was_verified_last() {
    let desk = Desk::with(Some(ITS_KEYS), Some(ITS_KEYS)).await;
    assert!(desk.ward.controller.report_to_save().is_err());

    desk.verify(EVIDENCE).await;
    let valid = desk.ward.controller.report_to_save().unwrap();
    let changed = String::from_utf8(EVIDENCE.to_vec()).unwrap();
    desk.verify(changed.replacen("Grace Adams", "Grace Abend", 1).as_bytes())
        .await;
    let invalid = desk.ward.controller.report_to_save().unwrap();

    let page = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    let (valid, name) = (page(valid.octets), valid.file_name);
    assert_eq!(name, "signed.html");
    assert!(valid.contains("Valid. All 14 steps passed.") && valid.contains("Grace Adams"));
    let invalid = page(invalid.octets);
    assert!(
        invalid.contains("Grace Abend") && invalid.contains("What the file claims, not proven")
    );
    assert!(!invalid.contains("Valid. All 14 steps passed."));
}

#[tokio::test]
async fn nobody_verifies_before_signing_in() {
    let ward = Ward::open().await;
    let file = ward.folder.path().join("signed.json");
    fs::write(&file, EVIDENCE).unwrap();

    let fault = ward.controller.verify(&file).await.unwrap_err();

    assert_eq!(fault.code, "not_signed_in");
}
