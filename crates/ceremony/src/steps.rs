//! Steps 2 to 9: brings each state of the ceremony what its transition needs.
//!
//! Everything that a person can wait for can be cancelled and runs out of time, up to the moment when sealed evidence is
//! kept; from there on the delivery has bounds of its own.

use std::sync::Arc;
use std::time::Duration;

use audit::{Event, Person};
use aws_lc_rs::rand::{SystemRandom, fill};
use evidence::OneTimeKey;
use identity::{
    AgentError, Authenticated, CallbackOutcome, Code, Listener, Opening, Provider, Purpose,
    await_callback,
};
use jiff::Timestamp;
use records::{Challenge, ChallengeRequest};
use uuid::Uuid;

use crate::delivery;
use crate::demands::Raised;
use crate::ending::{Ending, Failure, Recorded};
use crate::faults;
use crate::ports::ChallengeError;
use crate::preflight;
use crate::progress::{Progress, Step};
use crate::request::Request;
use crate::rounds::Stop;
use crate::scene::Scene;
use crate::states::{
    AwaitingSigner, Ceremony, Challenged, Chances, CodeReceived, Exchange, IdentityVerified,
    Listening, Preflighted, Prepared, Sealed,
};

/// The ceremony's own limits end the wait for the signer, not this one.
const FOREVER: Duration = Duration::from_hours(24);

/// From **Sign** to the receipt, or to the ending that came first.
pub(crate) async fn take(scene: Scene, request: Request, raised: Raised) -> Result<Recorded, Stop> {
    let agent = scene.ports.agent.kind();
    let policy = Arc::clone(&scene.policy);
    let prepared = Ceremony::begin(request, policy, agent, scene.now());
    let (idempotency_key, chances) = chances(scene.now())?;

    scene.begin(Step::Prepared);
    let (challenged, provider, raised) = challenge(&scene, prepared, chances, raised).await?;
    scene.done(Step::Prepared);

    scene.begin(Step::Window);
    let scene = scene.shortened_to(challenged.challenge_life());
    scene.tell(Progress::Began {
        reference: scene.reference,
        ends_at: scene.limit.ends_at(),
    });
    let (listening, mut listener) = listen(&scene, challenged).await?;
    open(&scene, &listening).await?;
    scene.done(Step::Window);

    scene.begin(Step::Preflight);
    let finding = preflight::look(&scene, &listening, &provider, &mut listener).await?;
    let preflighted = listening.preflighted(finding)?;
    scene.done(Step::Preflight);

    scene.begin(Step::Signer);
    let awaiting = show(&scene, preflighted, &provider).await?;
    let code = wait_for_signer(&scene, &awaiting, &mut listener).await?;
    drop(listener);
    let (received, exchange) = awaiting.code(code);
    scene.done(Step::Signer);

    scene.begin(Step::Identity);
    let (authenticated, provider) = redeem(&scene, provider, exchange).await?;
    let verified = compare(&scene, received, &authenticated).await?;
    scene.done(Step::Identity);

    scene.begin(Step::Sealed);
    let sealed = seal(&scene, verified, &provider).await?;
    let kept = delivery::keep(&scene, &sealed, idempotency_key).await?;
    let submitting = sealed.submitting(kept);
    let access = authenticated.tokens.access();
    let recorded = delivery::deliver(&scene, submitting, &access)
        .await
        .map_err(|stop| stop.on_top_of(raised))?;
    scene.done(Step::Receipt);
    Ok(recorded.into_standing())
}

/// Step 2 and 3, and the provider's configuration beside them. Also returns all that the records API demanded so far.
async fn challenge(
    scene: &Scene,
    prepared: Ceremony<Prepared>,
    chances: Chances,
    raised: Raised,
) -> Result<(Ceremony<Challenged>, Provider, Raised), Ending> {
    let ask = prepared.ask();
    let asked = async {
        tokio::try_join!(
            async {
                let (challenge, raised) = ask_twice(scene, &ask, raised).await?;
                Ok((challenge, raised, scene.now()))
            },
            async {
                let found = scene.ports.relying_party.discover(scene.now()).await;
                found.map_err(|error| faults::of_identity(&error))
            },
        )
    };
    let ((challenge, raised, answered_at), provider) = scene.within(asked).await??;
    scene.owed.set_provider(&provider);
    let challenged = prepared.challenged(challenge, answered_at, chances, &raised)?;
    if let Some(after_s) = scene.tally.open() {
        scene.write(Event::SigningUnlocked { after_s }).await?;
    }
    let started = Event::SigningStarted {
        amendments: ask.amendments.iter().map(|id| id.as_str().into()).collect(),
        signature_id: challenged.signature_id().to_string().as_str().into(),
    };
    scene.write(started).await?;
    Ok((challenged, provider, raised))
}

