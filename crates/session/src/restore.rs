//! After a restart: the session that the vault kept, if it still is one.

use std::sync::Arc;

use identity::RelyingParty;
use jiff::{SignedDuration, Timestamp};
use policy::Policy;
use tokio::time::Instant;

use crate::kept::{self, Remembered};
use crate::limit::Limit;
use crate::session::{AccessError, Session, SessionEnd};
use crate::vault::{Vault, VaultError};

/// What a restart found.
pub enum Restored {
    /// Nobody was signed in.
    Nobody,
    /// The session goes on. Whether the identity provider agrees was asked, unless it could not be reached.
    Session(Session),
    /// The same, but its person locked it, or was away for so long that it locks: it is shown to nobody before an unlock.
    Locked(Session),
    /// There was a session, and it is over. Nothing of it is left.
    Over(SessionEnd),
    /// What the vault kept cannot be used. It was removed: a clean sign-in follows.
    Unusable(Unusable),
}

/// Why what the vault kept cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// It does not open, or cannot be read.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// It opens and is no session of this version.
    #[error("vault_unknown_content")]
    Content,
    /// It belongs to another issuer than policy names now.
    #[error("vault_other_issuer")]
    OtherIssuer,
}

/// Takes up the session that the vault kept.
pub async fn restore(
    relying_party: RelyingParty,
    vault: Arc<Vault>,
    policy: &Policy,
    now: Timestamp,
) -> Restored {
    let kept = match open(&vault, policy).await {
        Ok(Some(kept)) => kept,
        Ok(None) => return Restored::Nobody,
        Err(why) => {
            if let Err(error) = vault.wipe().await {
                tracing::error!(%error, "an unusable session could not be removed");
            }
            return Restored::Unusable(why);
        }
    };
    if is_owed(&vault, &kept) {
        // It had ended, and the program did before its file was gone.
        if let Err(error) = vault.wipe().await {
            tracing::error!(%error, "the ended session's file could not be removed");
        }
        return Restored::Over(SessionEnd::SignedOut);
    }
    let longest = SignedDuration::from_secs(i64::from(policy.session.idle_lock_s));
    let goes_on = kept.presence.goes_on(now, longest);
    let absolute = SignedDuration::from_secs(i64::from(policy.session.absolute_s));
    let limit = Limit::new(kept.person.since, absolute, now, Instant::now());
    let session = Session::begin(kept, None, relying_party, vault, limit, true);
    if !goes_on && let Err(error) = session.note_locked().await {
        tracing::warn!(%error, "the locked session is in memory only");
    }
    match session.renew(now).await {
        Ok(_) | Err(AccessError::Unreachable) if goes_on => Restored::Session(session),
        Ok(_) | Err(AccessError::Unreachable) => Restored::Locked(session),
        Err(AccessError::Ended(end)) => Restored::Over(end),
    }
}

fn is_owed(vault: &Vault, kept: &Remembered) -> bool {
    let tokens = &kept.held.tokens;
    let mut all = tokens.refresh.iter().chain([&tokens.access]);
    all.any(|token| vault.owed().holds(token))
}

async fn open(vault: &Vault, policy: &Policy) -> Result<Option<Remembered>, Unusable> {
    let Some(octets) = vault.load().await? else {
        return Ok(None);
    };
    let kept = kept::from_octets(&octets).map_err(|_| Unusable::Content)?;
    if kept.person.subject.iss != policy.identity.issuer {
        return Err(Unusable::OtherIssuer);
    }
    Ok(Some(kept))
}
