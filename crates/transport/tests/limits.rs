//! The limits of the transport, against real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Request, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use transport::{Rules, Transport, TransportError};
use url::Url;

/// A server that counts its connections and lets `answer` do whatever it likes with each.
struct Server {
    url: Url,
    connections: Arc<AtomicUsize>,
}

impl Server {
    async fn answering<F, Fut>(answer: F) -> Self
    where
        F: Fn(TcpStream) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token?code=SECRET", socket.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = socket.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let mut head = [0; 2048];
                let _head = stream.read(&mut head).await;
                tokio::spawn(answer(stream));
            }
        });
        Self {
            url: url.parse().unwrap(),
            connections,
        }
    }

    async fn saying(reply: &'static str) -> Self {
        Self::answering(move |mut stream| async move {
            let _sent = stream.write_all(reply.as_bytes()).await;
        })
        .await
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// For tests in which time decides nothing.
fn rules() -> Rules {
    Rules {
        development_http: true,
        total_timeout: Duration::from_mins(1),
        max_body: 1024,
        ..Rules::default()
    }
}

/// For tests of the time limit.
fn impatient() -> Rules {
    Rules {
        total_timeout: Duration::from_millis(400),
        ..rules()
    }
}

async fn get(rules: Rules, url: &Url) -> Result<http::Response<Vec<u8>>, TransportError> {
    let request = Request::get(url.as_str()).body(Vec::new()).unwrap();
    Transport::new(rules).unwrap().send(request).await
}

#[tokio::test]
async fn a_reply_within_the_limits_arrives_whole() {
    let server =
        Server::saying("HTTP/1.1 201 Created\r\nx-kept: yes\r\ncontent-length: 5\r\n\r\nhello")
            .await;
    let reply = get(rules(), &server.url).await.unwrap();
    assert_eq!(reply.status(), StatusCode::CREATED);
    assert_eq!(reply.headers()["x-kept"], "yes");
    assert_eq!(reply.body(), b"hello");
}

#[tokio::test]
async fn a_redirect_is_refused_and_its_target_never_visited() {
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let target = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let reply = format!(
            "HTTP/1.1 {status}\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
            target.url
        );
        let server = Server::saying(reply.leak()).await;
        let error = get(rules(), &server.url).await.unwrap_err();
        assert!(
            matches!(error, TransportError::Redirected { .. }),
            "{error}"
        );
        assert_eq!(target.connections(), 0);
    }
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_limit() {
    let server = Server::answering(|mut stream| async move {
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let _sent = stream.write_all(head).await;
        while stream
            .write_all(
                b"40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n",
            )
            .await
            .is_ok()
        {}
    })
    .await;
    let error = get(rules(), &server.url).await.unwrap_err();
    assert!(
        matches!(error, TransportError::TooLarge { limit: 1024, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_not_read_at_all() {
    let server = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 1025\r\n\r\n").await;
    let error = get(rules(), &server.url).await.unwrap_err();
    assert!(matches!(error, TransportError::TooLarge { .. }), "{error}");
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_arrives() {
    let server = Server::answering(|mut stream| async move {
        let mut reply = b"HTTP/1.1 200 OK\r\ncontent-length: 1024\r\n\r\n".to_vec();
        reply.extend([b'x'; 1024]);
        let _sent = stream.write_all(&reply).await;
    })
    .await;
    assert_eq!(get(rules(), &server.url).await.unwrap().body().len(), 1024);
}

#[tokio::test]
async fn a_reply_that_trickles_in_ends_at_the_time_limit() {
    let server = Server::answering(|mut stream| async move {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
        let _sent = stream.write_all(head).await;
        while stream.write_all(b".").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    // Nobody waited for the rest: whole it would have been no error.
    let error = get(impatient(), &server.url).await.unwrap_err();
    assert!(matches!(error, TransportError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_says_nothing_ends_at_the_time_limit() {
    let server = Server::answering(|stream| async move {
        tokio::time::sleep(Duration::from_secs(30)).await;
        drop(stream);
    })
    .await;
    let error = get(impatient(), &server.url).await.unwrap_err();
    assert!(matches!(error, TransportError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn http_without_the_development_switch_is_refused_before_any_packet() {
    let server = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let strict = Rules {
        development_http: false,
        ..rules()
    };
    let error = get(strict, &server.url).await.unwrap_err();
    assert!(matches!(error, TransportError::NotHttps { .. }), "{error}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn http_to_a_name_is_refused_before_any_packet_even_in_development() {
    let server = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for host in ["localhost", "127.0.0.1.example.test"] {
        let mut url = server.url.clone();
        url.set_host(Some(host)).unwrap();
        let error = get(rules(), &url).await.unwrap_err();
        assert!(matches!(error, TransportError::NotHttps { .. }), "{error}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn only_https_and_development_loopback_are_allowed() {
    let strict = Transport::new(Rules::default()).unwrap();
    let development = Transport::new(rules()).unwrap();
    let allowed =
        |transport: &Transport, url: &str| transport.allows(&url.parse().unwrap()).is_ok();
    for url in ["https://idp.example.test/x", "https://127.0.0.1/"] {
        assert!(allowed(&strict, url) && allowed(&development, url), "{url}");
    }
    for url in [
        "http://127.0.0.1:8080/",
        "http://[::1]/",
        "http://127.7.7.7/",
    ] {
        assert!(
            !allowed(&strict, url) && allowed(&development, url),
            "{url}"
        );
    }
    for url in [
        "http://10.0.0.1/",
        "http://localhost/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "data:,x",
        "https://user:secret@idp.example.test/",
    ] {
        assert!(
            !allowed(&strict, url) && !allowed(&development, url),
            "{url}"
        );
    }
}

#[tokio::test]
async fn an_unreachable_server_is_told_apart_from_bad_tls() {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let url = format!("http://{address}/").parse().unwrap();
    let error = get(rules(), &url).await.unwrap_err();
    assert!(
        matches!(
            error,
            TransportError::Unreachable {
                connected: false,
                ..
            }
        ),
        "{error}"
    );

    let server = Server::saying("").await;
    let error = get(rules(), &server.url).await.unwrap_err();
    assert!(
        matches!(
            error,
            TransportError::Unreachable {
                connected: true,
                ..
            }
        ),
        "{error}"
    );

    let server = Server::saying("this is not TLS at all").await;
    let url = server
        .url
        .as_str()
        .replace("http:", "https:")
        .parse()
        .unwrap();
    let error = get(rules(), &url).await.unwrap_err();
    assert!(
        matches!(error, TransportError::TlsRefused { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn errors_name_the_origin_and_no_query() {
    let server = Server::saying(
        "HTTP/1.1 302 Found\r\nlocation: /SECRET\r\ncontent-length: 6\r\n\r\nSECRET",
    )
    .await;
    let error = get(rules(), &server.url).await.unwrap_err();
    let texts = [error.to_string(), format!("{error:?}")];
    assert!(
        texts.iter().all(|text| !text.contains("SECRET")),
        "{texts:?}"
    );
    assert!(texts[0].contains("http://127.0.0.1:"));
}

#[test]
fn a_ca_file_that_is_missing_or_empty_is_named() {
    let rules = |path: &str| Rules {
        ca_file: Some(path.into()),
        ..Rules::default()
    };
    let missing = Transport::new(rules("/nowhere/ca.pem")).err().unwrap();
    assert!(matches!(missing, TransportError::CaFileUnreadable { .. }));
    let empty = Transport::new(rules(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")))
        .err()
        .unwrap();
    assert!(matches!(empty, TransportError::CaFileInvalid { .. }));
}
