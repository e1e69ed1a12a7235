//! What steps 11 to 13 refuse: what only the records API knows.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Scene, changed};
use evidence::{Reason, Step};
use rstest::rstest;

// 11 record

#[rstest]
#[case::unknown(|scene: &mut Scene| scene.stored.clear(), Reason::RecordUnknown)]
#[case::about_another_record(|scene: &mut Scene| scene.stored[0].record.id.push('x'), Reason::RecordUnknown)]
#[case::about_an_older_version(|scene: &mut Scene| scene.stored[0].record.base_version = "4".to_owned(), Reason::RecordVersionChanged)]
#[case::based_on_other_octets(|scene: &mut Scene| scene.stored[0].base_sha256 = "0".repeat(64), Reason::RecordDigestMismatch)]
#[case::proposing_other_octets(|scene: &mut Scene| scene.stored[0].proposed_sha256 = "0".repeat(64), Reason::RecordDigestMismatch)]
#[case::meaning_something_else(|scene: &mut Scene| scene.stored[0].proposed_canonical_sha256 = "0".repeat(64), Reason::RecordDigestMismatch)]
fn an_amendment_is_refused_that_is(#[case] change: fn(&mut Scene), #[case] reason: Reason) {
    assert_eq!(changed(change), (Step::Record, reason));
}

// 12 challenge

#[rstest]
#[case::unknown(|scene: &mut Scene| scene.challenge = None, Reason::ChallengeUnknown)]
#[case::for_another_amendment(|scene: &mut Scene| facts(scene).amendments = vec!["hb-9".to_owned()], Reason::ChallengeUnknown)]
#[case::for_another_meaning(|scene: &mut Scene| facts(scene).meaning.push('6'), Reason::ChallengeUnknown)]
#[case::not_the_one_named(|scene: &mut Scene| facts(scene).challenge.push('x'), Reason::ChallengeUnknown)]
#[case::spent(|scene: &mut Scene| facts(scene).ledger.as_mut().unwrap().challenge_spent = true, Reason::ChallengeSpent)]
#[case::answered_with_a_used_key(|scene: &mut Scene| facts(scene).ledger.as_mut().unwrap().commitment_seen = true, Reason::CommitmentReused)]
fn a_challenge_is_refused_that_is(#[case] change: fn(&mut Scene), #[case] reason: Reason) {
    assert_eq!(changed(change), (Step::Challenge, reason));
}

fn facts(scene: &mut Scene) -> &mut evidence::ChallengeFacts {
    scene.challenge.as_mut().unwrap()
}

// 8 freshness, by the ledger

#[test]
fn an_authentication_that_stands_behind_another_signature_is_refused() {
    assert_eq!(
        changed(|scene| facts(scene).ledger.as_mut().unwrap().authentication_seen = true),
        (Step::Freshness, Reason::AuthenticationReused)
    );
}

// 13 authority

#[test]
fn a_signer_without_the_authority_is_refused() {
    assert_eq!(
        changed(|scene| scene.authority = false),
        (Step::Authority, Reason::NotAuthorized)
    );
}
