//! Drives `countersignctl probe --agent print --json` as its contract says: it visits each address in order, with one jar
//! of cookies for each number, and reads the lines.
#![allow(dead_code, reason = "each test program uses a part")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use demo::idp::{ADAMS, Account, CLIENT_ID, Fault, Faults, Idp, IdpConfig};
use demo::robot::{Browser, Landing};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use url::Url;

pub fn adams(_: u64) -> &'static Account {
    &ADAMS
}

pub async fn idp() -> Idp {
    Idp::start(IdpConfig::default()).await.unwrap()
}

pub async fn idp_with(fault: Fault) -> Idp {
    let config = IdpConfig {
        faults: Faults::only(fault),
        ..IdpConfig::default()
    };
    Idp::start(config).await.unwrap()
}

pub fn policy(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    fs::write(&file, text).unwrap();
    (folder, file)
}

/// What one run printed, and how it ended.
pub struct Ran {
    pub code: i32,
    pub lines: Vec<Value>,
    pub out: String,
    pub err: String,
}

/// Who sits in front of a jar, by its number.
pub type People = fn(u64) -> &'static Account;

/// One program to run.
pub struct Probe {
    arguments: Vec<String>,
    home: Option<PathBuf>,
}

impl Probe {
    /// Against this provider, with nothing but the least.
    pub fn of(idp: &Idp) -> Self {
        Self::at(idp.issuer())
    }

    /// Against this issuer.
    pub fn at(issuer: &str) -> Self {
        Self::with(&[
            "--issuer",
            issuer,
            "--client-id",
            CLIENT_ID,
            "--development-http",
        ])
    }

    /// With these options.
    pub fn with(options: &[&str]) -> Self {
        Self::through("print").and(options)
    }

    /// With this agent, and not told yet where to.
    fn through(agent: &str) -> Self {
        let always = ["--lang", "en", "probe", "--agent", agent, "--json"];
        Self {
            arguments: always.map(str::to_owned).to_vec(),
            home: None,
        }
    }

    /// Through a throw-away browser, for a person with this home.
    pub fn through_a_browser(idp: &Idp, home: &Path) -> Self {
        let here = ["--issuer", idp.issuer(), "--client-id", CLIENT_ID];
        Self {
            home: Some(home.to_owned()),
            ..Self::through("browser")
        }
        .and(&here)
        .and(&["--development-http"])
    }

    pub fn and(mut self, options: &[&str]) -> Self {
        self.arguments
            .extend(options.iter().map(|&one| one.to_owned()));
        self
    }

    pub fn policy(self, file: &Path) -> Self {
        self.and(&["--policy", &file.display().to_string()])
    }

    /// Runs it to its end, with these people.
    pub async fn run(self, people: People) -> Ran {
        let mut started = self.start();
        let mut jars: HashMap<u64, Browser> = HashMap::new();
        while let Some(line) = started.next().await {
            if line["event"] == "open" {
                let number = line["jar"].as_u64().unwrap();
                let jar = jars.entry(number).or_default();
                visit(jar, &line, people(number)).await;
            }
        }
        started.ended().await
    }

    pub fn start(self) -> Started {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersignctl"));
        command
            .args(self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(home) = self.home {
            command
                .env("HOME", &home)
                .env("XDG_DATA_HOME", home.join("data"))
                .env("XDG_CONFIG_HOME", home.join("config"))
                .env("XDG_CACHE_HOME", home.join("cache"));
        }
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Started {
            child,
            out,
            lines: Vec::new(),
            text: String::new(),
        }
    }
}

/// A program that runs.
pub struct Started {
    pub child: Child,
    out: BufReader<tokio::process::ChildStdout>,
    lines: Vec<Value>,
    text: String,
}

impl Started {
    /// The next line. It is there as soon as the program said it.
    pub async fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        let read = self.out.read_line(&mut line).await.unwrap();
        if read == 0 {
            return None;
        }
        self.text.push_str(&line);
        let line: Value = serde_json::from_str(&line).unwrap();
        self.lines.push(line.clone());
        Some(line)
    }

    /// The next line that is a page for a person.
    pub async fn next_page(&mut self) -> Value {
        loop {
            let line = self.next().await.unwrap();
            if line["event"] == "open" {
                if line["shown"] == true {
                    return line;
                }
                visit(&Browser::new(), &line, &demo::idp::ADAMS).await;
            }
        }
    }

    /// Reads on to the end, and visits nothing.
    pub async fn ended(mut self) -> Ran {
        while self.next().await.is_some() {}
        let output = self.child.wait_with_output().await.unwrap();
        Ran {
            code: output.status.code().unwrap(),
            lines: self.lines,
            out: self.text,
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// As a browser visits: up to the callback, and that too. What leads nowhere is left to the program's own limits.
async fn visit(jar: &Browser, line: &Value, account: &Account) {
    let url: Url = line["url"].as_str().unwrap().parse().unwrap();
    let callback = if line["shown"] == true {
        jar.sign_in(&url, account, true).await.ok()
    } else {
        match jar.visit(&url).await {
            Ok(Landing::Callback(callback)) => Some(callback),
            _ => None,
        }
    };
    if let Some(callback) = callback {
        // The program may have closed its port already: then there is nothing to see.
        let _page = Browser::new().visit(&callback).await;
    }
}

impl Ran {
    pub fn result(&self) -> &Value {
        self.lines.last().unwrap()
    }

    /// Outcome and refusal of the last line, which says that it is the result.
    pub fn ending(&self) -> (&str, Option<&str>) {
        let result = self.result();
        assert_eq!(result["event"], "result", "{}", self.out);
        assert!(result["reference"].is_string(), "{result}");
        (
            result["outcome"].as_str().unwrap(),
            result["refusal"].as_str(),
        )
    }

    /// How a check stands.
    pub fn status(&self, name: &str) -> &str {
        self.check(name)["status"].as_str().unwrap()
    }

    /// What a check says.
    pub fn detail(&self, name: &str) -> &str {
        self.check(name)["detail"].as_str().unwrap()
    }

    fn check(&self, name: &str) -> &Value {
        let mut found = self
            .lines
            .iter()
            .filter(|line| line["event"] == "check" && line["name"] == name);
        let check = found
            .next()
            .unwrap_or_else(|| panic!("{name}: {}", self.out));
        assert!(found.next().is_none(), "{name} stands twice");
        check
    }

    /// The pages in order: jar and whether they are for a person.
    pub fn pages(&self) -> Vec<(u64, bool)> {
        self.lines
            .iter()
            .filter(|line| line["event"] == "open")
            .map(|line| (line["jar"].as_u64().unwrap(), line["shown"] == true))
            .collect()
    }
}
