//! Memory stays bounded, however much somebody sends: the peak of this process, as its operating system counts it.
//!
//! A test binary of its own with a single test, so that nothing else is in the figure. It measures on Linux, where a
//! process may set its peak back to where it is; what it measures is the same code everywhere.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod hostile;

use std::hint::black_box;

use common::{Clinic, page};
use demo::idp::{ADAMS, Faults};
use hostile::{HUGE, Hostile, LIMIT, Manner, Spot};
use identity::Listener;
use policy::RedirectPath;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// A fifth of what is sent. The longest reply that is kept is 1 MiB; the rest is buffers, threads and an allocator's
/// generosity.
const ALLOWED_KB: u64 = HUGE as u64 / 1024 / 5;

/// The peak of the resident memory since it was last set back, and the resident memory now.
fn peak_and_now_kb() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let kb = |name: &str| -> u64 {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    (kb("VmHWM:"), kb("VmRSS:"))
}

/// By how much the resident memory rose above where it was, at its highest.
async fn growth_kb<T>(work: impl Future<Output = T>) -> (u64, T) {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let (_, before) = peak_and_now_kb();
    let done = work.await;
    let (peak, _) = peak_and_now_kb();
    (peak.saturating_sub(before), done)
}

#[tokio::test]
async fn fifty_megabytes_never_stand_in_memory() {
    // What is loaded, started and cached once is not what is measured.
    let (_, adams, _) = Clinic::with(Faults::none()).await.session_of(&ADAMS).await;
    for spot in Spot::ALL {
        let hostile = Hostile::at(spot, Manner::Page).await;
        let _refused = hostile::ask(&hostile.party(LIMIT), spot, &adams).await;
    }

    // The measurement sees what it is meant to see.
    let (grown, ()) = growth_kb(async {
        black_box(vec![1_u8; HUGE]);
    })
    .await;
    assert!(grown > HUGE as u64 / 1024 / 2, "{grown} KiB");

    for spot in Spot::ALL {
        for manner in [
            Manner::HugeAnnounced,
            Manner::HugeInChunks,
            Manner::HugeHead,
        ] {
            let hostile = Hostile::at(spot, manner).await;
            let party = hostile.party(LIMIT);
            let (grown, ended) = growth_kb(hostile::ask(&party, spot, &adams)).await;
            assert!(ended.is_err(), "{spot:?} {manner:?}: accepted");
            assert!(grown < ALLOWED_KB, "{spot:?} {manner:?}: {grown} KiB");
        }
    }

    let listener = Listener::bind(&[], &RedirectPath::Random, page())
        .await
        .unwrap();
    let port = listener.redirect_uri().port().unwrap();
    let chunk = vec![b'x'; 64 * 1024];
    let (grown, ()) = growth_kb(async {
        for _ in 0..5 {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let mut sent = 0;
            while sent < HUGE / 5 && stream.write_all(&chunk).await.is_ok() {
                sent += chunk.len();
            }
        }
    })
    .await;
    assert!(grown < ALLOWED_KB, "the listener: {grown} KiB");
}
