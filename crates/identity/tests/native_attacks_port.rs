//! Attacks on the loopback port itself: others who hold it, who want it too, and who talk to it instead of the provider.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use common::{Clinic, forced, page};
use demo::idp::{ADAMS, Endpoint, Faults};
use demo::robot::Browser;
use identity::{
    AgentError, AgentEvent, BringForward, CallbackOutcome, Declined, Disposal, IdentityError,
    Listener, OpenAgent, Pending, Refusal, await_callback,
};
use jiff::Timestamp;
use policy::RedirectPath;
use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

async fn listener_on(ports: &[u16]) -> Result<Listener, IdentityError> {
    Listener::bind(ports, &RedirectPath::Random, page()).await
}

/// A socket that shares its address with whoever lets it.
fn sharing(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    #[cfg(unix)]
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

fn every_address(port: u16) -> [SocketAddr; 3] {
    [
        IpAddr::from(Ipv4Addr::LOCALHOST),
        IpAddr::from(Ipv4Addr::UNSPECIFIED),
        IpAddr::from(Ipv6Addr::UNSPECIFIED),
    ]
    .map(|address| SocketAddr::new(address, port))
}

/// Sends these octets and reads the answer to its end.
async fn say(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn get(address: &Url) -> String {
    let host = &address[url::Position::BeforeHost..url::Position::AfterPort];
    let target = &address[url::Position::BeforePath..];
    format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n")
}

#[tokio::test]
async fn a_port_that_somebody_holds_for_this_address_is_not_shared_with_them() {
    let squatter = sharing("127.0.0.1:0".parse().unwrap()).unwrap();
    let squatter = squatter.listen(16).unwrap();
    let port = squatter.local_addr().unwrap().port();
    match listener_on(&[port]).await {
        Err(IdentityError::PortsTaken { ports }) => assert_eq!(ports, [port]),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("a squatted port was bound"),
    }
}

#[tokio::test]
async fn of_several_ports_the_first_that_nobody_squats_is_taken() {
    let squatter = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = squatter.local_addr().unwrap().port();
    let listener = listener_on(&[taken, 0]).await.unwrap();
    assert_ne!(listener.redirect_uri().port(), Some(taken));
}

/// On Linux nobody gets the port; elsewhere somebody may get it for all addresses, which is not where the callback goes.
#[tokio::test]
async fn whoever_binds_the_same_port_while_we_hold_it_gets_none_of_its_connections() {
    let mut listener = listener_on(&[]).await.unwrap();
    let port = listener.redirect_uri().port().unwrap();
    let mut squatters = Vec::new();
    for address in every_address(port) {
        if let Ok(squatter) = sharing(address).and_then(|socket| socket.listen(16)) {
            squatters.push(squatter);
        }
    }
    #[cfg(target_os = "linux")]
    assert!(squatters.is_empty(), "{squatters:?}");

    for n in 0..50 {
        let mut callback = listener.redirect_uri().clone();
        callback.set_query(Some(&format!("code={n}")));
        let answer = say(port, &get(&callback)).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert_eq!(listener.next().await, callback);
    }
    for squatter in squatters {
        let caught = tokio::time::timeout(Duration::from_millis(20), squatter.accept());
        assert!(caught.await.is_err(), "a callback went to somebody else");
    }
}

/// A port that is bound and not listened on looks free. Whoever comes second must not be the one that is heard.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn whoever_bound_the_port_before_us_cannot_listen_on_it_after_us() {
    for wide in every_address(0) {
        let lurker = sharing(wide).unwrap();
        let port = lurker.local_addr().unwrap().port();
        let Ok(mut listener) = listener_on(&[port]).await else {
            continue;
        };
        assert!(lurker.listen(16).is_err(), "{wide} is heard too");
        let mut callback = listener.redirect_uri().clone();
        callback.set_query(Some("code=c"));
        say(port, &get(&callback)).await;
        assert_eq!(listener.next().await, callback);
    }
}

#[tokio::test]
async fn nobody_outside_this_machine_can_talk_to_the_port() {
    let listener = listener_on(&[]).await.unwrap();
    let port = listener.redirect_uri().port().unwrap();
    // 127.0.0.2 is this machine as well, and not the address that was bound; so is every address of a network card.
    #[cfg(target_os = "linux")]
    assert!(TcpStream::connect(("127.0.0.2", port)).await.is_err());
    assert!(
        TcpStream::connect((Ipv6Addr::LOCALHOST, port))
            .await
            .is_err()
    );
}

/// An agent to which nothing happens: callbacks come through the port.
struct Elsewhere;

struct NoWindow;

#[async_trait]
impl BringForward for NoWindow {
    async fn bring_forward(&self) {}
}

#[async_trait]
impl OpenAgent for Elsewhere {
    async fn visit(&mut self, _: Url, _: bool) -> Result<(), AgentError> {
        Ok(())
    }

    async fn next(&mut self) -> AgentEvent {
        std::future::pending().await
    }

    fn handle(&self) -> Arc<dyn BringForward> {
        Arc::new(NoWindow)
    }

    async fn close(self: Box<Self>) -> Disposal {
        Disposal::complete()
    }
}

/// A request whose answer is on its way to the port, and what it says.
struct OnItsWay {
    clinic: Clinic,
    listener: Listener,
    pending: Pending,
    callback: Url,
}

impl OnItsWay {
    async fn new() -> Self {
        let clinic = Clinic::with(Faults::none()).await;
        let listener = listener_on(&[]).await.unwrap();
        let now = Timestamp::now();
        let provider = clinic.party.discover(now).await.unwrap();
        let here = listener.redirect_uri();
        let demands = forced();
        let asked = clinic.party.request(&provider, &demands, here, now);
        let pending = asked.await.unwrap();
        let callback = Browser::new().sign_in(&pending.url, &ADAMS, true).await;
        Self {
            callback: callback.unwrap(),
            clinic,
            listener,
            pending,
        }
    }

    fn port(&self) -> u16 {
        self.listener.redirect_uri().port().unwrap()
    }

    async fn outcome(&mut self) -> CallbackOutcome {
        let deadline = Instant::now() + Duration::from_secs(30);
        let cancel = CancellationToken::new();
        await_callback(
            &mut self.listener,
            &mut Elsewhere,
            &self.pending,
            deadline,
            &cancel,
        )
        .await
    }

    fn exchanges(&self) -> usize {
        let asked = self.clinic.idp.requests();
        let exchanges = asked.iter().filter(|r| r.endpoint == Endpoint::Token);
        exchanges.count()
    }
}

/// Even with the right path, the right state and the right code: whatever is not the provider's redirect is no answer.
#[rstest]
#[case::post("POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n")]
#[case::put("PUT {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n")]
#[case::head("HEAD {target} HTTP/1.1\r\nHost: {host}\r\n\r\n")]
#[case::small_letters("get {target} HTTP/1.1\r\nHost: {host}\r\n\r\n")]
#[case::foreign_origin(
    "GET {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: https://evil.example\r\n\r\n"
)]
#[case::own_origin("GET {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\r\n")]
#[case::rebound_name("GET {target} HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n")]
#[case::the_name_localhost("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n")]
#[case::another_loopback_address("GET {target} HTTP/1.1\r\nHost: 127.0.0.2:{port}\r\n\r\n")]
#[case::a_number_for_the_address("GET {target} HTTP/1.1\r\nHost: 2130706433:{port}\r\n\r\n")]
#[case::the_address_in_ipv6("GET {target} HTTP/1.1\r\nHost: [::ffff:127.0.0.1]:{port}\r\n\r\n")]
#[case::a_final_dot("GET {target} HTTP/1.1\r\nHost: 127.0.0.1.:{port}\r\n\r\n")]
#[case::a_script(
    "GET {target} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n\r\n"
)]
#[case::a_frame(
    "GET {target} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n\r\n"
)]
#[case::a_stray("GET /robots.txt HTTP/1.1\r\nHost: {host}\r\n\r\n")]
#[case::a_path_below("GET {path}/{query} HTTP/1.1\r\nHost: {host}\r\n\r\n")]
#[case::two_slashes("GET /{target} HTTP/1.1\r\nHost: {host}\r\n\r\n")]
#[case::an_absolute_address("GET http://{host}{target} HTTP/1.1\r\nHost: {host}\r\n\r\n")]
#[case::hidden_behind_a_stray(
    "GET /x HTTP/1.1\r\nHost: {host}\r\n\r\nGET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"
)]
#[tokio::test]
async fn what_is_not_the_redirect_gets_a_4xx_is_not_exchanged_and_ends_nothing(
    #[case] request: &str,
) {
    let mut on_its_way = OnItsWay::new().await;
    let callback = on_its_way.callback.clone();
    let port = on_its_way.port();
    let request = request
        .replace("{target}", &callback[url::Position::BeforePath..])
        .replace("{path}", callback.path())
        .replace("{query}", &callback[url::Position::AfterPath..])
        .replace("{host}", &format!("127.0.0.1:{port}"))
        .replace("{port}", &port.to_string());

    let answer = say(port, &request).await;

    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert_eq!(on_its_way.exchanges(), 0);
    say(port, &get(&callback)).await;
    let outcome = on_its_way.outcome().await;
    assert!(matches!(outcome, CallbackOutcome::Code(_)), "{outcome:?}");
}

