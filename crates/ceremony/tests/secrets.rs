//! Tokens, codes, states and cookies of a ceremony stand in no log line, no audit line, no report and no `Debug`.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex};

use demo::idp::{ADAMS, BAKER, Fault, Faults};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use support::Ward;
use support::robot_agent::Person;
use tracing_subscriber::fmt::MakeWriter;

const ACCESS_TOKEN: &str = "a ceremony's access token";
const CODE: &str = "a code";
const STATE: &str = "a state";
const COOKIE: &str = "a cookie";
const SESSION_TOKEN: &str = "the session's token";

#[tokio::test]
async fn the_secrets_of_ceremonies_are_written_nowhere() {
    let logged = Logged::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG)
        .with_ansi(false)
        .with_writer(logged.clone())
        .init();
    let mut ward = Ward::open().await;
    let mut said = String::new();

    for (person, faults) in [
        (Person::SignsInAs(&ADAMS), Faults::none()),
        (Person::SignsInAs(&BAKER), Faults::none()),
        (Person::SignsInAs(&ADAMS), Faults::only(Fault::NonceWrong)),
        (Person::SignsInAs(&ADAMS), Faults::only(Fault::StateWrong)),
        (Person::SignsInAs(&ADAMS), Faults::only(Fault::TokenHtml)),
    ] {
        ward.idp().set_faults(faults);
        let ended = ward.sign_as(person).await;
        writeln!(said, "{ended:?} {} {:?}", ended.ending, ended.outward()).unwrap();
    }
    writeln!(said, "{:?}", ward.progress.lock().unwrap()).unwrap();
    let written = [
        ("the log", logged.text()),
        ("the audit log", ward.audit_text()),
        ("the endings and reports", said),
    ];

    let secrets = secrets_of(&ward).await;
    for kind in [ACCESS_TOKEN, CODE, STATE, COOKIE, SESSION_TOKEN] {
        let any = secrets.iter().any(|(what, _)| *what == kind);
        assert!(any, "{kind} was not there to be looked for");
    }
    for (place, text) in written {
        assert!(!text.is_empty(), "{place} is empty: the test looks nowhere");
        for (what, secret) in &secrets {
            assert!(!text.contains(secret), "{what} stands in {place}");
        }
    }
}

async fn secrets_of(ward: &Ward) -> Vec<(&'static str, String)> {
    let mut secrets = Vec::new();
    for token in ward.line.tokens.lock().unwrap().iter() {
        secrets.push((ACCESS_TOKEN, token.clone()));
    }
    for callback in ward.agent.callbacks.lock().unwrap().iter() {
        for (name, value) in callback.query_pairs() {
            match name.as_ref() {
                "code" => secrets.push((CODE, value.into_owned())),
                "state" => secrets.push((STATE, value.into_owned())),
                _ => {}
            }
        }
    }
    for jar in ward.agent.jars.lock().unwrap().iter() {
        for line in jar.set_cookie_lines() {
            let value = line.split(['=', ';']).nth(1).unwrap_or_default();
            if value.len() > 8 {
                secrets.push((COOKIE, value.to_owned()));
            }
        }
    }
    let token = ward.session.access_token(Timestamp::now()).await.unwrap();
    secrets.push((SESSION_TOKEN, token.expose_secret().to_owned()));
    secrets
}

#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl Logged {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Logged {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logged {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
