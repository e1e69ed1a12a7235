//! How the ceremony ended: its evidence, what was given back and taken away, and the whole of it.

use catalogue::Catalogue;
use ceremony::{AgentEnd, Ending, Failure, IdpSessionEnd, TokenEnd};

use super::{Came, cleanup, failed_step, refused, told};
use crate::probe::findings::{Finding, fail, not_reached, ok, skipped, warn};
use crate::probe::setup::{AgentChoice, Setup};

pub(super) fn evidence_holds(came: &Came<'_>) -> Finding {
    let Came::ToTheCeremony(attempt) = came else {
        return not_reached("evidence");
    };
    match &attempt.evidence {
        Some(Ok(evidence)) => {
            ok("evidence", "probe-evidence-ok").with("count", evidence.report().steps.len())
        }
        Some(Err(why)) => fail("evidence", "probe-because").with("why", why),
        None => failed_step(&attempt.trail).map_or_else(
            || not_reached("evidence"),
            |step| fail("evidence", "probe-evidence-fail").with("step", step),
        ),
    }
}

pub(super) fn revocation(came: &Came<'_>) -> Finding {
    let Some(cleanup) = cleanup(came) else {
        return not_reached("revocation");
    };
    let ends = [cleanup.refresh_token, cleanup.access_token];
    let any = |wanted: TokenEnd| ends.contains(&wanted);
    if any(TokenEnd::LeftToExpire) || any(TokenEnd::Unknown) {
        // The signature stands; the token lives on until it expires.
        warn("revocation", "probe-revocation-fail")
    } else if any(TokenEnd::NotOffered) {
        warn("revocation", "probe-revocation-warn")
    } else if any(TokenEnd::Revoked) || any(TokenEnd::GivenBack) {
        ok("revocation", "probe-revocation-ok")
    } else {
        not_reached("revocation")
    }
}

pub(super) fn logout(setup: &Setup, came: &Came<'_>) -> Finding {
    if setup.agent == AgentChoice::Print {
        return skipped("logout", "probe-logout-print");
    }
    let Some(cleanup) = cleanup(came) else {
        return not_reached("logout");
    };
    match cleanup.idp_session {
        IdpSessionEnd::Ended => ok("logout", "probe-logout-ok"),
        IdpSessionEnd::NotAsked => skipped("logout", "probe-logout-off"),
        IdpSessionEnd::NotOffered => warn("logout", "probe-logout-none"),
        IdpSessionEnd::LeftToExpire => warn("logout", "probe-logout-warn"),
        IdpSessionEnd::None => not_reached("logout"),
    }
}

pub(super) fn isolation(setup: &Setup, came: &Came<'_>) -> Finding {
    if setup.agent == AgentChoice::Print {
        return skipped("isolation", "probe-isolation-print");
    }
    match cleanup(came).map(|cleanup| &cleanup.agent) {
        Some(AgentEnd::Closed(disposal)) if disposal.is_complete() => {
            ok("isolation", "probe-isolation-ok")
        }
        Some(AgentEnd::Closed(_) | AgentEnd::Unknown) => fail("isolation", "probe-isolation-fail"),
        Some(AgentEnd::None) | None => not_reached("isolation"),
    }
}

pub(super) fn whole(came: &Came<'_>, texts: &Catalogue) -> Finding {
    let Came::ToTheCeremony(attempt) = came else {
        return not_reached("ceremony");
    };
    let because = |why: String| fail("ceremony", "probe-because").own("why", why);
    match &attempt.ended.ending {
        Ending::Recorded(_) => ok("ceremony", "probe-ceremony-ok").with("seconds", attempt.seconds),
        Ending::Refused(refusal) => refused("ceremony", *refusal, texts),
        Ending::Failed(Failure::ClockOff { ahead_s, .. }) => {
            fail("ceremony", "probe-ceremony-clock").with("seconds", ahead_s)
        }
        Ending::Failed(failure) => because(told(failure.name(), texts)),
        Ending::SignerMismatch => fail("ceremony", "probe-subject-fail"),
        Ending::AmbientSignIn => fail("ceremony", "probe-preflight-fail"),
        other => because(told(other.name(), texts)),
    }
}
