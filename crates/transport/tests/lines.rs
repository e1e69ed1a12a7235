//! Replies that go on, against real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use http::Request;
use rstest::rstest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use transport::{LineLimits, Lines, Rules, Streamed, Transport, TransportError};
use url::Url;

const BEGUN: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

async fn server<F, Fut>(answer: F) -> Url
where
    F: Fn(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", socket.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = socket.accept().await {
            let mut head = [0; 2048];
            let _head = stream.read(&mut head).await;
            tokio::spawn(answer(stream));
        }
    });
    url.parse().unwrap()
}

/// Says these pieces, one after the other, and closes.
async fn saying(pieces: &'static [&'static str]) -> Url {
    server(move |mut stream| async move {
        let _sent = stream.write_all(BEGUN.as_bytes()).await;
        for piece in pieces {
            let _sent = stream.write_all(piece.as_bytes()).await;
            let _sent = stream.flush().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
}

/// Says this, and then nothing for ever.
async fn silent_after(said: &'static str) -> Url {
    server(move |mut stream| async move {
        let _sent = stream.write_all(said.as_bytes()).await;
        let mut nothing = [0; 1];
        let _closed = stream.read(&mut nothing).await;
    })
    .await
}

fn rules(total: Duration) -> Rules {
    Rules {
        development_http: true,
        total_timeout: total,
        max_body: 64,
        ..Rules::default()
    }
}

const LIMITS: LineLimits = LineLimits {
    max_line: 16,
    idle: Duration::from_mins(1),
    total: Duration::from_mins(2),
};

async fn stream(url: &Url, limits: LineLimits) -> Result<Streamed, TransportError> {
    let request = Request::get(url.as_str()).body(Vec::new()).unwrap();
    let transport = Transport::new(rules(Duration::from_mins(1))).unwrap();
    transport.stream(request, limits).await
}

async fn lines(url: &Url, limits: LineLimits) -> Lines {
    match stream(url, limits).await.unwrap() {
        Streamed::Lines(reply) => reply.into_body(),
        Streamed::Whole(reply) => panic!("the server answered {}", reply.status()),
    }
}

async fn all(mut lines: Lines) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(line) = lines.next().await.unwrap() {
        all.push(String::from_utf8(line).unwrap());
    }
    all
}

/// How it ends, when until then there is always more.
async fn end_of(mut lines: Lines) -> TransportError {
    loop {
        match lines.next().await {
            Ok(line) => assert_eq!(line.as_deref(), Some(&b"more"[..])),
            Err(error) => break error,
        }
    }
}

#[rstest]
#[case::line_feeds(&["a\nb\n\nc\n"])]
#[case::both(&["a\r\nb\r\n\r\nc\r\n"])]
#[case::carriage_returns(&["a\rb\r\rc\r"])]
#[case::in_pieces(&["a", "\r", "\n", "b\r", "\n\r\nc", "\r\n"])]
#[case::the_last_without_an_end(&["a\nb\n\nc\n", "rest"])]
#[tokio::test]
async fn lines_come_out_as_they_went_in(#[case] pieces: &'static [&'static str]) {
    let url = saying(pieces).await;
    assert_eq!(all(lines(&url, LIMITS).await).await, ["a", "b", "", "c"]);
}

#[tokio::test]
async fn a_line_arrives_while_the_reply_goes_on() {
    let url = silent_after(&*format!("{BEGUN}hello\n").leak()).await;
    let mut lines = lines(&url, LIMITS).await;
    assert_eq!(lines.next().await.unwrap().as_deref(), Some(&b"hello"[..]));
}

#[rstest]
#[case::just_short_enough("0123456789abcdef\n", true)]
#[case::too_long("0123456789abcdefg\n", false)]
#[case::without_an_end("0123456789abcdefg", false)]
#[tokio::test]
async fn a_line_is_at_most_as_long_as_the_limit(#[case] said: &str, #[case] fits: bool) {
    let url = silent_after(&*format!("{BEGUN}a\n{said}").leak()).await;
    let mut lines = lines(&url, LIMITS).await;
    assert_eq!(lines.next().await.unwrap().as_deref(), Some(&b"a"[..]));

    let next = lines.next().await;

    assert_eq!(next.is_ok(), fits);
    if let Err(error) = next {
        let limit = 16;
        assert!(
            matches!(error, TransportError::TooLarge { limit: said, .. } if said == limit),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    let url = silent_after(&*format!("{BEGUN}a\n").leak()).await;
    let short = LineLimits {
        idle: Duration::from_millis(200),
        ..LIMITS
    };
    let mut lines = lines(&url, short).await;
    assert!(lines.next().await.unwrap().is_some());

    let error = lines.next().await.unwrap_err();

    assert!(matches!(error, TransportError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_reply_that_goes_on_for_ever_ends_at_its_limit() {
    let url = server(|mut stream| async move {
        let _sent = stream.write_all(BEGUN.as_bytes()).await;
        while stream.write_all(b"more\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let short = LineLimits {
        total: Duration::from_millis(300),
        ..LIMITS
    };

    let error = match stream(&url, short).await {
        Ok(Streamed::Lines(reply)) => end_of(reply.into_body()).await,
        Ok(Streamed::Whole(reply)) => panic!("the server answered {}", reply.status()),
        // The limit is over all of it: it may pass before the reply begins.
        Err(error) => error,
    };

    assert!(matches!(error, TransportError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_reply_that_does_not_begin_is_given_up() {
    let url = silent_after("HTTP/1.1 200 OK\r\n").await;
    let request = Request::get(url.as_str()).body(Vec::new()).unwrap();
    let transport = Transport::new(rules(Duration::from_millis(200))).unwrap();
    let error = transport.stream(request, LIMITS).await.err().unwrap();
    assert!(matches!(error, TransportError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_refusal_is_read_whole_and_within_its_limit() {
    let short = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 4\r\n\r\nover";
    let Streamed::Whole(reply) = stream(&silent_after(short).await, LIMITS).await.unwrap() else {
        panic!("a refusal goes on");
    };
    assert_eq!(
        (reply.status().as_u16(), &reply.body()[..]),
        (401, &b"over"[..])
    );

    let long = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 65\r\n\r\n";
    let error = stream(&silent_after(long).await, LIMITS)
        .await
        .err()
        .unwrap();
    assert!(matches!(error, TransportError::TooLarge { .. }), "{error}");
}

#[tokio::test]
async fn a_redirect_is_refused() {
    let url = silent_after("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n").await;
    let error = stream(&url, LIMITS).await.err().unwrap();
    assert!(
        matches!(error, TransportError::Redirected { status: 302, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn plain_http_is_not_asked() {
    let request = Request::get("http://records.example/")
        .body(Vec::new())
        .unwrap();
    let transport = Transport::new(Rules::default()).unwrap();
    let error = transport.stream(request, LIMITS).await.err().unwrap();
    assert!(matches!(error, TransportError::NotHttps { .. }), "{error}");
}
