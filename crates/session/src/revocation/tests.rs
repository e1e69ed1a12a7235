#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use identity::Client;
use policy::{Machine, Remember};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use transport::{Rules, Transport};
use zeroize::Zeroizing;

use super::*;
use crate::vault::{KeyStore, KeyStoreError, Place};

/// Where the provider's documents lie, and where it never answers.
const DISCOVERY: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/keys";
const REVOCATION: &str = "/revoke";

struct NoKeyring;

impl KeyStore for NoKeyring {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
        Err(KeyStoreError::Absent)
    }

    fn write(&self, _: &[u8]) -> Result<(), KeyStoreError> {
        Err(KeyStoreError::Absent)
    }
}

/// A provider that lets whoever gives a token back wait, and counts them.
async fn silent_provider() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let at = |path: &str| format!("{issuer}{path}");
    let configuration = serde_json::json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "jwks_uri": at(KEYS),
        "revocation_endpoint": at(REVOCATION),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
    });
    let documents = HashMap::from([
        (DISCOVERY, configuration.to_string()),
        (KEYS, r#"{"keys":[]}"#.to_owned()),
    ]);
    let (documents, waiting) = (Arc::new(documents), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&waiting);
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(answer(
                connection,
                Arc::clone(&documents),
                Arc::clone(&counted),
            ));
        }
    });
    (issuer, waiting)
}

async fn answer(
    mut connection: TcpStream,
    documents: Arc<HashMap<&'static str, String>>,
    waiting: Arc<AtomicUsize>,
) {
    let mut request = vec![0; 4096];
    let length = connection.read(&mut request).await.unwrap();
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default();
    let Some(document) = documents.get(path) else {
        assert_eq!(path, REVOCATION);
        waiting.fetch_add(1, Ordering::SeqCst);
        return std::future::pending().await;
    };
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{document}",
        document.len()
    );
    connection.write_all(answer.as_bytes()).await.unwrap();
}

fn relying_party(issuer: &str, folder: &Path) -> RelyingParty {
    let file = folder.join("policy.toml");
    let text = format!(
        "[identity]\nissuer = {issuer:?}\nclient_id = \"countersign\"\ndevelopment_http = true\n\
         [records]\nurl = \"http://127.0.0.1:9/\"\n"
    );
    std::fs::write(&file, text).unwrap();
    let policy = policy::load(Machine::Absent, Some(&file)).unwrap().policy;
    let rules = Rules {
        development_http: true,
        ..Rules::default()
    };
    RelyingParty::new(Client::from(&policy), Transport::new(rules).unwrap())
}

async fn vault_in(folder: &Path) -> Vault {
    let place = Place {
        file: folder.join("session"),
        device: "ward-3".to_owned(),
        account: "adams".to_owned(),
    };
    let vault = Vault::open(place, Remember::Memory, Arc::new(NoKeyring));
    vault.await.unwrap()
}

fn tokens(number: usize) -> Tokens {
    Tokens {
        access: format!("access-{number}").into(),
        refresh: Some(format!("refresh-{number}").into()),
        expires_at: None,
        token_type: "Bearer".to_owned(),
        proof_key: None,
    }
}

/// Without what follows, as many as a session has would take minutes.
#[tokio::test]
async fn a_provider_that_never_answers_is_waited_for_once_however_many_tokens_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let (issuer, waiting) = silent_provider().await;
    let party = relying_party(&issuer, folder.path());
    let now = Timestamp::now();
    let provider = party.discover(now).await.unwrap();
    let vault = vault_in(folder.path()).await;
    let owed = vault.owed();
    let all: Vec<Tokens> = (0..30).map(tokens).collect();
    let debts = owed.add(&all, now).await;
    assert_eq!(debts.len(), 60);

    let paying = pay_all(owed, debts, &party, Some(&provider), now);
    let paid = tokio::time::timeout(PATIENCE * 4, paying).await.unwrap();

    assert_eq!(waiting.load(Ordering::SeqCst), AT_ONCE);
    assert_eq!(paid.end_of(&all[0].access, owed), TokenEnd::Owed);
    assert_eq!(owed.count(), 60);
    assert_eq!(owed.take(now).await.len(), 60, "somebody still has them");
}

#[tokio::test]
async fn a_debt_that_is_written_down_twice_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault_in(folder.path()).await;
    let now = Timestamp::now();

    let first = vault.owed().add([&tokens(1)], now).await;
    let second = vault.owed().add([&tokens(1), &tokens(2)], now).await;

    assert_eq!((first.len(), second.len()), (2, 2));
    assert_eq!(vault.owed().count(), 4);
}
