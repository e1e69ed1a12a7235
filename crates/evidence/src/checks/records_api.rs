//! Steps 11 to 14: what only the records API knows, and its receipt for it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::archive::Archive;
use crate::bundle::Bundle;
use crate::receipt::{self, Receipt};
use crate::statement::Statement;
use crate::steps::Reason;
use crate::verify::{AmendmentState, ChallengeFacts, Lookup};

/// 11: the records are as they were when they were signed.
pub(crate) fn records(statement: &Statement, stored: &[AmendmentState]) -> Result<(), Reason> {
    for signed in &statement.amendments {
        let state = stored
            .iter()
            .find(|state| state.id == signed.id)
            .ok_or(Reason::RecordUnknown)?;
        let (record, now) = (&signed.record, &state.record);
        if (&record.system, &record.kind, &record.id) != (&now.system, &now.kind, &now.id) {
            return Err(Reason::RecordUnknown);
        }
        if record.base_version != now.base_version {
            return Err(Reason::RecordVersionChanged);
        }
        let same = signed.base_sha256 == state.base_sha256
            && signed.proposed_sha256 == state.proposed_sha256
            && signed.proposed_canonical_sha256 == state.proposed_canonical_sha256;
        if !same {
            return Err(Reason::RecordDigestMismatch);
        }
    }
    Ok(())
}

/// 12: issued here, for exactly this, and not used before. `None` where only the keeper of the ledger could tell.
pub(crate) fn challenge(
    statement: &Statement,
    lookup: Lookup<&ChallengeFacts>,
) -> Option<Result<(), Reason>> {
    let facts = match lookup {
        Lookup::NotDone => return None,
        Lookup::NotFound => return Some(Err(Reason::ChallengeUnknown)),
        Lookup::Found(facts) => facts,
    };
    let signed: BTreeSet<&str> = statement
        .amendments
        .iter()
        .map(|amendment| amendment.id.as_str())
        .collect();
    let challenged: BTreeSet<&str> = facts.amendments.iter().map(String::as_str).collect();
    if facts.challenge != statement.challenge
        || facts.meaning != statement.meaning.code
        || signed != challenged
    {
        return Some(Err(Reason::ChallengeUnknown));
    }
    facts.ledger.map(
        |ledger| match (ledger.challenge_spent, ledger.commitment_seen) {
            (true, _) => Err(Reason::ChallengeSpent),
            (false, true) => Err(Reason::CommitmentReused),
            (false, false) => Ok(()),
        },
    )
}

/// 14: the records API says, with its signature, that it received exactly this, and when, where that is time-stamped.
pub(crate) fn receipt(
    bundle: &Bundle,
    sha256: &str,
    issuer_key: &str,
    archive: &Archive,
) -> Result<(Receipt, Option<Timestamp>), Reason> {
    let signed = bundle.receipt().ok_or(Reason::ReceiptMissing)?;
    let receipt = receipt::verify(signed, &archive.receipt_keys)?;
    receipt.is_for(bundle, sha256, issuer_key)?;
    archive.check_chain(
        signed,
        receipt.sequence,
        receipt.previous_receipt_sha256.as_deref(),
    )?;
    let timestamped_at = archive.check_timestamp(bundle.timestamp(), signed, &receipt)?;
    Ok((receipt, timestamped_at))
}
