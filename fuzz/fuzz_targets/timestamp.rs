//! A time-stamp token, and an authority's answer.

#![no_main]

use std::sync::LazyLock;

use evidence::timestamp::{self, Nonce};
use evidence::{Archive, Bundle};
use libfuzzer_sys::fuzz_target;

static ARCHIVE: LazyLock<Archive> = LazyLock::new(|| {
    Archive::parse(include_bytes!("../../crates/evidence/vectors/archives/timestamped.json"))
        .expect("a published archive is read")
});
static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| {
    Bundle::parse(include_bytes!("../../crates/evidence/vectors/valid/timestamped.json"))
        .expect("a published vector is read")
});

fuzz_target!(|octets: &[u8]| {
    let receipt = BUNDLE.receipt().expect("it has a receipt");
    if timestamp::verify(octets, receipt, &ARCHIVE.timestamp_authorities).is_ok() {
        assert_eq!(Some(octets), BUNDLE.timestamp(), "a forgery verifies");
    }
    let _ = timestamp::accept(octets, receipt, Nonce::new([0; 8]), &ARCHIVE.timestamp_authorities);
});
