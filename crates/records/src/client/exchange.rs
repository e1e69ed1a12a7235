//! One request and its answer: address, token, status, size, shape.

use http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH, WWW_AUTHENTICATE};
use http::{HeaderValue, Request, Response};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use transport::{Transport, TransportError};
use url::Url;

use super::error::{CallError, of_refusal};

#[derive(Clone)]
pub struct Exchange {
    base: Url,
    transport: Transport,
}

impl Exchange {
    pub fn new(url: &Url, transport: Transport) -> Result<Self, CallError> {
        let mut base = url.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", url.path()));
        }
        base.set_query(None);
        base.set_fragment(None);
        Ok(Self {
            base: base.join("v1/").map_err(|_| CallError::Request)?,
            transport,
        })
    }

    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        token: &SecretString,
    ) -> Result<T, CallError> {
        self.send("GET", path, query, &[], Vec::new(), token).await
    }

    pub async fn get_octets(&self, path: &str, token: &SecretString) -> Result<Vec<u8>, CallError> {
        self.octets("GET", path, &[], &[], Vec::new(), token).await
    }

    pub async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
        token: &SecretString,
    ) -> Result<T, CallError> {
        self.send("POST", path, &[], &[json()], encode(body)?, token)
            .await
    }

    /// A call whose success says everything; a body is not read.
    pub async fn post_for_nothing<B: Serialize>(
        &self,
        path: &str,
        body: &B,
        token: &SecretString,
    ) -> Result<(), CallError> {
        self.octets("POST", path, &[], &[json()], encode(body)?, token)
            .await
            .map(drop)
    }

    /// The same, on the condition that what it concerns still has this entity tag.
    pub async fn post_if_match<B: Serialize>(
        &self,
        path: &str,
        etag: &str,
        body: &B,
        token: &SecretString,
    ) -> Result<(), CallError> {
        let headers = [json(), (IF_MATCH.as_str(), etag.to_owned())];
        self.octets("POST", path, &[], &headers, encode(body)?, token)
            .await
            .map(drop)
    }

    pub async fn send<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        headers: &[(&str, String)],
        body: Vec<u8>,
        token: &SecretString,
    ) -> Result<T, CallError> {
        let octets = self
            .octets(method, path, query, headers, body, token)
            .await?;
        let mut reader = serde_json::Deserializer::from_slice(&octets);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| CallError::WrongShape {
            member: error.path().to_string(),
        })
    }

    /// What the API publishes to everybody.
    pub async fn public(&self, path: &str) -> Result<Vec<u8>, CallError> {
        let url = self.base.join(path).map_err(|_| CallError::Request)?;
        let request = Request::get(url.as_str())
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|_| CallError::Request)?;
        read(self.transport.send(request).await?)
    }

    pub async fn clock_offset(&self, now: Timestamp) -> Result<SignedDuration, CallError> {
        let request = Request::get(self.base.as_str())
            .body(Vec::new())
            .map_err(|_| CallError::Request)?;
        let reply = self.transport.send(request).await?;
        let date = reply
            .headers()
            .get(http::header::DATE)
            .and_then(|value| value.to_str().ok());
        let date = date.and_then(|date| {
            jiff::fmt::rfc2822::DateTimeParser::new()
                .parse_timestamp(date)
                .ok()
        });
        date.map(|date| date.duration_since(now))
            .ok_or_else(|| CallError::WrongShape {
                member: "date".into(),
            })
    }

    async fn octets(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        headers: &[(&str, String)],
        body: Vec<u8>,
        token: &SecretString,
    ) -> Result<Vec<u8>, CallError> {
        let request = self.request(method, path, query, headers, body, token)?;
        let reply = self
            .transport
            .send(request)
            .await
            .map_err(|error| match error {
                TransportError::TooLarge { .. } => CallError::WrongShape {
                    member: "size".into(),
                },
                other => CallError::Transport(other),
            })?;
        read(reply)
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        headers: &[(&str, String)],
        body: Vec<u8>,
        token: &SecretString,
    ) -> Result<Request<Vec<u8>>, CallError> {
        let mut url = self.base.join(path).map_err(|_| CallError::Request)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))
            .map_err(|_| CallError::Request)?;
        bearer.set_sensitive(true);
        let mut request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(AUTHORIZATION, bearer);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        request.body(body).map_err(|_| CallError::Request)
    }
}

fn json() -> (&'static str, String) {
    (CONTENT_TYPE.as_str(), "application/json".to_owned())
}

fn encode<B: Serialize>(body: &B) -> Result<Vec<u8>, CallError> {
    serde_json::to_vec(body).map_err(|_| CallError::Request)
}

fn read(reply: Response<Vec<u8>>) -> Result<Vec<u8>, CallError> {
    if reply.status().is_success() {
        return Ok(reply.into_body());
    }
    let challenge = reply
        .headers()
        .get(WWW_AUTHENTICATE)
        .and_then(|value| value.to_str().ok());
    Err(of_refusal(reply.status().as_u16(), challenge, reply.body()))
}
