//! node-oidc-provider: started anew for each test, on a free port, with everything in memory.

use std::path::PathBuf;

use tokio::process::Command;
use url::Url;

use crate::process::Process;
use crate::{Account, Peer, policy_here, portal, repository};

/// The authentication context of a password with a one-time code.
pub const TWO_FACTORS: &str = "urn:countersign:acr:two-factors";
/// The button with which a person declines on the sign-in page.
pub const CANCEL: &str = "cancel";

/// The person whose session it is.
pub const NOVAK: Account = Account {
    username: "novak",
    password: "peer-novak",
    code: Some("417290"),
    subject: "p-novak",
    name: "E. Novak",
};

/// Somebody else.
pub const OKAFOR: Account = Account {
    username: "okafor",
    password: "peer-okafor",
    code: Some("650183"),
    subject: "p-okafor",
    name: "C. Okafor",
};

/// Starts the provider.
pub async fn start() -> Peer {
    let directory = directory();
    assert!(
        directory.join("node_modules/oidc-provider").is_dir(),
        "the provider is not installed: npm ci in {}",
        directory.display()
    );
    let mut node = Command::new("node");
    node.arg("provider.mjs");
    let (process, line) = Process::start(&mut node, &directory).await;
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    let issuer = ready["issuer"].as_str().unwrap().to_owned();
    assert!(Url::parse(&issuer).is_ok(), "no address: {issuer}");
    Peer {
        policy: policy_here("oidc-provider", &issuer),
        issuer,
        signer: NOVAK,
        other: OKAFOR,
        portal: portal::Client {
            client_id: "portal",
            redirect_uri: "http://127.0.0.1:18499/portal",
        },
        binds_tokens: true,
        introspection: None,
        _process: process,
    }
}

fn directory() -> PathBuf {
    repository().join("tests/peers/oidc-provider")
}
