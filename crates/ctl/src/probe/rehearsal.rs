//! One run: discovery, the application's sign-in where nobody said who the signer is, and the application's ceremony.

use std::sync::Arc;
use std::time::Instant;

use audit::Reference;
use catalogue::Catalogue;
use ceremony::{Desk, Ended, Ending, IdpSessionEnd, Ports, SystemClock};
use evidence::{Subject, verify};
use identity::{Agent, Client, IdentityError, Page, Provider, Refusal, RelyingParty};
use jiff::Timestamp;
use policy::Policy;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;
use transport::{Rules, Transport};

use super::checks::{self, Attempt, Came};
use super::findings::{Finding, fail, not_reached, ok, skipped, warn};
use super::measure::{Jar, Measured};
use super::offer::{self, Offer};
use super::person::{self, After, Known, NotKnown};
use super::practice;
use super::setup::{AgentChoice, Setup};
use super::stand_in::StandIn;
use super::{Line, Outcome, Verdict};

/// Everything that one run needs.
pub struct Rehearsal {
    setup: Setup,
    policy: Arc<Policy>,
    texts: Arc<Catalogue>,
    tell: UnboundedSender<Line>,
    cancel: CancellationToken,
    transport: Transport,
    relying_party: RelyingParty,
    agent: Arc<dyn Agent>,
    reference: Reference,
}

/// A reference that nobody can guess, for a run that comes to no ceremony.
pub fn new_reference() -> anyhow::Result<Reference> {
    let mut random = [0; 5];
    aws_lc_rs::rand::fill(&mut random)
        .map_err(|_| anyhow::anyhow!("the operating system gave no randomness"))?;
    Ok(Reference::from_bytes(random))
}

impl Rehearsal {
    /// Gets ready. Nothing is asked of anybody yet.
    pub fn new(
        setup: Setup,
        agent: Arc<dyn Agent>,
        texts: Arc<Catalogue>,
        tell: UnboundedSender<Line>,
        cancel: CancellationToken,
    ) -> anyhow::Result<Self> {
        let policy = Arc::new(setup.loaded.policy.clone());
        let transport = Transport::new(Rules {
            development_http: policy.identity.development_http,
            ca_file: policy.records.ca_file.clone(),
            ..Rules::default()
        })?;
        Ok(Self {
            relying_party: RelyingParty::new(Client::from(policy.as_ref()), transport.clone()),
            reference: new_reference()?,
            setup,
            policy,
            texts,
            tell,
            cancel,
            transport,
            agent,
        })
    }

    /// All of it. It can be cancelled at any time, and then cleans up like a ceremony that is.
    pub async fn run(mut self) -> Verdict {
        self.say(ok("policy", "probe-policy-ok"));
        let provider = tokio::select! {
            () = self.cancel.cancelled() => return self.cancelled(),
            found = self.relying_party.discover(Timestamp::now()) => found,
        };
        let provider = match provider {
            Ok(provider) => provider,
            Err(error) => return self.found_nothing(&error),
        };
        self.say_all(offer::found(&provider, &self.policy));
        self.setup.suit(&Offer::of(&provider).scopes_supported);
        self.policy = Arc::new(self.setup.loaded.policy.clone());
        self.say_all(self.setup.asked_for());
        match self.setup.subject.clone() {
            Some(subject) => self.with_subject(&provider, subject).await,
            None => self.with_sign_in(&provider, None).await,
        }
    }

    /// The command line says who the signer has to be.
    async fn with_subject(&self, provider: &Provider, subject: Subject) -> Verdict {
        let known = Known::Told(subject.clone());
        let attempt = match self.ceremony(&known).await {
            Ok(attempt) => attempt,
            Err(code) => return self.broken_down(code),
        };
        if attempt.wants_a_name() {
            // The provider names people whatever it is asked for, and a statement has to agree with it. So the name is
            // learnt as the application learns it, and the person signs once more.
            return self.with_sign_in(provider, Some(subject)).await;
        }
        self.say(skipped("sign_in", "probe-sign-in-skipped"));
        self.say(known.name_found(self.setup.says_scopes));
        let came = Came::ToTheCeremony(&attempt);
        let verdict = self.concluded(&Offer::of(provider), &came, Measured::default(), None);
        self.say(skipped("session", "probe-session-skipped"));
        self.say(skipped("logout_scope", "probe-session-skipped"));
        verdict
    }

