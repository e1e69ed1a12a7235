//! One request and its answer: address, token, status, size, shape.

use dpop::Access;
use http::header::{CONTENT_TYPE, IF_MATCH, WWW_AUTHENTICATE};
use http::{Method, Request, Response};
use jiff::{SignedDuration, Timestamp};
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
        access: &Access,
    ) -> Result<T, CallError> {
        self.send("GET", path, query, &[], Vec::new(), access).await
    }

    pub async fn get_octets(&self, path: &str, access: &Access) -> Result<Vec<u8>, CallError> {
        self.octets("GET", path, &[], &[], Vec::new(), access).await
    }

    pub async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
        access: &Access,
    ) -> Result<T, CallError> {
        self.send("POST", path, &[], &[json()], encode(body)?, access)
            .await
    }

    /// A call whose success says everything; a body is not read.
    pub async fn post_for_nothing<B: Serialize>(
        &self,
        path: &str,
        body: &B,
        access: &Access,
    ) -> Result<(), CallError> {
        self.octets("POST", path, &[], &[json()], encode(body)?, access)
            .await
            .map(drop)
    }

    /// The same, on the condition that what it concerns still has this entity tag.
    pub async fn post_if_match<B: Serialize>(
        &self,
        path: &str,
        etag: &str,
        body: &B,
        access: &Access,
    ) -> Result<(), CallError> {
        let headers = [json(), (IF_MATCH.as_str(), etag.to_owned())];
        self.octets("POST", path, &[], &headers, encode(body)?, access)
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
        access: &Access,
    ) -> Result<T, CallError> {
        let octets = self
            .octets(method, path, query, headers, body, access)
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
        access: &Access,
    ) -> Result<Vec<u8>, CallError> {
        let ask = Ask {
            method: method.parse().map_err(|_| CallError::Request)?,
            url: self.address(path, query)?,
            headers,
            body,
        };
        let reply = self.ask(&ask, access).await?;
        let Some(key) = access.key() else {
            return read(reply);
        };
        let is_new = key.heed(&ask.url, reply.headers());
        if !is_new || !dpop::wants_nonce(reply.status(), reply.headers()) {
            return read(reply);
        }
        // Turned away before it was looked at (RFC 9449, 9): once more with the nonce, and no more than that.
        let reply = self.ask(&ask, access).await?;
        key.heed(&ask.url, reply.headers());
        read(reply)
    }

    async fn ask(&self, ask: &Ask<'_>, access: &Access) -> Result<Response<Vec<u8>>, CallError> {
        let mut request = Request::builder().method(&ask.method).uri(ask.url.as_str());
        for (name, value) in ask.headers {
            request = request.header(*name, value);
        }
        let mut request = request
            .body(ask.body.clone())
            .map_err(|_| CallError::Request)?;
        access
            .present(
                request.headers_mut(),
                &ask.method,
                &ask.url,
                Timestamp::now(),
            )
            .map_err(|_| CallError::Request)?;
        self.transport
            .send(request)
            .await
            .map_err(|error| match error {
                TransportError::TooLarge { .. } => CallError::WrongShape {
                    member: "size".into(),
                },
                other => CallError::Transport(other),
            })
    }

    fn address(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, CallError> {
        let mut url = self.base.join(path).map_err(|_| CallError::Request)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }
}

/// One request, as often as it is made.
struct Ask<'a> {
    method: Method,
    url: Url,
    headers: &'a [(&'a str, String)],
    body: Vec<u8>,
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
    let challenges = reply.headers().get_all(WWW_AUTHENTICATE).iter();
    let challenges: Vec<_> = challenges.filter_map(|value| value.to_str().ok()).collect();
    Err(of_refusal(
        reply.status().as_u16(),
        &challenges,
        reply.body(),
    ))
}
