//! What policy offers to choose from, in the person's language.

use catalogue::Catalogue;
use policy::Policy;

use crate::ipc::{MeaningChoice, ReasonChoice};

pub(super) fn meanings(policy: &Policy, catalogue: &Catalogue) -> Vec<MeaningChoice> {
    let offered = policy.signing.meanings.iter();
    offered
        .map(|meaning| MeaningChoice {
            code: meaning.code.clone(),
            display: meaning.display.clone(),
            text_key: catalogue.meaning_key(&meaning.code),
        })
        .collect()
}

pub(super) fn reasons(policy: &Policy, catalogue: &Catalogue) -> Vec<ReasonChoice> {
    let offered = policy.signing.reasons.iter();
    offered
        .map(|reason| ReasonChoice {
            code: reason.code.clone(),
            text: catalogue.reason(&reason.code, &reason.text),
        })
        .collect()
}
