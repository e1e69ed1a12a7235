//! A thousand clients listen on one gateway, and each is told of its revocation.
//!
//! Only that everybody was told is asserted. Times and memory are printed: they are this machine's.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::print_stdout, reason = "the figures are part of the result")]

mod clinic;

use std::sync::Arc;
use std::time::{Duration, Instant};

use clinic::SESSION;
use clinic::issuer::TestIssuer;
use clinic::people::named;
use clinic::process::{Home, Process};
use jiff::Timestamp;
use records::wire::{SessionEnd, SessionId};
use records::{Access, Client, SessionNews};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use transport::{Rules, Transport};

const CLIENTS: usize = 1000;
/// Sign-ins that are under way at a time.
const AT_ONCE: usize = 16;

/// Somebody who is signed in and listens.
struct Listener {
    sub: String,
    told: oneshot::Receiver<Instant>,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_clients_are_all_told_that_their_sessions_are_over() {
    let issuer = TestIssuer::start().await;
    let home = Home::new(&issuer.iss);
    let gateway = home.start();
    let ward = Arc::new(Ward {
        issuer,
        client: client(&gateway),
        few: Semaphore::new(AT_ONCE),
    });
    ward.sign_in("nobody", "first").await;
    let empty = gateway.memory();

    let begun = Instant::now();
    let mut connecting = JoinSet::new();
    for number in 0..CLIENTS {
        let ward = Arc::clone(&ward);
        connecting.spawn(async move { ward.listen(format!("person-{number}")).await });
    }
    let listeners = connecting.join_all().await;
    let connected = (begun.elapsed(), gateway.memory());

    let begun = Instant::now();
    let mut ending = JoinSet::new();
    for listener in listeners {
        let ward = Arc::clone(&ward);
        ending.spawn(async move { ward.sign_in_elsewhere(listener).await });
    }
    let mut delays = ending.join_all().await;
    let all_told = begun.elapsed();

    assert_eq!(delays.len(), CLIENTS);
    delays.sort();
    println!(
        "{CLIENTS} clients connected in {:.1} s; the gateway has {empty} KiB without and {} KiB with them ({} octets each)",
        connected.0.as_secs_f64(),
        connected.1,
        connected.1.saturating_sub(empty) * 1024 / CLIENTS as u64,
    );
    println!(
        "all revoked by {CLIENTS} sign-ins in {:.1} s; from the sign-in's request to the event p50 {:?}, p99 {:?}, max {:?}",
        all_told.as_secs_f64(),
        delays[CLIENTS / 2],
        delays[CLIENTS * 99 / 100],
        delays[CLIENTS - 1],
    );
    gateway.kill();
}

struct Ward {
    issuer: TestIssuer,
    client: Client,
    few: Semaphore,
}

impl Ward {
    fn token(&self, sub: &str) -> Access {
        self.issuer
            .access_token(sub, SESSION, Timestamp::now())
            .into()
    }

    async fn sign_in(&self, sub: &str, device: &str) -> (SessionId, Access) {
        let access = self.token(sub);
        let opened = self
            .client
            .open_session(&named(device), &access)
            .await
            .unwrap();
        (opened.session.id, access)
    }

    /// Signs in and listens. Returns when the gateway says that it will tell.
    async fn listen(&self, sub: String) -> Listener {
        let _one_of_few = self.few.acquire().await.unwrap();
        let (id, access) = self.sign_in(&sub, "here").await;
        let client = self.client.in_session(&id);
        let mut stream = client.session_events(&access, None).await.unwrap();
        assert_eq!(stream.next().await.unwrap(), Some(SessionNews::Listening));
        let (tell, told) = oneshot::channel();
        tokio::spawn(async move {
            let news = stream.next().await.unwrap();
            let heard = Instant::now();
            match news {
                Some(SessionNews::Revoked(told)) => {
                    assert_eq!((told.session, told.why), (id, SessionEnd::Elsewhere));
                    let _waited_for = tell.send(heard);
                }
                other => panic!("{other:?}"),
            }
        });
        Listener { sub, told }
    }

    /// Says how long it took until the other session was told.
    async fn sign_in_elsewhere(&self, listener: Listener) -> Duration {
        let one_of_few = self.few.acquire().await.unwrap();
        let begun = Instant::now();
        self.sign_in(&listener.sub, "elsewhere").await;
        drop(one_of_few);
        listener.told.await.unwrap().duration_since(begun)
    }
}

fn client(gateway: &Process) -> Client {
    let transport = Transport::new(Rules {
        development_http: true,
        total_timeout: Duration::from_mins(5),
        ..Rules::default()
    });
    Client::new(&gateway.url, transport.unwrap()).unwrap()
}
