//! A relying party of the barest kind: enough to ask and to redeem, and to look at what came.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod fault;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use demo::{
    idp::{Account, CLIENT_ID, Idp},
    robot::{Browser, Landing, Page},
};
use serde_json::Value;
use url::Url;

/// Nobody listens there: the robot stops before it would go.
pub const REDIRECT_URI: &str = "http://127.0.0.1:49999/3f9a";
pub const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-0123456789";

/// A status and a JSON body.
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    pub fn text(&self, member: &str) -> String {
        self.body[member]
            .as_str()
            .unwrap_or_else(|| panic!("no {member} in {}", self.body))
            .to_owned()
    }

    pub fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or_default()
    }
}

pub fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()))
}

/// The parameters of an ordinary request, with these on top; an empty value leaves one out.
pub fn parameters(client: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let challenge = challenge();
    let mut parameters: Vec<(&str, &str)> = vec![
        ("client_id", client),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid profile offline_access records:read"),
        ("state", "the-state"),
        ("nonce", "the-nonce"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    parameters.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    parameters.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    parameters
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

pub fn request_of(idp: &Idp, client: &str, more: &[(&str, &str)]) -> Url {
    let mut url = Url::parse(&format!("{}/authorize", idp.issuer())).unwrap();
    url.query_pairs_mut().extend_pairs(parameters(client, more));
    url
}

pub fn request(idp: &Idp, more: &[(&str, &str)]) -> Url {
    request_of(idp, CLIENT_ID, more)
}

pub fn parameter(callback: &Url, name: &str) -> Option<String> {
    callback
        .query_pairs()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

pub fn callback(landing: Landing) -> Url {
    match landing {
        Landing::Callback(url) => url,
        Landing::Page(page) => panic!("a page instead of an answer: {}", page.html),
    }
}

pub fn page(landing: Landing) -> Page {
    match landing {
        Landing::Page(page) => page,
        Landing::Callback(url) => panic!("an answer instead of a page: {url}"),
    }
}

pub async fn get(url: &str, bearer: Option<&str>) -> Answer {
    let mut request = client().get(url);
    if let Some(token) = bearer {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    read(request).await
}

pub async fn post(url: &str, form: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    read(
        client()
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body),
    )
    .await
}

/// Plain http, no redirects, no roots to load.
pub fn client() -> reqwest::Client {
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.no_proxy().tls_certs_only([]).build().unwrap()
}

async fn read(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null);
    Answer { status, body }
}

pub async fn redeem_as(idp: &Idp, client: &str, code: &str) -> Answer {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    post(&format!("{}/token", idp.issuer()), &form).await
}

pub async fn redeem(idp: &Idp, callback: &Url) -> Answer {
    redeem_as(
        idp,
        CLIENT_ID,
        &parameter(callback, "code").expect("a code"),
    )
    .await
}

pub async fn refresh(idp: &Idp, token: &str) -> Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT_ID),
        ("refresh_token", token),
    ];
    post(&format!("{}/token", idp.issuer()), &form).await
}

/// Signs in and redeems the code.
pub async fn tokens(
    idp: &Idp,
    browser: &Browser,
    account: &Account,
    more: &[(&str, &str)],
) -> Answer {
    let second_factor = more.iter().any(|(_, value)| value.contains("loa:2"));
    let callback = browser
        .sign_in(&request(idp, more), account, second_factor)
        .await
        .unwrap();
    redeem(idp, &callback).await
}

/// Header and claims of a JWS, not verified.
pub fn opened(jws: &str) -> (Value, Value) {
    let mut parts = jws.split('.').map(|part| {
        let octets = URL_SAFE_NO_PAD.decode(part).unwrap();
        serde_json::from_slice(&octets).unwrap_or(Value::Null)
    });
    (parts.next().unwrap(), parts.next().unwrap())
}

pub fn claims(answer: &Answer) -> Value {
    opened(&answer.text("id_token")).1
}

pub async fn userinfo_status(idp: &Idp, access_token: &str) -> u16 {
    get(&format!("{}/userinfo", idp.issuer()), Some(access_token))
        .await
        .status
}
