//! Whose session it is: whoever signs in first, by the application's own sign-in, or whom the command line names.

use std::sync::Arc;

use evidence::{Signer, Subject};
use identity::{Agent, Page, Refusal, RelyingParty};
use jiff::Timestamp;
use policy::{Policy, Remember};
use secrecy::ExposeSecret;
use session::{AccessError, OsKeyring, Place, Session, SignIn, SignInError, Vault};
use tokio_util::sync::CancellationToken;
use transport::Transport;

use super::findings::{Finding, fail, ok, skipped};

/// Stands where a name has to, when nobody told one. Evidence with it is for nobody's eyes.
const NAMELESS: &str = "(no name)";

/// Who the signer has to be.
pub enum Known {
    /// Somebody who signed in, as in the application.
    SignedIn(Session),
    /// Somebody who signed in, and whom the provider has no name for. The application would not take them.
    Nameless(Subject),
    /// Whom the command line names.
    Told(Subject),
}

/// Nobody signed in.
pub enum NotKnown {
    /// What came was not acceptable.
    Refused(Refusal),
    /// It did not come to that.
    Failed(SignInError),
    /// This computer does not give what a sign-in needs.
    NoVault(session::VaultError),
}

impl Known {
    /// The person as a statement names them.
    pub fn signer(&self) -> Signer {
        let (subject, name) = match self {
            Self::SignedIn(session) => {
                let person = session.person();
                (&person.subject, person.name.as_str())
            }
            Self::Nameless(subject) | Self::Told(subject) => (subject, NAMELESS),
        };
        Signer {
            iss: subject.iss.clone(),
            subject: subject.claims.clone(),
            name: name.to_owned(),
        }
    }

    /// What the person usually types.
    pub fn login_hint(&self) -> Option<String> {
        match self {
            Self::SignedIn(session) => session.person().login_hint.clone(),
            Self::Nameless(_) | Self::Told(_) => None,
        }
    }

    /// Whether the application would have turned the sign-in away for want of a name.
    pub fn is_nameless(&self) -> bool {
        matches!(self, Self::Nameless(_))
    }

    /// What the printed name is worth (21 CFR 11.50 (a)(1)).
    pub fn name_found(&self, policy_says_scopes: bool) -> Finding {
        match self {
            Self::SignedIn(_) => ok("name", "probe-name-ok"),
            Self::Nameless(_) if policy_says_scopes => fail("name", "probe-name-fail"),
            Self::Nameless(_) => fail("name", "probe-name-scopes"),
            Self::Told(_) => skipped("name", "probe-name-skipped"),
        }
    }
}

/// The application's sign-in.
pub async fn sign_in(
    agent: Arc<dyn Agent>,
    relying_party: RelyingParty,
    policy: Arc<Policy>,
    page: Page,
    cancel: CancellationToken,
) -> Result<Known, NotKnown> {
    // In memory only, so neither the place nor the keyring is ever touched.
    let place = Place {
        file: std::env::temp_dir().join("countersign-probe-keeps-nothing"),
        device: "probe".to_owned(),
        account: policy.identity.issuer.clone(),
    };
    let keyring = Arc::new(OsKeyring::new("probe", "probe"));
    let vault = Vault::open(place, Remember::Memory, keyring)
        .await
        .map_err(NotKnown::NoVault)?;
    let sign_in = SignIn {
        agent,
        relying_party,
        vault: Arc::new(vault),
        policy,
        page,
        clock: Timestamp::now,
    };
    match sign_in.run(cancel).await {
        Ok(signed_in) => Ok(Known::SignedIn(signed_in.session)),
        Err(SignInError::NameMissing { subject }) => Ok(Known::Nameless(subject)),
        Err(SignInError::Refused(refusal)) => Err(NotKnown::Refused(refusal)),
        Err(error) => Err(NotKnown::Failed(error)),
    }
}

/// What became of the session while somebody signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It was renewed.
    Renewed,
    /// The provider gave nothing to renew it with.
    NotRenewable,
    /// The provider ended it.
    Ended,
    /// The provider did not answer.
    Unreachable,
}

/// Looks whether the session still lives, and ends it.
pub async fn after(session: &Session, transport: &Transport) -> After {
    let found = look(session).await;
    let signed_out = session.sign_out(transport, Timestamp::now()).await;
    tracing::debug!(?signed_out, "the session of the probe is over");
    found
}

async fn look(session: &Session) -> After {
    let before = session.access_token(Timestamp::now()).await;
    let renewed = session.renew(Timestamp::now()).await;
    match (before, renewed) {
        (Ok(before), Ok(renewed)) if before.expose_secret() == renewed.expose_secret() => {
            After::NotRenewable
        }
        (_, Ok(_)) => After::Renewed,
        (_, Err(AccessError::Ended(_))) => After::Ended,
        (_, Err(AccessError::Unreachable)) => After::Unreachable,
    }
}