/// Asks for a challenge. Where the records API says what it demands instead (RFC 9470), that is demanded too, and it is
/// asked once more.
async fn ask_twice(
    scene: &Scene,
    ask: &ChallengeRequest,
    raised: Raised,
) -> Result<(Challenge, Raised), Ending> {
    let refused = match scene.ports.challenges.challenge(ask).await {
        Ok(challenge) => return Ok((challenge, raised)),
        Err(error) => error,
    };
    let more = match &refused {
        ChallengeError::Call(error) => Raised::by(error),
        _ => None,
    };
    let more = more.ok_or_else(|| faults::of_challenge(&refused))?;
    let raised = raised.and(&more).map_err(Ending::Failed)?;
    let answer = scene.ports.challenges.challenge(ask).await;
    let challenge = answer.map_err(|error| faults::of_challenge(&error))?;
    Ok((challenge, raised))
}

/// Step 4: the port, before anything is opened.
async fn listen(
    scene: &Scene,
    challenged: Ceremony<Challenged>,
) -> Result<(Ceremony<Listening>, Listener), Ending> {
    let identity = &scene.policy.identity;
    let page = scene.ports.page.clone();
    let listener = Listener::bind(&identity.redirect_ports, &identity.redirect_path, page)
        .await
        .map_err(|error| faults::of_identity(&error))?;
    let listening = challenged.listening(listener.redirect_uri().clone());
    Ok((listening, listener))
}

async fn open(scene: &Scene, listening: &Ceremony<Listening>) -> Result<(), Ending> {
    let identity = &scene.policy.identity;
    let opening = Opening {
        redirect_uri: listening.redirect_uri().clone(),
        allowed_hosts: identity.allowed_hosts.clone(),
        issuer_origin: identity.issuer_origin(),
        purpose: Purpose::Sign,
        development_http: identity.development_http,
    };
    let agent = Arc::clone(&scene.ports.agent);
    scene
        .within(scene.owed.open(agent, opening))
        .await?
        .map_err(|error| faults::of_agent(&error))?;
    let mut lent = scene.owed.agent().await;
    let handle = lent
        .as_mut()
        .and_then(|lent| lent.get())
        .map(|agent| agent.handle());
    scene.controls.set_window(handle);
    Ok(())
}

/// Step 6: the real request, and the page on screen.
async fn show(
    scene: &Scene,
    preflighted: Ceremony<Preflighted>,
    provider: &Provider,
) -> Result<Ceremony<AwaitingSigner>, Ending> {
    let demands = preflighted.demands();
    let redirect_uri = preflighted.redirect_uri();
    let asked = scene
        .ports
        .relying_party
        .request(provider, &demands, redirect_uri, scene.now());
    let pending = scene
        .within(asked)
        .await?
        .map_err(|error| faults::of_identity(&error))?;
    scene.owed.mark_shown();
    visit(scene, pending.url.clone(), true).await?;
    Ok(preflighted.awaiting(pending))
}

/// Step 7: exactly one callback.
async fn wait_for_signer(
    scene: &Scene,
    awaiting: &Ceremony<AwaitingSigner>,
    listener: &mut Listener,
) -> Result<Code, Ending> {
    let mut lent = scene.owed.agent().await;
    let Some(agent) = lent.as_mut().and_then(|lent| lent.get()) else {
        return Err(Ending::Failed(Failure::AgentFailed));
    };
    loop {
        let far = tokio::time::Instant::now() + FOREVER;
        let cancelled = &scene.controls.cancelled;
        let waiting = await_callback(listener, agent, awaiting.pending(), far, cancelled);
        return match scene.within(waiting).await? {
            CallbackOutcome::Code(code) => Ok(code),
            CallbackOutcome::NavigationRefused { host } => {
                tracing::warn!(
                    host,
                    "the sign-in page wanted to go to a host that is not allowed"
                );
                scene.tell(Progress::HostRefused { host });
                continue;
            }
            CallbackOutcome::Declined(declined) => Err(faults::of_declined(&declined)),
            CallbackOutcome::ClosedByPerson | CallbackOutcome::Cancelled => Err(Ending::Cancelled),
            CallbackOutcome::TlsRefused => Err(Ending::Failed(Failure::IdentityProviderUntrusted)),
            CallbackOutcome::AgentFailed => Err(Ending::Failed(Failure::AgentFailed)),
            CallbackOutcome::TimedOut => Err(Ending::TimedOut),
        };
    }
}

