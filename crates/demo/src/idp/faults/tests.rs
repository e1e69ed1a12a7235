//! The table against itself.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::*;

/// Every refusal that a provider can cause.
const REFUSALS: &[&str] = &[
    "issuer_mismatch",
    "response_issuer_missing",
    "response_issuer_mismatch",
    "state_mismatch",
    "callback_malformed",
    "audience_mismatch",
    "audience_untrusted",
    "azp_mismatch",
    "nonce_mismatch",
    "signature_invalid",
    "algorithm_not_allowed",
    "key_not_found",
    "key_ambiguous",
    "key_too_small",
    "header_unsupported",
    "token_too_large",
    "expired",
    "expiry_too_far",
    "issued_in_future",
    "issued_too_old",
    "not_yet_valid",
    "subject_missing",
    "subject_mismatch",
    "auth_time_missing",
    "auth_time_stale",
    "auth_time_future",
    "acr_unmet",
    "amr_unmet",
    "at_hash_mismatch",
    "delegated",
    "userinfo_subject_mismatch",
];

#[test]
fn every_refusal_has_a_fault_that_causes_it_and_no_fault_names_another() {
    let caused: BTreeSet<&str> = Fault::ALL
        .iter()
        .filter_map(|fault| match fault.expected() {
            Expected::Refusal(name) => Some(name),
            _ => None,
        })
        .collect();

    assert_eq!(caused, REFUSALS.iter().copied().collect());
}

#[test]
fn every_fault_has_its_own_name_and_is_found_by_it() {
    let names: BTreeSet<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();

    assert_eq!(names.len(), Fault::ALL.len());
    for fault in Fault::ALL {
        assert_eq!(fault.name().parse::<Fault>().unwrap(), *fault);
    }
}

#[test]
fn an_unknown_name_is_refused() {
    assert_eq!("tpyo".parse::<Fault>(), Err(UnknownFault("tpyo".into())));
}
