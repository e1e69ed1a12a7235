//! The events of the log in words, as far as the person may know them.

use audit::{Event, SignOut};
use catalogue::{Catalogue, Value};

use super::number;
use crate::ipc::ActivityKind;

/// The event as the person may know it: why a signature was not applied, nobody learns here.
pub(super) fn name(event: &Event) -> &'static str {
    match event {
        Event::AmbientSignIn { ended: true }
        | Event::SignerMismatch { .. }
        | Event::SignatureRefused { .. } => "signature_not_applied",
        Event::SignatureRecorded {
            from_outbox: true, ..
        } => "delivered_from_outbox",
        other => other.name(),
    }
}

pub(super) fn kind(event: &Event) -> ActivityKind {
    match event {
        Event::SigningStarted { .. }
        | Event::PreflightPassed
        | Event::PreflightInconclusive
        | Event::SignatureSealed { .. }
        | Event::SignatureRecorded { .. }
        | Event::SignatureCancelled
        | Event::SignatureTimedOut
        | Event::RecordChanged { .. }
        | Event::SignatureUnconfirmed { .. }
        | Event::SignatureFailed { .. }
        | Event::CleanedUp { .. }
        | Event::Declined { .. }
        | Event::DeclineFailed { .. }
        | Event::EvidenceSaved { .. }
        | Event::EvidenceNotSaved { .. } => ActivityKind::Signing,
        Event::SignedIn { .. }
        | Event::SessionRestored
        | Event::Locked { .. }
        | Event::Unlocked
        | Event::SwitchedUser { .. }
        | Event::SignedOut { .. } => ActivityKind::Session,
        Event::AmbientSignIn { .. }
        | Event::SignerMismatch { .. }
        | Event::SignatureRefused { .. }
        | Event::SignInFailed { .. }
        | Event::UnlockFailed { .. }
        | Event::SigningLocked { .. }
        | Event::SigningUnlocked { .. }
        | Event::SecurityEventSent { .. }
        | Event::ClockSetBack { .. }
        | Event::ShippingRefused { .. } => ActivityKind::Security,
        Event::Started { .. }
        | Event::Stopped
        | Event::PolicyRead { .. }
        | Event::PolicyRefused { .. }
        | Event::PolicyChanged { .. }
        | Event::Recovered { .. } => ActivityKind::System,
    }
}

/// What stands beside it; nothing where there is nothing to say.
pub(super) fn detail(texts: &Catalogue, event: &Event) -> Option<String> {
    let said = |key: &str, args: &[(&str, Value<'_>)]| {
        Some(texts.text(&format!("event-detail-{key}"), args))
    };
    match event {
        Event::Started { version } => said("version", &[("version", version.as_str().into())]),
        Event::PolicyChanged { keys } => Some(listed(keys)),
        Event::PolicyRefused { key, .. } => key.as_ref().map(|key| key.as_str().to_owned()),
        Event::PolicyRead { managed, .. } => said("policy", &[("managed", (*managed).into())]),
        Event::SignedIn { agent, .. } if agent.as_str() == "window" => {
            said("signed-in-window", &[])
        }
        Event::SignedIn { .. } => said("signed-in-browser", &[]),
        Event::Locked { idle_s: None } => said("locked-person", &[]),
        Event::Locked { idle_s: Some(s) } if s % 60 == 0 => {
            said("locked-idle", &[("minutes", (s / 60).into())])
        }
        Event::Locked { idle_s: Some(s) } => {
            said("locked-idle-seconds", &[("seconds", (*s).into())])
        }
        Event::Unlocked => said("unlocked", &[]),
        Event::SignedOut { by, .. } => said(
            match by {
                SignOut::Person => "signed-out-person",
                SignOut::Expired => "signed-out-expired",
                SignOut::Absolute => "signed-out-absolute",
                SignOut::Idle => "signed-out-idle",
                SignOut::Elsewhere => "signed-out-elsewhere",
                SignOut::Switch => "signed-out-switch",
            },
            &[],
        ),
        Event::SigningStarted { amendments, .. } => Some(listed(amendments)),
        Event::PreflightPassed => said("preflight", &[]),
        Event::PreflightInconclusive => said("preflight-inconclusive", &[]),
        Event::AmbientSignIn { ended: true }
        | Event::SignerMismatch { .. }
        | Event::SignatureRefused { .. } => said("not-applied", &[]),
        Event::SignatureRecorded {
            record, receipt, ..
        } => {
            let receipt = manifestation::receipt_number(*receipt);
            let args = [
                ("record", record.as_str().into()),
                ("receipt", receipt.as_str().into()),
            ];
            said("recorded", &args)
        }
        Event::RecordChanged {
            record,
            read_version,
            now_version,
        } => {
            let mut args = vec![
                ("record", record.as_str().into()),
                ("read", read_version.as_str().into()),
            ];
            match now_version {
                Some(now) => {
                    args.push(("now", now.as_str().into()));
                    said("record-changed", &args)
                }
                None => said("record-read", &args),
            }
        }
        Event::CleanedUp {
            window_gone,
            processes_gone,
            jar_gone,
            ..
        } => {
            let gone = *window_gone && *processes_gone && *jar_gone;
            said(if gone { "cleaned-up" } else { "left-behind" }, &[])
        }
        Event::SigningLocked { mismatches } => {
            said("signing-locked", &[("count", (*mismatches).into())])
        }
        Event::SigningUnlocked { after_s } => said(
            "signing-unlocked",
            &[("minutes", after_s.div_ceil(60).into())],
        ),
        Event::ClockSetBack { by_s } => {
            said("clock-set-back", &[("seconds", number(*by_s).into())])
        }
        Event::ShippingRefused { seq } => said("shipping-refused", &[("seq", number(*seq).into())]),
        Event::SecurityEventSent { delivered, .. } => said(
            if *delivered {
                "security-told"
            } else {
                "security-waits"
            },
            &[],
        ),
        Event::Declined { amendment } | Event::DeclineFailed { amendment, .. } => {
            Some(amendment.as_str().to_owned())
        }
        Event::Recovered { cut_bytes, .. } => {
            said("recovered", &[("bytes", number(*cut_bytes).into())])
        }
        _ => None,
    }
}

fn listed(ids: &[audit::Id]) -> String {
    let ids: Vec<&str> = ids.iter().map(audit::Id::as_str).collect();
    ids.join(", ")
}
