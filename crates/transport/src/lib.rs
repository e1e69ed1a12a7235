//! The one HTTPS client of the house: every reply has a size limit and a time limit, and no redirect is followed.
//!
//! It decides where a request may go (https, or http on a literal loopback address under an explicit development
//! switch) and how much of an answer is read. It uses the proxy of the environment or the operating system, to which TLS
//! stays closed; what is meant for this machine never goes there. It does not judge what an answer says, keeps no cookies and sends no
//! referrer. Its errors name scheme, host and port at most: never a path, a query, a header or a body.

mod error;
mod lines;
mod rules;

use std::time::Duration;

use futures_util::StreamExt;
use http::{Request, Response};
use url::Url;

pub use error::TransportError;
pub use lines::{LineLimits, Lines, Streamed};
pub use rules::Rules;

/// An HTTPS client that obeys its [`Rules`]. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Transport {
    /// By the proxy of the system, where there is one.
    client: reqwest::Client,
    /// For this machine's own addresses: a proxy would see, and answer for, what is meant for nobody else.
    direct: reqwest::Client,
    development_http: bool,
    total_timeout: Duration,
    max_body: usize,
}

impl Transport {
    /// A client for these rules.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a client and its rules are one: nobody else has a use for them"
    )]
    pub fn new(rules: Rules) -> Result<Self, TransportError> {
        install_crypto_provider();
        let certificates = rules.ca_file.as_deref().map(rules::read_certificates);
        let certificates = certificates.transpose()?;
        let builder = || {
            let builder = reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .https_only(!rules.development_http)
                .connect_timeout(rules.connect_timeout)
                .pool_idle_timeout(IDLE)
                .timeout(rules.total_timeout);
            match &certificates {
                Some(certificates) => builder.tls_certs_merge(certificates.clone()),
                None => builder,
            }
        };
        let built =
            |builder: reqwest::ClientBuilder| builder.build().map_err(|_| TransportError::Setup);
        Ok(Self {
            client: built(builder())?,
            direct: built(builder().no_proxy())?,
            development_http: rules.development_http,
            total_timeout: rules.total_timeout,
            max_body: rules.max_body,
        })
    }

    /// What goes to this machine goes through no proxy, whatever the system says.
    fn client_for(&self, url: &Url) -> &reqwest::Client {
        if is_this_machine(url) {
            &self.direct
        } else {
            &self.client
        }
    }

    /// Sends a request; the reply's body is at most [`Rules::max_body`] octets.
    pub async fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, TransportError> {
        self.send_limited(request, self.max_body).await
    }

    /// Sends a request whose reply may have at most `max_body` octets.
    pub async fn send_limited(
        &self,
        request: Request<Vec<u8>>,
        max_body: usize,
    ) -> Result<Response<Vec<u8>>, TransportError> {
        let (request, url) = self.admit(request)?;
        // One limit over the whole exchange, so that a reply that trickles in ends as well.
        tokio::time::timeout(self.total_timeout, self.exchange(request, &url, max_body))
            .await
            .map_err(|_| TransportError::TimedOut {
                origin: origin(&url),
            })?
    }

    /// Sends a request that may be answered with a redirect, and says where that leads. Nobody goes there, and no body
    /// is read.
    pub async fn led_to(
        &self,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Option<Url>>, TransportError> {
        let (request, url) = self.admit(request)?;
        // The client's own time limit ends the wait for the head of the answer.
        let answer = self.client_for(&url).execute(request).await;
        let answer = answer.map_err(|error| error::of(&error, &url))?;
        let location = answer.headers().get(http::header::LOCATION);
        let to = location
            .filter(|_| answer.status().is_redirection())
            .and_then(|location| url.join(location.to_str().ok()?).ok());
        let mut led = Response::new(to);
        *led.status_mut() = answer.status();
        Ok(led)
    }

    /// Sends a request whose reply goes on, and returns when it has begun: within [`Rules::total_timeout`]. A reply that is
    /// no success is read whole, within the limits of [`Transport::send`].
    pub async fn stream(
        &self,
        request: Request<Vec<u8>>,
        limits: LineLimits,
    ) -> Result<Streamed, TransportError> {
        let (mut request, url) = self.admit(request)?;
        // In place of the client's own limit, which would end the reply in the middle of it.
        *request.timeout_mut() = Some(limits.total);
        let begun = async {
            let answer = self.head(request, &url).await?;
            if answer.status().is_success() {
                let (status, headers) = (answer.status(), answer.headers().clone());
                let mut reply = Response::new(Lines::new(answer, url.clone(), limits));
                *reply.status_mut() = status;
                *reply.headers_mut() = headers;
                Ok(Streamed::Lines(reply))
            } else {
                let whole = read_whole(answer, &url, self.max_body).await;
                whole.map(Streamed::Whole)
            }
        };
        tokio::time::timeout(self.total_timeout, begun)
            .await
            .map_err(|_| TransportError::TimedOut {
                origin: origin(&url),
            })?
    }

    /// Whether a request to this address would be sent: https, or http on a literal loopback address when
    /// [`Rules::development_http`] is set. An address with credentials in it never is.
    pub fn allows(&self, url: &Url) -> Result<(), TransportError> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TransportError::Credentials {
                origin: origin(url),
            });
        }
        match url.scheme() {
            "https" if url.has_host() => Ok(()),
            "http" if self.development_http && is_literal_loopback(url) => Ok(()),
            _ => Err(TransportError::NotHttps {
                origin: origin(url),
            }),
        }
    }

    fn admit(&self, request: Request<Vec<u8>>) -> Result<(reqwest::Request, Url), TransportError> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| TransportError::NotAUrl)?;
        self.allows(&url)?;
        let request = reqwest::Request::try_from(request).map_err(|_| TransportError::NotAUrl)?;
        Ok((request, url))
    }

    async fn exchange(
        &self,
        request: reqwest::Request,
        url: &Url,
        max_body: usize,
    ) -> Result<Response<Vec<u8>>, TransportError> {
        let answer = self.head(request, url).await?;
        read_whole(answer, url, max_body).await
    }

    /// The head of the answer, which is no redirect.
    async fn head(
        &self,
        request: reqwest::Request,
        url: &Url,
    ) -> Result<reqwest::Response, TransportError> {
        let answer = self
            .client_for(url)
            .execute(request)
            .await
            .map_err(|error| error::of(&error, url))?;
        let status = answer.status();
        if status.is_redirection() {
            return Err(TransportError::Redirected {
                status: status.as_u16(),
                origin: origin(url),
            });
        }
        Ok(answer)
    }
}

