//! Whether the policy still stands. A device that runs for weeks must not sign under rules that IT has changed, broken or
//! taken away meanwhile.
//!
//! The sources are looked at before each signature, and from time to time, so that a person knows before they press **Sign**.
//! Signing then stops, visibly; the session stays, and so does what is under way: it began under the policy that stood.
//! The new policy applies from the next start on. That the old one stands again, as after a slip of IT's, is seen too.

use std::sync::Arc;
use std::time::Duration;

use audit::{Digest, Event};
use catalogue::Value;
use policy::{Departure, Loaded, PolicyError, Source};

use super::Controller;
use crate::ipc::Fault;

/// How often it is looked.
const ROUND: Duration = Duration::from_mins(1);

impl Controller {
    /// Looks from time to time, as long as there is an application.
    pub(crate) fn watch_policy(self: &Arc<Self>) {
        self.watch_policy_every(ROUND);
    }

    pub(super) fn watch_policy_every(self: &Arc<Self>, round: Duration) {
        let controller = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(round).await;
                let Some(controller) = controller.upgrade() else {
                    return;
                };
                let looking = tokio::task::spawn_blocking(move || controller.look_at_policy());
                if let Ok(Some(departure)) = looking.await {
                    tracing::warn!(%departure, "nothing is signed under the policy that was read at the start");
                }
            }
        });
    }

    /// Refuses to sign under a policy that does not stand any more.
    pub(super) fn policy_stands(self: &Arc<Self>) -> Result<(), Fault> {
        match self.look_at_policy() {
            None => Ok(()),
            Some(departure) => Err(self.departed(&departure)),
        }
    }

    /// What the pages say as long as the policy does not stand.
    pub(super) fn signing_stopped(&self) -> Option<Fault> {
        let departure = self.inner().departure.clone();
        departure.map(|departure| self.departed(&departure))
    }

    /// Looks at the sources; what changed since the last look is written down, and told to the pages.
    fn look_at_policy(self: &Arc<Self>) -> Option<Departure> {
        let departure = self.parts.watched.look().err();
        {
            let mut inner = self.inner();
            if inner.departure == departure {
                return departure;
            }
            inner.departure.clone_from(&departure);
        }
        let event = match &departure {
            None => policy_read(self.parts.watched.applied()),
            Some(Departure::Changed { keys }) => Event::PolicyChanged {
                keys: keys.iter().map(|key| (*key).into()).collect(),
            },
            Some(Departure::Refused(error)) => policy_refused(error),
        };
        let controller = Arc::clone(self);
        tokio::spawn(async move { controller.note(event).await });
        self.tell();
        departure
    }

    fn departed(&self, departure: &Departure) -> Fault {
        let args = departure.args();
        let args: Vec<_> = args
            .iter()
            .map(|(name, value)| (*name, Value::from(value)))
            .collect();
        self.fault(departure.code(), &args)
    }
}

/// That a policy was read and applies.
pub(crate) fn policy_read(loaded: &Loaded) -> Event {
    let described: Vec<String> = loaded
        .values
        .iter()
        .map(|value| format!("{}={}", value.key, value.value))
        .collect();
    let managed = loaded.values.iter().filter(|value| value.locked).count();
    Event::PolicyRead {
        managed: u32::try_from(managed).unwrap_or(u32::MAX),
        sha256: Digest::of(described.join("\n").as_bytes()),
    }
}

/// That a policy cannot be used: what is wrong and where, and never what stands there.
pub(crate) fn policy_refused(error: &PolicyError) -> Event {
    Event::PolicyRefused {
        error: error.code().into(),
        key: error.key.as_deref().map(Into::into),
        source: error.origin.kind().into(),
        place: match &error.origin {
            Source::Default => None,
            source => Some(source.place().as_str().into()),
        },
    }
}