#[rstest]
#[case::wrong("state", "wrong", Refusal::StateMismatch)]
#[case::another_issuer("iss", "https://evil.example", Refusal::ResponseIssuerMismatch)]
#[tokio::test]
async fn the_right_path_with_a_wrong_answer_ends_it_without_an_exchange(
    #[case] name: &str,
    #[case] value: &str,
    #[case] refusal: Refusal,
) {
    let mut on_its_way = OnItsWay::new().await;
    let mut forged = on_its_way.listener.redirect_uri().clone();
    for (key, own) in on_its_way.callback.query_pairs() {
        let said = if key == name { value } else { &*own };
        forged.query_pairs_mut().append_pair(&key, said);
    }

    say(on_its_way.port(), &get(&forged)).await;

    match on_its_way.outcome().await {
        CallbackOutcome::Declined(declined) => assert_eq!(declined, Declined::Refused(refusal)),
        other => panic!("{other:?}"),
    }
    assert_eq!(on_its_way.exchanges(), 0);
}

#[tokio::test]
async fn the_second_callback_finds_nobody() {
    let mut on_its_way = OnItsWay::new().await;
    let callback = on_its_way.callback.clone();
    let port = on_its_way.port();
    say(port, &get(&callback)).await;
    let again = say(port, &get(&callback)).await;
    assert!(again.starts_with("HTTP/1.1 409 "), "{again}");
    let outcome = on_its_way.outcome().await;
    assert!(matches!(outcome, CallbackOutcome::Code(_)), "{outcome:?}");

    drop(on_its_way.listener);

    let gone = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), gone)
        .await
        .expect("somebody still listens");
}
