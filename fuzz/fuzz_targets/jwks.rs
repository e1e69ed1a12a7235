//! A provider's key set: every key that is kept is written and read again as the same key.

#![no_main]

use evidence::keys::{Algorithm, Jwk, KeySet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let Ok(set) = KeySet::parse(octets) else {
        return;
    };
    for key in set.keys {
        let written = serde_json::to_vec(&key).expect("a key is written");
        let again: Jwk = serde_json::from_slice(&written).expect("a key is read again");
        assert_eq!((again.thumbprint(), &again), (key.thumbprint(), &key));
        for algorithm in Algorithm::ALL {
            assert!(!key.verifies(algorithm, octets, octets), "a forgery verifies");
        }
    }
});
