//! A time-stamping authority on loopback: `openssl ts` behind a small HTTP server, which misbehaves on demand.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use gateway::{TimestampRule, Timestamps};
use tempfile::TempDir;
use tokio::net::TcpListener;

pub struct Tsa {
    url: String,
    authority: Arc<Authority>,
}

struct Authority {
    folder: TempDir,
    manner: Mutex<Manner>,
    /// What it was asked, in order.
    questions: Mutex<Vec<Vec<u8>>>,
}

/// How the authority answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As RFC 3161 says.
    Well,
    /// With an error.
    Unavailable,
    /// With a refusal of its own, in the form of RFC 3161.
    Rejecting,
    /// With something else under the right name.
    Nonsense,
    /// With a time-stamp under another media type.
    Mislabelled,
    /// With the answer to its first question, again and again.
    Repeating,
    /// By sending elsewhere.
    Redirecting,
    /// With more than anybody wants to read.
    Endless,
    /// Never.
    Silent,
}

impl Tsa {
    pub async fn open() -> Self {
        let authority = Arc::new(Authority {
            folder: tempfile::tempdir().unwrap(),
            manner: Mutex::new(Manner::Well),
            questions: Mutex::default(),
        });
        authority.make();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        let routes = Router::new()
            .route("/tsa", post(answer))
            .with_state(authority.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { url, authority }
    }

    pub fn answers(&self, manner: Manner) {
        *self.authority.manner.lock().unwrap() = manner;
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.authority.questions.lock().unwrap().len()
    }

    /// The certificate authority of its time-stamps.
    pub fn ca(&self) -> PathBuf {
        self.authority.folder.path().join("ca.pem")
    }

    pub fn settings(&self, rule: TimestampRule) -> Timestamps {
        Timestamps {
            url: self.url.parse().unwrap(),
            authorities: self.ca(),
            rule,
        }
    }
}

impl Authority {
    /// Makes its keys and certificates.
    fn make(&self) {
        let write = |name: &str, text: &str| {
            std::fs::write(self.folder.path().join(name), text).unwrap();
        };
        write(
            "tsa.ext",
            "extendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:false\n",
        );
        write(
            "tsa.cnf",
            "[tsa]\ndefault_tsa=ours\n[ours]\nserial=serial\ncrypto_device=builtin\nsigner_cert=tsa.pem\n\
             signer_key=tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\n",
        );
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        let folder = self.folder.path();
        openssl(
            folder,
            &format!("req -x509 {key} -subj /CN=Root -days 30 -keyout ca.key -out ca.pem"),
        );
        openssl(
            folder,
            &format!("req {key} -subj /CN=TSA -keyout tsa.key -out tsa.csr"),
        );
        openssl(
            folder,
            "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 7 -extfile tsa.ext -days 30 -out tsa.pem",
        );
    }

    /// Each question has its own folder: `openssl ts` counts in a file.
    fn stamp(&self, question: &[u8]) -> Vec<u8> {
        let desk = tempfile::tempdir_in(self.folder.path()).unwrap();
        for name in ["tsa.cnf", "tsa.pem", "tsa.key"] {
            std::fs::copy(self.folder.path().join(name), desk.path().join(name)).unwrap();
        }
        std::fs::write(desk.path().join("question"), question).unwrap();
        openssl(
            desk.path(),
            "ts -reply -config tsa.cnf -queryfile question -out answer",
        );
        std::fs::read(desk.path().join("answer")).unwrap()
    }
}

async fn answer(State(authority): State<Arc<Authority>>, question: Bytes) -> Response {
    let first = {
        let mut questions = authority.questions.lock().unwrap();
        questions.push(question.to_vec());
        questions[0].clone()
    };
    let manner = *authority.manner.lock().unwrap();
    let stamp =
        move |question: Vec<u8>| tokio::task::spawn_blocking(move || authority.stamp(&question));
    let reply = "application/timestamp-reply";
    match manner {
        Manner::Well => (
            [(CONTENT_TYPE, reply)],
            stamp(question.to_vec()).await.unwrap(),
        )
            .into_response(),
        Manner::Repeating => ([(CONTENT_TYPE, reply)], stamp(first).await.unwrap()).into_response(),
        Manner::Mislabelled => (
            [(CONTENT_TYPE, "text/html")],
            stamp(question.to_vec()).await.unwrap(),
        )
            .into_response(),
        // TimeStampResp { status: PKIStatusInfo { status: rejection } }
        Manner::Rejecting => {
            ([(CONTENT_TYPE, reply)], vec![0x30, 5, 0x30, 3, 2, 1, 2]).into_response()
        }
        Manner::Nonsense => ([(CONTENT_TYPE, reply)], b"<html>".to_vec()).into_response(),
        Manner::Endless => ([(CONTENT_TYPE, reply)], vec![0x30; 1024 * 1024]).into_response(),
        Manner::Unavailable => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Manner::Redirecting => {
            (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "/elsewhere")]).into_response()
        }
        Manner::Silent => std::future::pending().await,
    }
}

fn openssl(folder: &Path, arguments: &str) {
    let done = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .expect("openssl is installed");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}
