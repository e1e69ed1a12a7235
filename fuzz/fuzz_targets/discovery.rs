//! A provider's discovery document, as evidence carries it.

#![no_main]

use evidence::IssuerSnapshot;
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let snapshot = IssuerSnapshot {
        configuration: octets.to_vec(),
        jwks: Vec::new(),
        fetched_at: Timestamp::UNIX_EPOCH,
    };
    if let Ok(issuer) = snapshot.configured_issuer() {
        let document: serde_json::Value = serde_json::from_slice(octets).expect("it was read once");
        assert_eq!(document["issuer"], issuer);
    }
});
