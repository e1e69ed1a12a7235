//! One request and its answer: address, token, status, size, shape.

use std::time::Duration;

use dpop::Access;
use http::header::{ACCEPT, CONTENT_TYPE, IF_MATCH, WWW_AUTHENTICATE};
use http::{HeaderMap, Method, Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use transport::{LineLimits, Lines, Streamed, Transport, TransportError};
use url::Url;

use super::error::{CallError, of_refusal};
use crate::wire::EVENT_STREAM_MEDIA_TYPE;

#[derive(Clone)]
pub struct Exchange {
    base: Url,
    transport: Transport,
    /// Sent with every call that shows a token.
    standing: Option<(&'static str, String)>,
}

/// What a stream of events may cost. The service breaks its silence every 15 seconds.
const EVENTS: LineLimits = LineLimits {
    max_line: 16 * 1024,
    idle: Duration::from_secs(45),
    total: Duration::from_hours(24),
};

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
            standing: None,
        })
    }

    /// The same, with this header in every call that shows a token.
    pub fn with_header(&self, name: &'static str, value: &str) -> Self {
        Self {
            standing: Some((name, value.to_owned())),
            ..self.clone()
        }
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

    pub async fn delete(&self, path: &str, access: &Access) -> Result<Vec<u8>, CallError> {
        self.octets("DELETE", path, &[], &[], Vec::new(), access)
            .await
    }

    /// A reply that goes on.
    pub async fn stream(
        &self,
        path: &str,
        headers: &[(&str, String)],
        access: &Access,
    ) -> Result<Lines, CallError> {
        let accept = (ACCEPT.as_str(), EVENT_STREAM_MEDIA_TYPE.to_owned());
        let headers: Vec<_> = headers.iter().cloned().chain([accept]).collect();
        let ask = Ask {
            method: Method::GET,
            url: self.address(path, &[])?,
            headers: &headers,
            body: Vec::new(),
        };
        let reply = match self.begin(&ask, access).await? {
            Streamed::Whole(reply) if asks_again(&ask, &reply, access) => {
                self.begin(&ask, access).await?
            }
            other => other,
        };
        match reply {
            Streamed::Lines(reply) if is_event_stream(reply.headers()) => Ok(reply.into_body()),
            Streamed::Lines(_) => Err(CallError::WrongShape {
                member: "content-type".into(),
            }),
            // It is no success, so this is an error.
            Streamed::Whole(reply) => Err(read(reply).err().unwrap_or(CallError::Request)),
        }
    }

    async fn begin(&self, ask: &Ask<'_>, access: &Access) -> Result<Streamed, CallError> {
        let request = self.request(ask, access)?;
        let begun = self
            .transport
            .stream(request, EVENTS)
            .await
            .map_err(of_transport)?;
        if let (Streamed::Lines(reply), Some(key)) = (&begun, access.key()) {
            key.heed(&ask.url, reply.headers());
        }
        Ok(begun)
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
        decode(&octets)
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
        if !asks_again(&ask, &reply, access) {
            return read(reply);
        }
        let reply = self.ask(&ask, access).await?;
        if let Some(key) = access.key() {
            key.heed(&ask.url, reply.headers());
        }
        read(reply)
    }

    async fn ask(&self, ask: &Ask<'_>, access: &Access) -> Result<Response<Vec<u8>>, CallError> {
        let request = self.request(ask, access)?;
        self.transport.send(request).await.map_err(of_transport)
    }

    fn request(&self, ask: &Ask<'_>, access: &Access) -> Result<Request<Vec<u8>>, CallError> {
        let mut request = Request::builder().method(&ask.method).uri(ask.url.as_str());
        for (name, value) in ask.headers {
            request = request.header(*name, value);
        }
        if let Some((name, value)) = &self.standing {
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
        Ok(request)
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

/// JSON of that shape; members that are not known are not minded.
pub fn decode<T: DeserializeOwned>(octets: &[u8]) -> Result<T, CallError> {
    let mut reader = serde_json::Deserializer::from_slice(octets);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| CallError::WrongShape {
        member: error.path().to_string(),
    })
}

/// Whether the request was turned away before it was looked at, for want of a nonce that is now known (RFC 9449, 9): then it
/// is made once more, and no more than that.
fn asks_again(ask: &Ask<'_>, reply: &Response<Vec<u8>>, access: &Access) -> bool {
    access.key().is_some_and(|key| {
        let is_new = key.heed(&ask.url, reply.headers());
        is_new && dpop::wants_nonce(reply.status(), reply.headers())
    })
}

fn of_transport(error: TransportError) -> CallError {
    match error {
        TransportError::TooLarge { .. } => CallError::WrongShape {
            member: "size".into(),
        },
        other => CallError::Transport(other),
    }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let said = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    said.and_then(|said| said.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(EVENT_STREAM_MEDIA_TYPE))
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