/// Step 7: code for tokens, every refusal of the table included.
async fn redeem(
    scene: &Scene,
    provider: Provider,
    exchange: Exchange,
) -> Result<(Authenticated, Provider), Ending> {
    let relying_party = scene.ports.relying_party.clone();
    let redeeming = scene
        .owed
        .redeem(relying_party, provider, exchange, scene.now());
    match scene.within(redeeming).await? {
        Some(Ok(done)) => Ok(done),
        Some(Err(error)) => Err(faults::of_identity(&error)),
        None => Err(Ending::Failed(Failure::Internal)),
    }
}

/// Step 8, and what a mismatch sets off.
async fn compare(
    scene: &Scene,
    received: Ceremony<CodeReceived>,
    authenticated: &Authenticated,
) -> Result<Ceremony<IdentityVerified>, Ending> {
    let compared = received.authenticated(authenticated);
    if let Err(Ending::SignerMismatch) = &compared {
        let count = scene.tally.mismatch();
        let subject = &authenticated.subject;
        let name = authenticated.name.as_deref().unwrap_or("unnamed");
        let found = Person::new(name, &subject.iss, &subject.claims);
        // That it could not be written must not hide that it happened: the mismatch stays the ending.
        let written = scene.write(Event::SignerMismatch { found, count }).await;
        scene.place().unwritten |= written.is_err();
    }
    compared
}

/// Step 9, up to the sealed and self-checked evidence.
async fn seal(
    scene: &Scene,
    verified: Ceremony<IdentityVerified>,
    provider: &Provider,
) -> Result<Ceremony<Sealed>, Ending> {
    let sealed = verified
        .sealed(provider, scene.now())
        .map_err(|not_sealed| {
            tracing::error!(%not_sealed, "our own evidence does not verify");
            scene.place().verification = not_sealed.step;
            Ending::Failed(Failure::SelfCheckFailed)
        })?;
    let evidence_sha256 = crate::epilogue::digest(sealed.evidence().sha256());
    scene
        .write(Event::SignatureSealed { evidence_sha256 })
        .await?;
    Ok(sealed)
}

/// Loads a page in the agent.
pub(crate) async fn visit(scene: &Scene, url: url::Url, shown: bool) -> Result<(), Ending> {
    let visiting = async {
        let mut lent = scene.owed.agent().await;
        match lent.as_mut().and_then(|lent| lent.get()) {
            Some(agent) => agent.visit(url, shown).await,
            None => Err(AgentError::Closed),
        }
    };
    scene
        .within(visiting)
        .await?
        .map_err(|error| faults::of_agent(&error))
}

fn chances(now: Timestamp) -> Result<(Uuid, Chances), Ending> {
    let no_randomness = |_| Ending::Failed(Failure::NoRandomness);
    let mut name = [0; 10];
    let mut idempotency_key = [0; 16];
    let mut rz = [0; 32];
    fill(&mut name).map_err(no_randomness)?;
    fill(&mut idempotency_key).map_err(no_randomness)?;
    fill(&mut rz).map_err(no_randomness)?;
    let key = OneTimeKey::generate(&SystemRandom::new())
        .map(Arc::new)
        .map_err(|_| Ending::Failed(Failure::NoRandomness))?;
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
    let chances = Chances {
        signature_id: uuid::Builder::from_unix_timestamp_millis(millis, &name).into_uuid(),
        key,
        rz,
    };
    let idempotency_key = uuid::Builder::from_random_bytes(idempotency_key).into_uuid();
    Ok((idempotency_key, chances))
}
