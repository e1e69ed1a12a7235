//! `LemonLDAP::NG`, as Debian packages it: started anew for each test, on a free port, in a directory that goes with it.
//!
//! It compares redirect URIs letter by letter, so the ports of the published policy are registered, and every test of one
//! process waits for its turn on them.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use gateway::Introspection;
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::{Mutex, MutexGuard};

use crate::process::Process;
use crate::{Account, Peer, policy_here, portal, repository};

/// The registered ports are there once.
static TURN: Mutex<()> = Mutex::const_new(());

/// The portal's library, where Debian puts it.
const INSTALLED: &str = "/usr/share/perl5/Lemonldap/NG/Portal/Main.pm";

/// The person whose session it is: one of the demonstration's own.
pub const TYLER: Account = Account {
    username: "rtyler",
    password: "rtyler",
    code: None,
    subject: "rtyler",
    name: "Rose Tyler",
};

/// Somebody else.
pub const SMITH: Account = Account {
    username: "msmith",
    password: "msmith",
    code: None,
    subject: "msmith",
    name: "Mickey Smith",
};

/// A provider that runs.
pub struct Lemonldap {
    /// How to work with it.
    pub peer: Peer,
    _directory: TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// Starts the provider.
pub async fn start() -> Lemonldap {
    let turn = TURN.lock().await;
    assert!(
        Path::new(INSTALLED).is_file(),
        "LemonLDAP::NG is not installed: ./x test --all-peers installs it"
    );
    let directory = tempfile::tempdir().unwrap();
    let port = free_port();
    let policy = policy_here("lemonldap-ng", &format!("http://127.0.0.1:{port}"));
    for port in &policy.identity.redirect_ports {
        assert!(
            TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok(),
            "port {port} is in use, and it is registered at the provider"
        );
    }
    let mut perl = Command::new("perl");
    perl.arg("provider.pl")
        .arg(directory.path())
        .arg(port.to_string());
    for port in &policy.identity.redirect_ports {
        perl.arg(format!("http://127.0.0.1:{port}/callback"));
    }
    let scripts = repository().join("tests/peers/lemonldap");
    let (process, line) = Process::start(&mut perl, &scripts).await;
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    let issuer = ready["issuer"].as_str().unwrap().to_owned();
    assert_eq!(issuer, policy.identity.issuer);
    let introspection = Introspection {
        endpoint: format!("{issuer}/oauth2/introspect").parse().unwrap(),
        client_id: "records-api".to_owned(),
        client_secret: SecretString::from("secret-of-the-records-api-in-tests"),
    };
    let peer = Peer {
        policy,
        issuer,
        signer: TYLER,
        other: SMITH,
        portal: portal::Client {
            client_id: "portal",
            redirect_uri: "http://127.0.0.1:18499/portal",
        },
        binds_tokens: false,
        introspection: Some(introspection),
        _process: process,
    };
    Lemonldap {
        peer,
        _directory: directory,
        _turn: turn,
    }
}

/// A port that was free a moment ago. The provider complains if it is not any more.
fn free_port() -> u16 {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    probe.local_addr().unwrap().port()
}