    /// Whoever signs in first is whom the second is compared with.
    async fn with_sign_in(&self, provider: &Provider, expected: Option<Subject>) -> Verdict {
        let offer = Offer::of(provider);
        let (signed_in, measured) = self.sign_in(provider).await;
        let known = match signed_in {
            Ok(known) => known,
            Err(why) => return self.not_signed_in(&offer, &why),
        };
        self.say(ok("sign_in", "probe-sign-in-ok"));
        self.say(known.name_found(self.setup.says_scopes));
        if expected.is_some_and(|expected| known.signer().as_subject() != expected) {
            let came = Came::ToARefusal(Refusal::SubjectMismatch);
            let verdict = self.concluded(&offer, &came, measured, Some(&known));
            self.look_after(&known, None).await;
            return verdict;
        }
        match self.ceremony(&known).await {
            Ok(attempt) => {
                let came = Came::ToTheCeremony(&attempt);
                let verdict = self.concluded(&offer, &came, measured, Some(&known));
                self.look_after(&known, Some(&attempt.ended)).await;
                verdict
            }
            Err(code) => {
                self.look_after(&known, None).await;
                self.broken_down(code)
            }
        }
    }

    /// The application's sign-in; and, where the agent is ours, a look into its jar before that is gone.
    async fn sign_in(&self, provider: &Provider) -> (Result<Known, NotKnown>, Measured) {
        let jar = Arc::new(Jar::new(Arc::clone(&self.agent)));
        let agent: Arc<dyn Agent> = match self.setup.agent {
            AgentChoice::Browser => jar.clone(),
            AgentChoice::Print => Arc::clone(&self.agent),
        };
        let signed_in = person::sign_in(
            agent,
            self.relying_party.clone(),
            Arc::clone(&self.policy),
            self.page(),
            self.cancel.clone(),
        );
        let signed_in = signed_in.await;
        let mut measured = Measured::default();
        if let Some(mut kept) = jar.take() {
            if signed_in.is_ok() && !self.cancel.is_cancelled() {
                let (party, page) = (&self.relying_party, self.page());
                measured = kept
                    .look(party, provider, &self.policy, page, &self.cancel)
                    .await;
            }
            kept.close().await;
        }
        (signed_in, measured)
    }

    /// One ceremony of the application, to its end and through its cleanup.
    async fn ceremony(&self, known: &Known) -> Result<Attempt, &'static str> {
        let begun = Instant::now();
        let amendment = practice::amendment().ok_or("internal")?;
        let request = practice::request(&self.policy, known, amendment.clone());
        let signer = request.signer.as_subject();
        let stand_in = StandIn::new(
            Arc::clone(&self.policy),
            self.relying_party.clone(),
            signer,
            amendment,
        );
        let stand_in = Arc::new(stand_in.ok_or("no_randomness")?);
        let ports = Ports {
            agent: Arc::clone(&self.agent),
            relying_party: self.relying_party.clone(),
            challenges: stand_in.clone(),
            submission: stand_in.clone(),
            // Nothing is to outlive the run.
            outbox: None,
            trail: stand_in.clone(),
            alarm: stand_in.clone(),
            clock: Arc::new(SystemClock),
            page: self.page(),
        };
        let desk = Desk::new(Arc::clone(&self.policy));
        let under_way = desk
            .begin(request, ports, Arc::new(|_| {}))
            .map_err(|_| "no_randomness")?;
        let ended = tokio::select! {
            ended = under_way.ended() => ended,
            () = self.cancel.cancelled() => {
                under_way.cancel();
                under_way.ended().await
            }
        };
        let ended = ended.ok_or("internal")?;
        Ok(Attempt {
            evidence: verified(&ended, &stand_in),
            trail: stand_in.trail(),
            seconds: i64::try_from(begun.elapsed().as_secs()).unwrap_or(i64::MAX),
            ended,
        })
    }

    /// What signing did to the session of the sign-in, which is over after that.
    async fn look_after(&self, known: &Known, ended: Option<&Ended>) {
        let Known::SignedIn(session) = known else {
            self.say(not_reached("session"));
            self.say(not_reached("logout_scope"));
            return;
        };
        let after = person::after(session, &self.transport).await;
        self.say(match after {
            After::Renewed => ok("session", "probe-session-ok"),
            After::NotRenewable => skipped("session", "probe-session-none"),
            After::Ended => fail("session", "probe-session-fail"),
            After::Unreachable => warn("session", "probe-session-unreachable"),
        });
        let logged_out =
            ended.is_some_and(|ended| ended.cleanup.idp_session == IdpSessionEnd::Ended);
        self.say(match (logged_out, after) {
            (true, After::Renewed) => ok("logout_scope", "probe-logout-scope-ok"),
            (true, After::Ended) => fail("logout_scope", "probe-logout-scope-fail"),
            (true, After::NotRenewable | After::Unreachable) => {
                skipped("logout_scope", "probe-session-none")
            }
            (false, _) => skipped("logout_scope", "probe-logout-scope-skipped"),
        });
    }

    fn concluded(
        &self,
        offer: &Offer,
        came: &Came<'_>,
        measured: Measured,
        signed_in: Option<&Known>,
    ) -> Verdict {
        self.say_all(checks::of(&self.setup, offer, came, measured, &self.texts));
        let outcome = in_the_application(outcome(came), signed_in);
        Verdict {
            outcome,
            reference: match came {
                Came::ToTheCeremony(attempt) => attempt.ended.reference.to_string(),
                Came::ToARefusal(_) | Came::Nowhere => self.reference.to_string(),
            },
        }
    }

    fn found_nothing(&self, error: &IdentityError) -> Verdict {
        self.say_all(offer::not_found(error, &self.texts));
        self.concluded(&Offer::default(), &Came::Nowhere, Measured::default(), None)
    }

    fn not_signed_in(&self, offer: &Offer, why: &NotKnown) -> Verdict {
        let because = |why: &dyn std::error::Error| {
            let mut told = why.to_string();
            if let Some(cause) = why.source() {
                told = format!("{told}: {cause}");
            }
            fail("sign_in", "probe-because").with("why", told)
        };
        match why {
            NotKnown::Refused(refusal) => {
                let why = checks::told(refusal.name(), &self.texts);
                self.say(fail("sign_in", "probe-because").own("why", why));
                self.concluded(
                    offer,
                    &Came::ToARefusal(*refusal),
                    Measured::default(),
                    None,
                )
            }
            NotKnown::Failed(error) => {
                self.say(because(error));
                self.concluded(offer, &Came::Nowhere, Measured::default(), None)
            }
            NotKnown::NoVault(error) => {
                self.say(because(error));
                self.concluded(offer, &Came::Nowhere, Measured::default(), None)
            }
        }
    }

    fn cancelled(&self) -> Verdict {
        self.broken_down("cancelled")
    }

    fn broken_down(&self, code: &'static str) -> Verdict {
        let why = checks::told(code, &self.texts);
        self.say(fail("ceremony", "probe-because").own("why", why));
        Verdict {
            outcome: Outcome::Failed,
            reference: self.reference.to_string(),
        }
    }

    /// What a browser shows after the callback.
    fn page(&self) -> Page {
        Page {
            language: self.texts.locale().tag().to_owned(),
            title: self.texts.text("landing-title", &[]),
            text: self.texts.text("landing-done", &[]),
        }
    }

    fn say(&self, finding: Finding) {
        if self.tell.send(Line::Found(finding)).is_err() {
            tracing::warn!("nobody hears what was found");
        }
    }

    fn say_all(&self, findings: Vec<Finding>) {
        for finding in findings {
            self.say(finding);
        }
    }
}

