//! `countersign-demo` as a script meets it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use common::{client, get};
use demo::idp::ADAMS;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The program and its line; killed when the test ends.
struct Program {
    child: Child,
    facts: Value,
    _folder: TempDir,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign-demo"))
            .arg("--dir")
            .arg(folder.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            child,
            facts: serde_json::from_str(&line).expect(&line),
            _folder: folder,
        }
    }

    fn text(&self, pointer: &str) -> &str {
        self.facts
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no {pointer}"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn it_prints_one_line_with_everything_a_script_needs() {
    let program = Program::start(&[]);

    let metadata = get(
        &format!(
            "{}/.well-known/openid-configuration",
            program.text("/issuer")
        ),
        None,
    )
    .await;
    let capabilities = get(
        &format!("{}v1/capabilities", program.text("/records")),
        None,
    )
    .await;

    assert_eq!(metadata.body["issuer"], program.facts["issuer"]);
    assert_ne!(capabilities.status, 404);
    assert_eq!(program.text("/accounts/0/username"), ADAMS.username);
    assert_eq!(program.facts["pids"]["demo"], program.child.id());
    assert!(
        std::fs::read_to_string(program.text("/policy"))
            .unwrap()
            .contains(program.text("/issuer"))
    );
    assert!(program.facts["control"].is_null());
}

#[tokio::test]
async fn a_tour_looks_inside_and_switches_faults_only_with_the_token() {
    let program = Program::start(&["--control"]);
    let (url, token) = (program.text("/control/url"), program.text("/control/token"));
    let set = |path: &str, body: Value| {
        let request = client()
            .put(format!("{url}{path}"))
            .header("authorization", format!("Bearer {token}"));
        request
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
    };

    assert_eq!(get(&format!("{url}inspect"), None).await.status, 401);
    assert_eq!(
        get(&format!("{url}inspect"), Some("guessed")).await.status,
        401
    );
    assert_eq!(
        set("faults", json!(["nonce_wrong", "expired"]))
            .await
            .unwrap()
            .status(),
        204
    );
    assert_eq!(
        set("faults", json!(["no_such_fault"]))
            .await
            .unwrap()
            .status(),
        400
    );
    let inside = get(&format!("{url}inspect"), Some(token)).await.body;

    assert_eq!(inside["committed"], 0);
    assert_eq!(inside["sessions"], json!([]));
    let switched = inside["faults"].as_array().unwrap();
    assert!(switched.len() == 2 && switched.contains(&json!("nonce_wrong")));
}

#[cfg(unix)]
#[test]
fn it_ends_with_the_application_and_takes_over_its_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let application = folder.path().join("application");
    std::fs::write(
        &application,
        "#!/bin/sh\ntest \"$1\" = --policy && test -s \"$2\" && exit 7\n",
    )
    .unwrap();
    let mut permissions = std::fs::metadata(&application).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o700);
    std::fs::set_permissions(&application, permissions).unwrap();

    let mut program = Program::start(&["--run", application.to_str().unwrap()]);

    assert_eq!(program.child.wait().unwrap().code(), Some(7));
}
