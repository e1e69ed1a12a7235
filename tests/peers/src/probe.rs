//! `countersignctl probe` against a peer: the built program prints addresses, and a scripted person visits them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use url::Url;

use crate::{Account, Browser, Landing, Peer, published};

/// Where reports are written that are kept; unset, they go nowhere.
pub const REPORTS: &str = "COUNTERSIGN_PEER_REPORTS";

/// What a probe said.
#[derive(Debug)]
pub struct Probed {
    /// How the program ended.
    pub code: Option<i32>,
    /// Its checks and its result, without the addresses that it asked to visit: those carry states.
    pub lines: Vec<Value>,
}

impl Probed {
    /// `accepted`, `refused` or `failed`, and the refusal's name.
    pub fn result(&self) -> (&str, Option<&str>) {
        let result = self.lines.last().expect("a probe says how it ended");
        assert_eq!(result["event"], "result");
        let outcome = result["outcome"].as_str().unwrap();
        (outcome, result["refusal"].as_str())
    }

    /// What a check came to.
    pub fn status(&self, check: &str) -> Option<&str> {
        let found = self.lines.iter().find(|line| line["name"] == check)?;
        found["status"].as_str()
    }
}

/// Probes a peer with its published policy, with `person` in front of all pages. Who the signer has to be is said to it, or is
/// whoever signs in first; the report of the latter says more, and is kept where [`REPORTS`] says.
pub async fn probe(peer: &Peer, name: &str, signer: Option<&Account>, person: &Account) -> Probed {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join(format!("{name}.html"));
    let mut command = Command::new(program());
    command
        .args(["--lang", "en", "probe", "--agent", "print", "--json"])
        .arg("--policy")
        .arg(published(name))
        .args(["--issuer", &peer.issuer, "--development-http"])
        .arg("--report")
        .arg(&report)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    if let Some(signer) = signer {
        command.args(["--subject", signer.subject]);
    }
    let mut child = command.spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut jars: HashMap<u64, Browser> = HashMap::new();
    let mut lines = Vec::new();
    while let Some(line) = said.next_line().await.unwrap() {
        let line: Value = serde_json::from_str(&line).unwrap();
        if line["event"] == "open" {
            let jar = jars.entry(line["jar"].as_u64().unwrap()).or_default();
            visit(jar, &line, person).await;
        } else {
            lines.push(line);
        }
    }
    let code = child.wait().await.unwrap().code();
    let probed = Probed { code, lines };
    if signer.is_none() {
        keep(&probed, name, &report);
    }
    probed
}

async fn visit(jar: &Browser, line: &Value, person: &Account) {
    let url = Url::parse(line["url"].as_str().unwrap()).unwrap();
    let landing = if line["shown"] == true {
        jar.sign_in(&url, person).await.map(Landing::Callback)
    } else {
        jar.visit(&url).await
    };
    match landing {
        // As a browser would: the program waits at its port.
        Ok(Landing::Callback(callback)) => {
            let answered = Browser::new().visit(&callback).await;
            assert!(matches!(answered, Ok(Landing::Page(page)) if page.status == 200));
        }
        Ok(Landing::Page(_)) => {}
        Err(lost) => panic!("{lost}"),
    }
}

fn keep(probed: &Probed, name: &str, report: &Path) {
    let Some(folder) = std::env::var_os(REPORTS).map(PathBuf::from) else {
        return;
    };
    std::fs::copy(report, folder.join(format!("{name}.html"))).unwrap();
    let lines: Vec<_> = probed
        .lines
        .iter()
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(folder.join(format!("{name}.jsonl")), lines.concat()).unwrap();
}

/// The program, built where this test is built.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let program = folder.join(format!("countersignctl{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "{} is not built: cargo build -p ctl",
        program.display()
    );
    program
}
