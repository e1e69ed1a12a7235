//! What it costs to verify one bundle, as a ratio to the bare signature verifications inside it.
//!
//! Ratios travel between machines; the absolute figures beside them do not. Nothing here can fail for being slow.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use common::Scene;
use evidence::digest::from_base64url;
use evidence::keys::{Algorithm, Jwk, KeySet};
use serde_json::json;

/// Long enough for a stable median on a busy machine.
const ROUNDS: usize = 200;

fn main() {
    // `cargo test --benches` builds this with the tests: there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let scene = Scene::new();
    let (octets, bundle, receipted) = (scene.octets(), scene.bundle(), scene.receipted());
    let archive = scene.archive();
    let signatures = Signatures::of(&scene, &bundle);

    let bare = median(|| assert!(signatures.hold()));
    let online = median(|| {
        black_box(evidence::verify::online(&octets, &scene.trust()).unwrap());
    });
    let offline = median(|| {
        black_box(evidence::verify::offline(&receipted, &archive).unwrap());
    });
    let refused = median(|| {
        black_box(evidence::verify::online(&octets[..octets.len() - 1], &scene.trust()).is_err());
    });

    println!("the two signatures of a PK token    {bare:>10.1?}   1.0");
    for (name, took) in [
        ("verify a bundle, online", online),
        ("verify a bundle, offline", offline),
        ("refuse a torn bundle", refused),
    ] {
        let ratio = took.as_secs_f64() / bare.as_secs_f64();
        println!("{name:<35} {took:>10.1?}   {ratio:.1}");
    }
    let a_second = 1.0 / offline.as_secs_f64();
    println!("bundles a second on one core, offline: {a_second:.0}");
}

/// The identity provider's signature and the one-time key's, as bare as the library verifies them.
struct Signatures(Vec<(Jwk, Vec<u8>, Vec<u8>)>);

impl Signatures {
    fn of(scene: &Scene, bundle: &serde_json::Value) -> Self {
        let token = &bundle["pk_token"];
        let payload = token["payload"].as_str().unwrap();
        let holder = serde_json::to_vec(&json!({ "keys": [scene.key.public()] })).unwrap();
        let keys = [
            scene.provider.trusted().keys[0].jwk.clone(),
            KeySet::parse(&holder).unwrap().keys.remove(0),
        ];
        let signatures = token["signatures"].as_array().unwrap();
        Self(
            keys.into_iter()
                .zip(signatures)
                .map(|(key, signature)| {
                    let header = signature["protected"].as_str().unwrap();
                    (
                        key,
                        format!("{header}.{payload}").into_bytes(),
                        from_base64url(signature["signature"].as_str().unwrap()).unwrap(),
                    )
                })
                .collect(),
        )
    }

    fn hold(&self) -> bool {
        self.0
            .iter()
            .all(|(key, message, signature)| key.verifies(Algorithm::Es256, message, signature))
    }
}

fn median(mut work: impl FnMut()) -> Duration {
    work();
    let mut took: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed()
        })
        .collect();
    took.sort_unstable();
    took[ROUNDS / 2]
}
