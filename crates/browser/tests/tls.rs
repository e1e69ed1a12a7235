//! A certificate that nobody vouches for ends the visit, and the person is not asked.
#![cfg(target_os = "linux")] // What is observed is its process table and its desktop.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::site::Site;
use common::{Desk, next, nothing_is_left, opening};
use identity::AgentEvent;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Speaks TLS with a certificate of its own making; counts requests that came through it.
struct Untrusted {
    host: String,
    requests: Arc<AtomicUsize>,
}

impl Untrusted {
    async fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        tokio::spawn(async move {
            let acceptor = TlsAcceptor::from(Arc::new(config));
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, counted) = (acceptor.clone(), Arc::clone(&counted));
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    if stream.read(&mut [0; 64]).await.is_ok_and(|count| count > 0) {
                        counted.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        Self { host, requests }
    }
}

#[tokio::test]
async fn a_bad_certificate_is_final_and_reported_at_once() {
    let untrusted = Untrusted::start().await;
    let desk = Desk::new();
    let origin = format!("https://{}", untrusted.host);
    let mut agent = desk.open(opening(&origin, &[])).await;
    agent
        .visit(format!("{origin}/authorize").parse().unwrap(), true)
        .await
        .unwrap();

    assert_eq!(next(agent.as_mut()).await, AgentEvent::TlsRefused);

    assert_eq!(
        untrusted.requests.load(Ordering::SeqCst),
        0,
        "nothing was sent there"
    );
    nothing_is_left(&agent.close().await, &desk);
}

#[tokio::test]
async fn so_it_is_at_the_end_of_a_redirect_out_of_sight() {
    let untrusted = Untrusted::start().await;
    let site = Site::start().await;
    let desk = Desk::new();
    let mut agent = desk.open(opening(site.origin(), &[&untrusted.host])).await;
    let to = site.at(&format!("/to?https://{}/", untrusted.host));
    agent.visit(to, false).await.unwrap();

    assert_eq!(next(agent.as_mut()).await, AgentEvent::TlsRefused);

    assert_eq!(
        untrusted.requests.load(Ordering::SeqCst),
        0,
        "nothing was sent there"
    );
    nothing_is_left(&agent.close().await, &desk);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_refused_too() {
    let site = Site::start().await;
    let desk = Desk::new();
    let origin = format!("https://{}", site.host());
    let mut agent = desk.open(opening(&origin, &[])).await;
    agent
        .visit(format!("{origin}/").parse().unwrap(), true)
        .await
        .unwrap();

    assert_eq!(next(agent.as_mut()).await, AgentEvent::TlsRefused);
    nothing_is_left(&agent.close().await, &desk);
}
