//! The preflight: does the empty jar sign somebody in by itself (Kerberos, device tokens, client certificates)?
//!
//! The provider is asked not to ask (`prompt=none`), out of sight, with a state and a PKCE of its own. A code is the proof
//! that nobody has to do anything in there to be somebody; it is dropped and never exchanged.
//!
//! Whoever looks stops at what is found: `require` and `record` differ only where the provider gives no clear answer. It
//! does not find what signs in by itself only after `prompt=login`; that is for the checks of the ID token.

use std::time::Duration;

use audit::Event;
use identity::{
    CallbackOutcome, Declined, IdentityError, Listener, Pending, Provider, await_callback,
};
use policy::Preflight;
use tokio::time::Instant;

use crate::ending::{Ending, Failure};
use crate::faults;
use crate::scene::Scene;
use crate::states::{Ceremony, Finding, Listening};
use crate::steps;

/// How long the provider may take to say that somebody would have to sign in.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks, where policy wants it.
pub(crate) async fn look(
    scene: &Scene,
    listening: &Ceremony<Listening>,
    provider: &Provider,
    listener: &mut Listener,
) -> Result<Finding, Ending> {
    let rule = scene.policy.signing.ambient_preflight;
    if rule == Preflight::Off {
        return Ok(Finding::NotLooked);
    }
    let deadline = Instant::now() + PATIENCE;
    let answer = tokio::time::timeout_at(
        deadline,
        ask(scene, listening, provider, listener, deadline),
    );
    let said = match answer.await {
        Ok(said) => said?,
        Err(_) => Said::Nothing,
    };
    match (said, rule) {
        (Said::NobodyIsSignedIn, _) => {
            scene.write(Event::PreflightPassed).await?;
            Ok(Finding::NobodySignedIn)
        }
        (Said::SomebodyIsSignedIn, _) => Ok(Finding::SignedIn),
        (Said::Nothing | Said::Error, Preflight::Record) => {
            scene.write(Event::PreflightInconclusive).await?;
            Ok(Finding::Noted)
        }
        (Said::Nothing | Said::Error, _) => Err(Ending::Failed(Failure::PreflightInconclusive)),
    }
}

enum Said {
    NobodyIsSignedIn,
    SomebodyIsSignedIn,
    Error,
    Nothing,
}

async fn ask(
    scene: &Scene,
    listening: &Ceremony<Listening>,
    provider: &Provider,
    listener: &mut Listener,
    deadline: Instant,
) -> Result<Said, Ending> {
    let demands = listening.preflight_demands();
    let redirect_uri = listening.redirect_uri();
    let asked = scene
        .ports
        .relying_party
        .request(provider, &demands, redirect_uri, scene.now());
    let pending = match scene.within(asked).await? {
        Ok(pending) => pending,
        // A provider may refuse to take such a request at all.
        Err(IdentityError::ProviderError { .. }) => return Ok(Said::Error),
        Err(error) => return Err(faults::of_identity(&error)),
    };
    steps::visit(scene, pending.url.clone(), false).await?;
    hear(scene, &pending, listener, deadline).await
}

async fn hear(
    scene: &Scene,
    pending: &Pending,
    listener: &mut Listener,
    deadline: Instant,
) -> Result<Said, Ending> {
    let mut lent = scene.owed.agent().await;
    let Some(agent) = lent.as_mut().and_then(|lent| lent.get()) else {
        return Err(Ending::Failed(Failure::AgentFailed));
    };
    loop {
        let cancelled = &scene.controls.cancelled;
        let waiting = await_callback(listener, agent, pending, deadline, cancelled);
        return match scene.within(waiting).await? {
            CallbackOutcome::Code(_) | CallbackOutcome::Declined(Declined::SignedIn) => {
                Ok(Said::SomebodyIsSignedIn)
            }
            CallbackOutcome::Declined(Declined::LoginRequired | Declined::InteractionRequired) => {
                Ok(Said::NobodyIsSignedIn)
            }
            CallbackOutcome::Declined(Declined::AccessDenied | Declined::Other { .. }) => {
                Ok(Said::Error)
            }
            CallbackOutcome::Declined(declined @ Declined::Refused(_)) => {
                Err(faults::of_declined(&declined))
            }
            CallbackOutcome::NavigationRefused { .. } => continue,
            CallbackOutcome::TimedOut => Ok(Said::Nothing),
            CallbackOutcome::ClosedByPerson | CallbackOutcome::Cancelled => Err(Ending::Cancelled),
            CallbackOutcome::TlsRefused => Err(Ending::Failed(Failure::IdentityProviderUntrusted)),
            CallbackOutcome::AgentFailed => Err(Ending::Failed(Failure::AgentFailed)),
        };
    }
}
