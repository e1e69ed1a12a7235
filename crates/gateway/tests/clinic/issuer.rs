//! An identity provider that publishes its keys on loopback and signs what it is told to.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use evidence::digest::base64url;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use super::{CLIENT, RESOURCE};

pub struct TestIssuer {
    pub iss: String,
    keys: Arc<Mutex<Vec<Arc<Key>>>>,
    fetches: Arc<AtomicUsize>,
    is_down: Arc<AtomicBool>,
}

pub struct Key {
    pub kid: String,
    pair: EcdsaKeyPair,
}

impl Key {
    pub fn new(kid: &str) -> Self {
        Self {
            kid: kid.to_owned(),
            pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
        }
    }

    pub fn jwk(&self) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y), "kid": self.kid, "use": "sig", "alg": "ES256" })
    }

    pub fn sign(&self, header: &Value, claims: &Map<String, Value>) -> String {
        let part = |value: &Value| base64url(&serde_json::to_vec(value).unwrap());
        let input = format!("{}.{}", part(header), part(&Value::Object(claims.clone())));
        let signature = self
            .pair
            .sign(&SystemRandom::new(), input.as_bytes())
            .unwrap();
        format!("{input}.{}", base64url(signature.as_ref()))
    }

    pub fn header(&self, typ: &str) -> Value {
        json!({ "alg": "ES256", "kid": self.kid, "typ": typ })
    }
}

impl TestIssuer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let iss = format!("http://{}", listener.local_addr().unwrap());
        let keys = Arc::new(Mutex::new(vec![Arc::new(Key::new("key-1"))]));
        let fetches = Arc::new(AtomicUsize::new(0));
        let configuration = json!({ "issuer": iss, "jwks_uri": format!("{iss}/jwks") });
        let is_down = Arc::new(AtomicBool::new(false));
        let (published, counted, down) = (keys.clone(), fetches.clone(), is_down.clone());
        let routes = Router::new()
            .route(
                "/.well-known/openid-configuration",
                get(move || async move { axum::Json(configuration) }),
            )
            .route(
                "/jwks",
                get(move || async move {
                    counted.fetch_add(1, Ordering::SeqCst);
                    if down.load(Ordering::SeqCst) {
                        return Err(StatusCode::SERVICE_UNAVAILABLE);
                    }
                    Ok(axum::Json(jwks(&published.lock().unwrap())))
                }),
            );
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self {
            iss,
            keys,
            fetches,
            is_down,
        }
    }

    /// Publishes another key instead.
    pub fn rotate(&self, kid: &str) {
        self.publish(Arc::new(Key::new(kid)));
    }

    /// Publishes this key, and no other.
    pub fn publish(&self, key: Arc<Key>) {
        *self.keys.lock().unwrap() = vec![key];
    }

    /// Answers nothing of use from now on.
    pub fn goes_down(&self) {
        self.is_down.store(true, Ordering::SeqCst);
    }

    pub fn key(&self) -> Arc<Key> {
        self.keys.lock().unwrap()[0].clone()
    }

    /// How often the keys were fetched.
    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    pub fn configuration(&self) -> Vec<u8> {
        json!({ "issuer": self.iss }).to_string().into_bytes()
    }

    pub fn jwks(&self) -> Vec<u8> {
        jwks(&self.keys.lock().unwrap()).to_string().into_bytes()
    }

    pub fn access_token(&self, sub: &str, scope: &str, now: Timestamp) -> String {
        let key = self.key();
        key.sign(&key.header("at+jwt"), &self.access_claims(sub, scope, now))
    }

    pub fn access_claims(&self, sub: &str, scope: &str, now: Timestamp) -> Map<String, Value> {
        let claims = json!({
            "iss": self.iss, "sub": sub, "aud": RESOURCE, "client_id": CLIENT, "scope": scope,
            "iat": now.as_second(), "exp": now.as_second() + 300, "jti": "1",
        });
        claims.as_object().unwrap().clone()
    }
}

fn jwks(keys: &[Arc<Key>]) -> Value {
    json!({ "keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>() })
}
