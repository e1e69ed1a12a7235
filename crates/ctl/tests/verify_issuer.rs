//! `countersignctl verify --issuer`, against a provider that answers over HTTP: what it finds, and what it never claims.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../evidence/tests/common/mod.rs"]
mod common;

mod ctl;

use std::fs;

use common::{CLIENT, Provider, Scene};
use ctl::{Ran, countersignctl};
use evidence::keys::Algorithm;
use serde_json::{Value, json};
use tempfile::TempDir;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A provider that publishes what it is told to, and evidence from a provider of that name.
struct Internet {
    server: MockServer,
    folder: TempDir,
    scene: Scene,
}

impl Internet {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Scene)) -> Self {
        let server = MockServer::start().await;
        let provider = Provider::new(&server.uri(), Algorithm::Es256);
        let scene = Scene::at(provider)
            .with(|scene| scene.statement.signer.iss = server.uri())
            .with(change);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("evidence.json"), scene.receipted()).unwrap();
        Self {
            server,
            folder,
            scene,
        }
    }

    async fn publish(self, jwks: Vec<u8>) -> Self {
        let configuration = self.configuration();
        self.publish_as(&configuration, jwks).await
    }

    fn configuration(&self) -> Value {
        json!({
            "issuer": self.server.uri(),
            "jwks_uri": format!("{}/keys", self.server.uri()),
            "id_token_signing_alg_values_supported": ["ES256", "HS256"],
        })
    }

    async fn publish_as(self, configuration: &Value, jwks: Vec<u8>) -> Self {
        for (at, body) in [
            (
                "/.well-known/openid-configuration",
                serde_json::to_vec(configuration).unwrap(),
            ),
            ("/keys", jwks),
        ] {
            Mock::given(path(at))
                .respond_with(ResponseTemplate::new(200).set_body_bytes(body))
                .mount(&self.server)
                .await;
        }
        self
    }

    fn change(&self, from: &str, to: &str) {
        let file = self.folder.path().join("evidence.json");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from));
        fs::write(file, text.replace(from, to)).unwrap();
    }

    fn verify(&self, more: &[&str]) -> Ran {
        self.verify_by(&self.server.uri(), more)
    }

    fn verify_by(&self, issuer: &str, more: &[&str]) -> Ran {
        let file = self.folder.path().join("evidence.json");
        let mut arguments = vec![
            "verify",
            file.to_str().unwrap(),
            "--issuer",
            issuer,
            "--development-http",
        ];
        arguments.extend(more);
        countersignctl(arguments)
    }

    fn answer(&self, more: &[&str]) -> (i32, Value) {
        let ran = self.verify(&[more, &["--json"]].concat());
        (ran.code, serde_json::from_str(&ran.out).unwrap())
    }
}

/// The steps that ended so, by name.
fn steps<'a>(answer: &'a Value, status: &str) -> Vec<&'a str> {
    let steps = answer["steps"]["steps"].as_array().unwrap();
    let ended = steps.iter().filter(|step| step["status"] == status);
    ended.map(|step| step["name"].as_str().unwrap()).collect()
}

async fn honest() -> Internet {
    let internet = Internet::new().await;
    let jwks = internet.scene.provider.jwks();
    internet.publish(jwks).await
}

#[tokio::test]
async fn with_keys_of_today_alone_evidence_is_never_called_valid() {
    let internet = honest().await;

    let (code, answer) = internet.answer(&[]);

    assert_eq!((code, &answer["result"]), (1, &json!("unchecked")));
    assert_eq!(answer.get("signature"), None);
    assert_eq!(
        steps(&answer, "passed"),
        [
            "parse",
            "commitment",
            "holder",
            "issuer",
            "id_token",
            "signer"
        ]
    );
    assert_eq!(
        steps(&answer, "not_checked"),
        [
            "audience",
            "time",
            "freshness",
            "authentication",
            "record",
            "challenge",
            "authority",
            "receipt"
        ]
    );
}

#[tokio::test]
async fn a_person_reads_what_holds_and_that_it_is_not_proven() {
    let ran = honest().await.verify(&[]);

    assert_eq!(ran.code, 1, "{}", ran.err);
    for text in [
        "Not refuted, and not proven: 6 of 14 steps hold",
        "verify with --archive",
        "What the file claims, not proven",
        "Grace Adams",
        "not checked here",
    ] {
        assert!(ran.out.contains(text), "{text} is not in:\n{}", ran.out);
    }
    assert!(!ran.out.contains("Valid.") && !ran.out.contains("became version"));
}

#[tokio::test]
async fn the_client_is_checked_where_somebody_says_which_counts() {
    let internet = honest().await;

    let (code, answer) = internet.answer(&["--client-id", CLIENT]);
    assert_eq!(code, 1);
    assert!(steps(&answer, "passed").contains(&"audience"));

    let (code, answer) = internet.answer(&["--client-id", "another-client"]);
    assert_eq!((code, &answer["step"]), (2, &json!("audience")));
    assert_eq!(answer["reason"], "audience_mismatch");
}