/// The whole answer, if it is no longer than that.
async fn read_whole(
    answer: reqwest::Response,
    url: &Url,
    max_body: usize,
) -> Result<Response<Vec<u8>>, TransportError> {
    let too_large = || TransportError::TooLarge {
        limit: max_body,
        origin: origin(url),
    };
    if answer
        .content_length()
        .is_some_and(|announced| announced > max_body as u64)
    {
        return Err(too_large());
    }
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut body = Vec::new();
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| error::of(&error, url))?;
        if chunk.len() > max_body - body.len() {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    *reply.headers_mut() = headers;
    Ok(reply)
}

/// How long a connection is kept for the next request. Servers close idle ones after five seconds and more; a code that is
/// sent into a closing connection is lost, and with it a signature.
const IDLE: std::time::Duration = std::time::Duration::from_secs(2);

/// `scheme://host:port` of an address: all that an error or a log line may say about it.
pub fn origin(url: &Url) -> String {
    match (url.host_str(), url.port_or_known_default()) {
        (Some(host), Some(port)) => format!("{}://{host}:{port}", url.scheme()),
        _ => format!("{}:", url.scheme()),
    }
}

/// Whether the host is a loopback *address*. The name `localhost` is not: a resolver may send it elsewhere.
pub fn is_literal_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    }
}

/// A loopback address, or the name that stands for one.
fn is_this_machine(url: &Url) -> bool {
    is_literal_loopback(url)
        || url.host_str().is_some_and(|host| {
            let host = host.trim_end_matches('.');
            host == "localhost" || host.ends_with(".localhost")
        })
}

/// rustls wants one process-wide provider. A second call finds it installed, which is what we want.
fn install_crypto_provider() {
    let _already_installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
