//! What an endpoint answered: read strictly, its errors reduced to the OAuth code, its clock compared with ours.

use http::{HeaderMap, Request, StatusCode, header};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use transport::Transport;
use url::Url;

use crate::{IdentityError, time};

/// Longer than any reply has reason to be, and long enough to name a token that is too large for what it is.
const LIMIT: usize = 1024 * 1024;

/// One endpoint's reply. No `Debug`: the body may hold tokens.
pub(crate) struct Reply {
    endpoint: &'static str,
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    clock_ahead_s: Option<i64>,
}

impl Reply {
    pub(crate) async fn of(
        transport: &Transport,
        request: Request<Vec<u8>>,
        endpoint: &'static str,
        now: Timestamp,
    ) -> Result<Self, IdentityError> {
        let (head, body) = transport.send_limited(request, LIMIT).await?.into_parts();
        Ok(Self {
            endpoint,
            status: head.status,
            clock_ahead_s: time::clock_ahead_s(&head.headers, now),
            headers: head.headers,
            body,
        })
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The provider's clock minus ours, in seconds, when the reply carries a date.
    pub(crate) fn clock_ahead_s(&self) -> Option<i64> {
        self.clock_ahead_s
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, when it says that it is JSON and is what the protocol describes.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, IdentityError> {
        if !self.is_json() {
            return Err(self.bad());
        }
        serde_json::from_slice(&self.body).map_err(|_| self.bad())
    }

    /// The OAuth error that this reply is (RFC 6749, 5.2), or the fact that it is none.
    pub(crate) fn into_error(self) -> IdentityError {
        match self.oauth_error() {
            Some(code) => IdentityError::ProviderError { code },
            None => self.bad(),
        }
    }

    /// The code of the OAuth error that this reply is, if it is one.
    pub(crate) fn oauth_error(&self) -> Option<String> {
        let error: OauthError = serde_json::from_slice(&self.body).ok()?;
        self.is_json().then(|| printable_code(&error.error))
    }

    /// That this reply is not what the protocol says.
    pub(crate) fn bad(&self) -> IdentityError {
        IdentityError::BadReply {
            endpoint: self.endpoint,
            status: self.status.as_u16(),
        }
    }

    fn is_json(&self) -> bool {
        is_json(&self.headers)
    }
}

#[derive(Deserialize)]
struct OauthError {
    error: String,
}

/// A form-encoded POST that asks for JSON.
pub(crate) fn form<'a>(
    endpoint: &Url,
    parameters: impl Iterator<Item = (&'a str, &'a str)>,
) -> Request<Vec<u8>> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    let mut request = Request::new(body.into_bytes());
    *request.method_mut() = http::Method::POST;
    set_address(&mut request, endpoint);
    let headers = request.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    accept_json(headers);
    request
}

/// A GET that asks for JSON.
pub(crate) fn get(address: &Url) -> Request<Vec<u8>> {
    let mut request = Request::new(Vec::new());
    set_address(&mut request, address);
    accept_json(request.headers_mut());
    request
}

pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|essence| essence.trim().to_ascii_lowercase())
        .is_some_and(|essence| essence == "application/json" || essence.ends_with("+json"))
}

/// An `error` code as it may be shown and logged: the characters of RFC 6749, Appendix A.7, and not many of them.
pub(crate) fn printable_code(code: &str) -> String {
    let fits = !code.is_empty()
        && code.len() <= 64
        && code
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    if fits { code } else { "unknown" }.to_owned()
}

fn set_address(request: &mut Request<Vec<u8>>, address: &Url) {
    // What `Url` writes, `Uri` reads, save for absurd lengths; the transport refuses the relative address left then.
    if let Ok(uri) = address.as_str().parse() {
        *request.uri_mut() = uri;
    }
}

fn accept_json(headers: &mut HeaderMap) {
    headers.insert(
        header::ACCEPT,
        http::HeaderValue::from_static("application/json"),
    );
}
