//! A whole bundle, offline and online: nothing that is not a published vector verifies, and nothing panics.

#![no_main]

use std::sync::LazyLock;

use evidence::{Archive, Bundle, Lookup, NameSource, OnlineTrust, verify};
use libfuzzer_sys::fuzz_target;

const VALID: &[u8] = include_bytes!("../../crates/evidence/vectors/valid/timestamped.json");
static ARCHIVE: LazyLock<Archive> = LazyLock::new(|| {
    Archive::parse(include_bytes!("../../crates/evidence/vectors/archives/timestamped.json"))
        .expect("a published archive is read")
});

fuzz_target!(|octets: &[u8]| {
    if let Ok(bundle) = Bundle::parse(octets) {
        assert_eq!(bundle.octets().as_deref(), Ok(octets), "two spellings of one bundle");
    }
    if verify::offline(octets, &ARCHIVE).is_ok() {
        let (found, valid) = (Bundle::parse(octets), Bundle::parse(VALID));
        let identity = |bundle: &Bundle| bundle.sha256();
        assert_eq!(found.map(|one| identity(&one)), valid.map(|one| identity(&one)), "a forgery verifies");
    }
    let trust = OnlineTrust {
        issuers: &ARCHIVE.issuers,
        now: ARCHIVE.receipt_keys[0].last_seen,
        clock_skew_s: u32::MAX,
        delivery_grace_s: u32::MAX,
        required_amr: &[],
        session: None,
        challenge: Lookup::NotDone,
        amendments: None,
        authority: None,
        names: NameSource::Elsewhere,
    };
    let _ = verify::online(octets, &trust);
});
