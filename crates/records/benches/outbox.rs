//! What a full outbox costs, as a ratio to an empty one.
//!
//! Ratios travel between machines; the absolute figures beside them do not. Nothing here can fail for being slow.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "../tests/queue/mod.rs"]
mod queue;

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use queue::{fill, outbox, person};

/// Long enough for a stable median on a busy machine.
const ROUNDS: usize = 51;

fn main() {
    // `cargo test --benches` builds this with the tests: there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let (empty, full) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fill(full.path(), "adams", 10_000);

    println!("an outbox of 10,000 entries          empty         full   ratio");
    row("open it", empty.path(), full.path(), |folder| {
        black_box(outbox(folder));
    });
    row("open it and count", empty.path(), full.path(), |folder| {
        black_box(outbox(folder).0.count().unwrap());
    });
    row(
        "open it and ask what is due",
        empty.path(),
        full.path(),
        |folder| {
            let due = outbox(folder).0.due(Timestamp::MAX, &person("adams"));
            black_box(due.unwrap());
        },
    );
}

fn row(name: &str, empty: &Path, full: &Path, work: impl Fn(&Path)) {
    let (empty, full) = (median(|| work(empty)), median(|| work(full)));
    let ratio = full.as_secs_f64() / empty.as_secs_f64();
    println!("{name:<30} {empty:>11.1?}  {full:>11.1?}  {ratio:>6.1}");
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut took: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    took.sort_unstable();
    took[ROUNDS / 2]
}
