//! What policy offers to choose from, in the person's language, and what it keeps from this device.

use catalogue::Catalogue;
use jiff::{SignedDuration, Timestamp};
use policy::Policy;

use crate::ipc::{Allowed, IdleEnd, IdleRule, MeaningChoice, Profile, ReasonChoice};

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

pub(super) fn profile(policy: &Policy) -> Profile {
    match policy.session.profile {
        policy::Profile::Workstation => Profile::Workstation,
        policy::Profile::Kiosk => Profile::Kiosk,
    }
}

/// A kiosk has no way to the files of the computer that it runs on. Where it signs out whoever left, nobody locks it for
/// longer.
pub(super) fn allowed(policy: &Policy) -> Allowed {
    let own = policy.session.profile == policy::Profile::Workstation;
    Allowed {
        files: own,
        printing: own,
        locking: own || policy.session.idle_end == policy::IdleEnd::Lock,
    }
}

/// What happens when nobody touches anything.
pub(super) fn idle(policy: &Policy) -> IdleRule {
    IdleRule {
        after_s: policy.session.idle_lock_s,
        then: match policy.session.idle_end {
            policy::IdleEnd::Lock => IdleEnd::Lock,
            policy::IdleEnd::SignOut => IdleEnd::SignOut,
        },
    }
}

/// When a session that began then ends, whatever happens.
pub(super) fn until(policy: &Policy, since: Timestamp) -> Option<Timestamp> {
    let longest = SignedDuration::from_secs(i64::from(policy.session.absolute_s));
    since.checked_add(longest).ok()
}