/// The evidence, once more, from its octets alone and an archive, as anybody would verify it later.
fn verified(
    ended: &Ended,
    stand_in: &StandIn,
) -> Option<Result<Box<evidence::VerifiedEvidence>, String>> {
    let Ending::Recorded(standing) = &ended.ending else {
        return None;
    };
    let archive = stand_in.archive()?;
    Some(
        verify::offline(&standing.evidence, &archive)
            .map(Box::new)
            .map_err(|failure| failure.to_string()),
    )
}

fn outcome(came: &Came<'_>) -> Outcome {
    match came {
        Came::ToTheCeremony(attempt) => match &attempt.ended.ending {
            Ending::Recorded(_) if matches!(attempt.evidence, Some(Ok(_))) => Outcome::Accepted,
            Ending::Refused(refusal) => Outcome::Refused(refusal.name()),
            Ending::SignerMismatch => Outcome::Refused(Refusal::SubjectMismatch.name()),
            Ending::AmbientSignIn => Outcome::Refused("ambient_sign_in"),
            _ => Outcome::Failed,
        },
        Came::ToARefusal(refusal) => Outcome::Refused(refusal.name()),
        Came::Nowhere => Outcome::Failed,
    }
}

/// A ceremony of somebody without a name is only rehearsed to see the rest: the application would not have come so far.
fn in_the_application(outcome: Outcome, signed_in: Option<&Known>) -> Outcome {
    match (outcome, signed_in) {
        (Outcome::Accepted, Some(known)) if known.is_nameless() => Outcome::Refused("name_missing"),
        (outcome, _) => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::super::findings::Status;
    use super::*;

    #[test]
    fn a_provider_that_says_no_name_cannot_carry_signatures() {
        let subject = Subject {
            iss: "https://id.example".to_owned(),
            claims: [("sub".to_owned(), "a".to_owned())].into(),
        };
        let nameless = Known::Nameless(subject.clone());
        let refused = Outcome::Refused("name_missing");
        assert_eq!(
            in_the_application(Outcome::Accepted, Some(&nameless)),
            refused
        );
        let stale = Outcome::Refused("auth_time_stale");
        assert_eq!(in_the_application(stale, Some(&nameless)), stale);
        for says_scopes in [true, false] {
            assert_eq!(nameless.name_found(says_scopes).status, Status::Fail);
        }

        let told = Known::Told(subject);
        let accepted = Outcome::Accepted;
        assert_eq!(in_the_application(accepted, Some(&told)), accepted);
        assert_eq!(in_the_application(accepted, None), accepted);
    }
}
