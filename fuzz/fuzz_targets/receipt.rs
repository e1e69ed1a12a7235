//! A receipt: nothing but a published one verifies under the published key.

#![no_main]

use std::sync::LazyLock;

use evidence::{Archive, receipt};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

static ARCHIVE: LazyLock<Archive> = LazyLock::new(|| {
    let mut archive = Archive::parse(include_bytes!("../../crates/evidence/vectors/archives/es256.json"))
        .expect("a published archive is read");
    archive.receipt_keys[0].first_seen = Timestamp::MIN;
    archive.receipt_keys[0].last_seen = Timestamp::MAX;
    archive
});

fuzz_target!(|octets: &[u8]| {
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    let read = receipt::read(text);
    if let Ok(verified) = receipt::verify(text, &ARCHIVE.receipt_keys) {
        assert_eq!(Ok(&verified), read.as_ref());
    }
    if let Ok(read) = &read {
        let _ = receipt::follows(text, read);
    }
});
