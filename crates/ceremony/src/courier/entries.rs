//! What the audit log says of a delivery: the same as of a ceremony that ends with it, so that nobody has to know which of
//! the two it was.

use audit::Event;
use evidence::{Bundle, Receipt};
use records::{CallError, Waiting};

use crate::ending::{Ending, Failure};
use crate::epilogue::digest;
use crate::faults;
use crate::progress::Step;

/// The records API committed it: one entry for each record.
pub(super) fn of_recorded(receipt: &Receipt) -> Vec<Event> {
    let records = receipt.records.iter();
    records
        .map(|record| Event::SignatureRecorded {
            record: record.id.as_str().into(),
            new_version: record.new_version.as_str().into(),
            receipt: receipt.sequence,
            evidence_sha256: digest(&receipt.evidence_sha256),
            from_outbox: true,
        })
        .collect()
}

/// Whether both say that this record got this version by this evidence, whoever delivered it.
pub(super) fn says_recorded(known: &Event, new: &Event) -> bool {
    let recorded = |event: &Event| match event {
        Event::SignatureRecorded {
            record,
            new_version,
            receipt,
            evidence_sha256,
            from_outbox: _,
        } => Some((
            record.clone(),
            new_version.clone(),
            *receipt,
            *evidence_sha256,
        )),
        _ => None,
    };
    recorded(known).is_some() && recorded(known) == recorded(new)
}

/// The records API refused it for good.
pub(super) fn of_refused(waiting: &Waiting, why: &CallError) -> Vec<Event> {
    match faults::of_call(why) {
        Ending::RecordChanged => of_changed(waiting),
        Ending::Failed(failure) => vec![failed(failure, why)],
        // No refusal of the API has another ending.
        _ => vec![failed(Failure::RecordsRefused, why)],
    }
}

fn of_changed(waiting: &Waiting) -> Vec<Event> {
    let Ok(bundle) = Bundle::parse(waiting.evidence()) else {
        // Not even the records API can have read it.
        return vec![Event::RecordChanged {
            record: waiting.note.title.record.as_str().into(),
            read_version: "".into(),
            now_version: None,
        }];
    };
    let amendments = bundle.statement().amendments.iter();
    amendments
        .map(|amendment| Event::RecordChanged {
            record: amendment.record.id.as_str().into(),
            read_version: amendment.record.base_version.as_str().into(),
            now_version: None,
        })
        .collect()
}

fn failed(failure: Failure, why: &CallError) -> Event {
    let named = match why {
        CallError::Step { step } => evidence::Step::ALL
            .into_iter()
            .find(|known| known.name() == step),
        _ => None,
    };
    Event::SignatureFailed {
        why: failure.audit_name().into(),
        step: named
            .map_or(Step::Sealed.name(), evidence::Step::name)
            .into(),
    }
}
