//! A statement: what is read is written again octet by octet.

#![no_main]

use evidence::{Statement, canonical};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    if let Ok(statement) = canonical::parse_as::<Statement>(octets) {
        assert_eq!(statement.octets().as_deref(), Ok(octets));
    }
    if let Ok(value) = canonical::parse(octets) {
        assert_eq!(canonical::to_octets(&value).as_deref(), Ok(octets));
    }
});