#[tokio::test]
async fn a_signer_whom_the_provider_does_not_name_is_not_called_checked() {
    let internet = Internet::with(|scene| {
        scene.claims.remove("name");
    })
    .await;
    let jwks = internet.scene.provider.jwks();
    let internet = internet.publish(jwks).await;

    let (code, answer) = internet.answer(&[]);

    assert_eq!(code, 1);
    assert!(steps(&answer, "not_checked").contains(&"signer"));
}

#[tokio::test]
async fn what_was_changed_is_invalid_by_the_name_of_the_step_even_without_an_archive() {
    let internet = honest().await;
    internet.change("Transcription error", "Transcription horror");

    let ran = internet.verify(&[]);

    assert_eq!(ran.code, 2);
    assert!(
        ran.out.contains("commitment: statement_mismatch"),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn what_is_no_evidence_at_all_is_invalid_at_parse() {
    let internet = honest().await;
    fs::write(internet.folder.path().join("evidence.json"), "{}").unwrap();

    let (code, answer) = internet.answer(&[]);

    assert_eq!((code, &answer["step"]), (2, &json!("parse")));
}

#[tokio::test]
async fn a_forger_with_a_key_of_the_same_name_is_found_out() {
    let internet = Internet::new().await;
    let honest = Provider::new(&internet.server.uri(), Algorithm::Es256);
    let internet = internet.publish(honest.jwks()).await;

    let (code, answer) = internet.answer(&[]);

    assert_eq!((code, &answer["step"]), (2, &json!("id_token")));
    assert_eq!(answer["reason"], "signature_invalid");
}

#[tokio::test]
async fn a_key_that_is_published_no_more_decides_nothing() {
    let internet = Internet::new().await;
    let mut newer = Provider::new(&internet.server.uri(), Algorithm::Es256);
    newer.kid = "key-2".to_owned();
    let internet = internet.publish(newer.jwks()).await;

    let (code, answer) = internet.answer(&[]);
    assert_eq!((code, &answer["result"]), (1, &json!("unchecked")));
    assert_eq!(answer["reason"], "key_not_found");
    assert_eq!(
        steps(&answer, "passed"),
        ["parse", "commitment", "holder", "issuer"]
    );
    assert_eq!(steps(&answer, "failed"), Vec::<&str>::new());

    let ran = internet.verify(&["--lang", "de"]);
    assert!(ran.out.contains("heutigen Schlüssel"), "{}", ran.out);
}

#[tokio::test]
async fn an_algorithm_that_is_announced_no_more_decides_nothing() {
    let internet = Internet::new().await;
    let mut configuration = internet.configuration();
    configuration["id_token_signing_alg_values_supported"] = json!(["RS256"]);
    let jwks = internet.scene.provider.jwks();
    let internet = internet.publish_as(&configuration, jwks).await;

    let (code, answer) = internet.answer(&[]);

    assert_eq!(code, 1);
    assert_eq!(answer["reason"], "algorithm_not_allowed");
}

#[tokio::test]
async fn an_unsigned_token_is_invalid_whatever_is_announced() {
    let internet = Internet::with(|scene| {
        scene.header.insert("alg".to_owned(), json!("none"));
    })
    .await;
    let jwks = internet.scene.provider.jwks();
    let internet = internet.publish(jwks).await;

    let (code, answer) = internet.answer(&[]);

    assert_eq!((code, &answer["step"]), (2, &json!("id_token")));
}

#[tokio::test]
async fn evidence_of_another_provider_is_not_this_ones() {
    let internet = Internet::with(|scene| {
        let other = "https://other.example.org";
        scene.provider.iss = other.to_owned();
        scene.claims.insert("iss".to_owned(), json!(other));
        scene.statement.signer.iss = other.to_owned();
        scene.callback_iss = None;
        scene.configuration = scene.provider.configuration();
    })
    .await;
    let jwks = internet.scene.provider.jwks();
    let internet = internet.publish(jwks).await;

    let (code, answer) = internet.answer(&[]);

    assert_eq!((code, &answer["reason"]), (2, &json!("issuer_untrusted")));
}

#[tokio::test]
async fn a_provider_of_another_name_or_without_keys_is_not_asked_further() {
    let internet = honest().await;
    // The same server, and not letter by letter the same name.
    let ran = internet.verify_by(&format!("{}/", internet.server.uri()), &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("names another issuer"), "{}", ran.err);

    let keyless = Internet::new()
        .await
        .publish(br#"{"keys":[]}"#.to_vec())
        .await;
    let ran = keyless.verify(&[]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no key"), "{}", ran.err);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_leaves_everything_unchecked() {
    let internet = Internet::new().await;

    let ran = internet.verify(&[]);

    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("404"), "{}", ran.err);
    assert_eq!(ran.out, "");
}

#[tokio::test]
async fn plain_http_is_refused_without_the_switch_for_development() {
    let internet = honest().await;
    let file = internet.folder.path().join("evidence.json");

    let ran = countersignctl([
        "verify",
        file.to_str().unwrap(),
        "--issuer",
        &internet.server.uri(),
    ]);

    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("is not https"), "{}", ran.err);
}

#[tokio::test]
async fn an_archive_and_an_issuer_at_once_are_not_understood() {
    let internet = honest().await;

    let ran = internet.verify(&["--archive", "archive.json"]);

    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("cannot be used with"), "{}", ran.err);
}
