//! A provider over raw sockets that answers as it should, but for one endpoint.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

mod manner;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use identity::{
    Authenticated, Client, Demands, Expectations, GrantEnd, IdentityError, Provider, RelyingParty,
    TokenKind,
};
use jiff::Timestamp;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use transport::{Rules, Transport};

use crate::common::{self, redirect_uri};
use manner::misbehave;
#[allow(unused_imports, reason = "each test program uses a part")]
pub use manner::{HUGE, Manner};

/// How long a slow exchange may take here, at first. The house's own limit is 15 s.
pub const LIMIT: Duration = Duration::from_secs(1);

/// Far longer than the limit, on however slow a machine: what is tested is that an end comes at all.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What a relying party asks of a provider over its own connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    Discovery,
    Keys,
    PushedRequest,
    Token,
    Userinfo,
    Revocation,
}

impl Spot {
    pub const ALL: [Self; 6] = [
        Self::Discovery,
        Self::Keys,
        Self::PushedRequest,
        Self::Token,
        Self::Userinfo,
        Self::Revocation,
    ];

    fn path(self) -> &'static str {
        match self {
            Self::Discovery => "/.well-known/openid-configuration",
            Self::Keys => "/jwks",
            Self::PushedRequest => "/par",
            Self::Token => "/token",
            Self::Userinfo => "/userinfo",
            Self::Revocation => "/revoke",
        }
    }

    /// What is asked on the way there, and there.
    pub fn way_there(self) -> Vec<&'static str> {
        let discovery = [Self::Discovery.path(), Self::Keys.path()];
        match self {
            Self::Discovery => discovery[..1].to_vec(),
            Self::Keys => discovery.to_vec(),
            other => discovery.into_iter().chain([other.path()]).collect(),
        }
    }
}

/// A provider that misbehaves at one endpoint.
pub struct Hostile {
    issuer: String,
    manner: Manner,
    asked: Arc<Mutex<Vec<String>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Hostile {
    pub async fn at(spot: Spot, manner: Manner) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", socket.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Answers {
            spot,
            manner,
            issuer: issuer.clone(),
            asked: Arc::clone(&asked),
        });
        let serving = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = socket.accept().await {
                let answers = Arc::clone(&answers);
                connections.spawn(async move { answers.answer(stream).await });
            }
        });
        Self {
            issuer,
            manner,
            asked,
            serving,
        }
    }

    /// A relying party of this provider: with this time limit where time is what ends it, and with that of the house
    /// where size or sense is.
    pub fn party(&self, limit: Duration) -> RelyingParty {
        let mut rules = Rules {
            development_http: true,
            ..Rules::default()
        };
        if self.manner.is_slow() {
            rules.total_timeout = limit;
        }
        let client: Client = common::client(&self.issuer);
        RelyingParty::new(client, Transport::new(rules).unwrap())
    }

    /// The paths that were asked for, oldest first.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Goes as far as the spot, and says how that ended. What is told about and given back there belongs to `adams`, and
/// was issued by somebody who behaves.
pub async fn ask(
    party: &RelyingParty,
    spot: Spot,
    adams: &Authenticated,
) -> Result<(), IdentityError> {
    let now = Timestamp::now();
    let mut provider = party.discover(now).await?;
    match spot {
        Spot::Discovery | Spot::Keys => {}
        Spot::PushedRequest => {
            let (demands, here) = (Demands::default(), redirect_uri());
            party.request(&provider, &demands, &here, now).await?;
        }
        Spot::Token => redeem(party, &mut provider, now).await?,
        Spot::Userinfo => {
            let access = adams.tokens.access();
            let told = party.user_info(&provider, &access, &adams.id_token, now);
            told.await?;
        }
        Spot::Revocation => {
            let access = &adams.tokens.access;
            let given_back = party.revoke(&provider, access, TokenKind::Access, now);
            given_back.await?;
        }
    }
    Ok(())
}

/// Brings a code to the token endpoint, as the provider would have sent it.
async fn redeem(
    party: &RelyingParty,
    provider: &mut Provider,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let (demands, mut callback) = (Demands::default(), redirect_uri());
    let pending = party.request(provider, &demands, &callback, now).await?;
    let state = pending.url.query_pairs().find(|(name, _)| name == "state");
    let state = state.unwrap().1.into_owned();
    callback
        .query_pairs_mut()
        .extend_pairs([("code", "c"), ("state", &state)]);
    let code = pending.receive(&callback).unwrap();
    let expectations = Expectations::default();
    let redeemed = party.exchange(provider, pending, code, &expectations, now);
    let unredeemed = redeemed.await.map(|_| ());
    unredeemed.map_err(|unredeemed| {
        // An answer that nobody could read may have granted something; an OAuth error granted nothing.
        let error = matches!(unredeemed.error, IdentityError::ProviderError { .. });
        let expected = if error {
            GrantEnd::NotGranted
        } else {
            GrantEnd::Unknown
        };
        assert_eq!(unredeemed.grant, expected);
        unredeemed.error
    })
}

struct Answers {
    spot: Spot,
    manner: Manner,
    issuer: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Answers {
    /// One request a connection, so that a misbehaving answer cannot be mistaken for the next one.
    async fn answer(&self, mut stream: TcpStream) {
        let Some(head) = read_head(&mut stream).await else {
            return;
        };
        assert!(
            !head.to_ascii_lowercase().contains("\r\naccept-encoding:"),
            "an answer that has to be unpacked was asked for"
        );
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let path = path.split('?').next().unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(path.clone());
        // The client may hang up at any time: that is what most of these answers are for.
        let _hung_up = if path == self.spot.path() {
            misbehave(self.manner, &self.issuer, stream).await
        } else {
            let answer = self.proper(&path);
            stream.write_all(answer.as_bytes()).await
        };
    }

    fn proper(&self, path: &str) -> String {
        let issuer = &self.issuer;
        let (status, body) = match path {
            "/.well-known/openid-configuration" => ("200 OK", self.configuration()),
            "/jwks" => ("200 OK", json!({ "keys": [] })),
            "/par" => (
                "201 Created",
                json!({ "request_uri": "urn:x", "expires_in": 60 }),
            ),
            "/revoke" => ("200 OK", json!({})),
            _ => ("404 Not Found", json!({ "nothing": issuer })),
        };
        let body = body.to_string();
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
    }

    fn configuration(&self) -> serde_json::Value {
        let issuer = &self.issuer;
        let mut configuration = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "revocation_endpoint": format!("{issuer}/revoke"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
        });
        // Elsewhere the state has to stand in the address, where a test can read it.
        if self.spot == Spot::PushedRequest {
            configuration["pushed_authorization_request_endpoint"] = json!(format!("{issuer}/par"));
        }
        configuration
    }
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut octets = Vec::new();
    while !octets.windows(4).any(|four| four == b"\r\n\r\n") {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => octets.extend_from_slice(&chunk[..read]),
        }
    }
    Some(String::from_utf8_lossy(&octets).into_owned())
}
