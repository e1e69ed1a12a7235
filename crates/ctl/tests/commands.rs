//! The other commands: archive, audit, policy, doctor.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ctl;

use std::fs;

use audit::{Actor, Entry, Event, Log};
use ctl::countersignctl;
use jiff::Timestamp;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const POLICY: &str = r#"
[identity]
issuer = "https://id.example.org"
client_id = "countersign"

[records]
url = "https://records.example.org"
"#;

fn archive() -> Value {
    json!({
        "type": "urn:countersign:archive:v1",
        "issuers": [],
        "receipt_keys": [],
        "clock_skew_s": 60,
        "delivery_grace_s": 0,
    })
}

async fn records_that_answer(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/v1/archive"))
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn an_archive_is_fetched_and_kept_as_it_came() {
    let server = records_that_answer(ResponseTemplate::new(200).set_body_json(archive())).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("archive.json");

    let ran = countersignctl([
        "archive".as_ref(),
        "--records".as_ref(),
        server.uri().as_ref(),
        "--development-http".as_ref(),
        "--out".as_ref(),
        file.as_os_str(),
    ]);

    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        serde_json::from_slice::<Value>(&fs::read(&file).unwrap()).unwrap(),
        archive()
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn an_answer_that_is_no_archive_does_not_replace_one() {
    for answer in [
        ResponseTemplate::new(200).set_body_string("<html>"),
        ResponseTemplate::new(500),
        ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example"),
    ] {
        let server = records_that_answer(answer).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("archive.json");
        fs::write(&file, "kept").unwrap();

        let records = server.uri();
        let ran = countersignctl([
            "archive".as_ref(),
            "--records".as_ref(),
            records.as_ref(),
            "--development-http".as_ref(),
            "--out".as_ref(),
            file.as_os_str(),
        ]);

        assert_eq!(ran.code, 1);
        assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
    }
}

#[tokio::test]
async fn plain_http_is_for_development_only() {
    let server = records_that_answer(ResponseTemplate::new(200).set_body_json(archive())).await;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("archive.json").display().to_string();

    let ran = countersignctl(["archive", "--records", &server.uri(), "--out", &out]);

    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("not https"), "{}", ran.err);
}

#[test]
fn a_whole_log_is_complete_and_a_changed_one_is_located() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    let now = Timestamp::from_second(1_795_600_000).unwrap();
    let mut log = Log::open(&file, now).unwrap();
    for _ in 0..3 {
        log.append(
            &Entry {
                event: Event::Stopped,
                reference: None,
                actor: Actor::Device("ward-3-pc-2".into()),
            },
            now,
        )
        .unwrap();
    }
    drop(log);
    let arguments = ["audit".as_ref(), "verify".as_ref(), file.as_os_str()];

    assert_eq!(countersignctl(arguments).code, 0);

    let text = fs::read_to_string(&file).unwrap();
    let changed: Vec<&str> = text
        .lines()
        .enumerate()
        .filter(|(line, _)| *line != 1)
        .map(|(_, entry)| entry)
        .collect();
    fs::write(&file, changed.join("\n") + "\n").unwrap();
    let ran = countersignctl(arguments);
    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("line 2"), "{}", ran.out);
    assert!(ran.out.contains("audit.jsonl"), "{}", ran.out);
}

#[test]
fn a_log_that_is_not_there_could_not_be_checked() {
    assert_eq!(
        countersignctl(["audit", "verify", "/nowhere/audit.jsonl"]).code,
        1
    );
}

#[test]
fn a_policy_is_shown_with_the_source_of_each_value() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    fs::write(&file, POLICY).unwrap();

    let ran = countersignctl([
        "policy".as_ref(),
        "show".as_ref(),
        "--policy".as_ref(),
        file.as_os_str(),
    ]);

    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("identity.issuer") && ran.out.contains("policy file ("),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("[default]"), "{}", ran.out);
}

#[test]
fn a_policy_with_an_unknown_key_is_wrong_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    fs::write(&file, format!("{POLICY}\ncolour = \"green\"\n")).unwrap();

    let ran = countersignctl([
        "policy".as_ref(),
        "check".as_ref(),
        "--policy".as_ref(),
        file.as_os_str(),
    ]);

    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("records.colour"), "{}", ran.out);
    assert!(ran.out.lines().count() >= 2, "{}", ran.out);
}

#[test]
fn everything_that_is_wrong_with_a_policy_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    let wrong = "[identity]\nissuer = \"http://id.example.org\"\nmax_age = 2\n[signing]\ntimeout_s = \"long\"\n";
    fs::write(&file, wrong).unwrap();

    let ran = countersignctl([
        "policy".as_ref(),
        "check".as_ref(),
        file.as_os_str(),
        "--json".as_ref(),
    ]);

    assert_eq!(ran.code, 2);
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    let keys: Vec<&str> = answer["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["key"].as_str().unwrap())
        .collect();
    assert_eq!(
        keys,
        [
            "identity.client_id",
            "identity.max_age",
            "signing.timeout_s",
            "records.url"
        ]
    );
}

#[test]
fn a_policy_is_explained_by_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    fs::write(&file, POLICY).unwrap();

    let ran = countersignctl([
        "policy".as_ref(),
        "show".as_ref(),
        "--explain".as_ref(),
        "--policy".as_ref(),
        file.as_os_str(),
    ]);

    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for field in policy::FIELDS {
        assert!(ran.out.contains(field.description), "{}", field.key);
    }
}

#[test]
fn a_policy_file_that_is_not_there_could_not_be_checked() {
    assert_eq!(
        countersignctl(["policy", "check", "--policy", "/nowhere/policy.toml"]).code,
        1
    );
}

#[test]
fn the_doctor_names_everything_that_the_application_needs() {
    let ran = countersignctl(["doctor", "--json"]);

    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    let names: Vec<&str> = answer["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["display", "webview", "keyring", "browser"]);
    assert!(answer["policy"]["usable"].is_boolean());
    assert_eq!(
        ran.code,
        if answer["in_order"] == json!(true) {
            0
        } else {
            2
        }
    );
}
