//! Revocations that are owed: tokens of sessions that are over, until the identity provider took them back.
//!
//! Where sessions outlive the program, so does this: in a file of its own, encrypted like the session's and bound to the
//! same device and account. Where they do not, as on a kiosk, it lives as long as the process and says so. A debt is
//! written down before the session's own file goes and before the provider is asked, and struck out when it answered. So
//! what lies here tells also that a session is over, when the program ended before its file was gone. It is bounded in
//! number and time: what is dropped expires by itself. Nobody ever begins a session with what lies here; still, until it
//! is paid, the tokens are of use to whoever runs code as the same person and can ask the same keyring.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use identity::{TokenKind, Tokens};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use zeroize::Zeroizing;

use super::crypt::{self, Purpose};
use super::{VaultError, blocking, file};

/// No more than this is owed at once. Of what was owed before, what would expire first is let go first.
const MOST: usize = 64;
/// How long an access token is owed when nobody said how long it lives.
const ACCESS: SignedDuration = SignedDuration::from_hours(24);
/// How long a refresh token is owed: providers do not say how long it lives.
const REFRESH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The revocations that are owed. All clones are the same list.
#[derive(Clone)]
pub struct Owed(Arc<Inner>);

struct Inner {
    list: Mutex<List>,
    /// Held while the file is written: what is written last is what was true last.
    writing: tokio::sync::Mutex<()>,
    /// There is something that nobody has in hand.
    more: Notify,
    /// Somebody thinks that the provider can be reached again.
    retry: Notify,
    disk: Option<Disk>,
}

#[derive(Default)]
struct List {
    debts: Vec<Debt>,
    next: u64,
}

struct Debt {
    id: u64,
    token: SecretString,
    kind: TokenKind,
    until: Timestamp,
    /// Somebody is asking the provider just now.
    in_hand: bool,
}

/// Where the list outlives the process.
pub(super) struct Disk {
    pub(super) file: PathBuf,
    pub(super) key: Arc<Zeroizing<[u8; 32]>>,
    pub(super) device: String,
    pub(super) account: String,
}

/// One debt that somebody is paying. When they stop, paid or not, it is free again.
pub(crate) struct InHand {
    owed: Owed,
    id: u64,
    pub(crate) token: SecretString,
    pub(crate) kind: TokenKind,
}

impl Owed {
    /// Takes up what earlier runs left. What does not open belongs to nobody here and is removed.
    pub(super) async fn open(disk: Option<Disk>, now: Timestamp) -> Self {
        let mut list = List::default();
        if let Some(disk) = &disk {
            match disk.read().await {
                Ok(written) => written.into_iter().for_each(|debt| list.push(debt, now)),
                Err(error) => {
                    tracing::warn!(%error, "owed revocations cannot be read: those tokens expire by themselves");
                    disk.remove().await;
                }
            }
        }
        Self(Arc::new(Inner {
            list: Mutex::new(list),
            writing: tokio::sync::Mutex::default(),
            more: Notify::new(),
            retry: Notify::new(),
            disk,
        }))
    }

    /// How many tokens wait to be taken back.
    pub fn count(&self) -> usize {
        self.0.list().debts.len()
    }

    /// Whether what is owed is still known after the end of the program.
    pub fn survives_restart(&self) -> bool {
        self.0.disk.is_some()
    }

    /// The network is there again: whoever pays need not wait any longer.
    pub fn retry(&self) {
        self.0.retry.notify_one();
    }

    /// Resolves when there is more to pay.
    pub(crate) async fn more(&self) {
        tokio::select! {
            () = self.0.more.notified() => {}
            () = self.0.retry.notified() => {}
        }
    }

    /// Resolves when [`Owed::retry`] was called.
    pub(crate) async fn retried(&self) {
        self.0.retry.notified().await;
    }

    /// Writes down that these tokens are owed, and takes them in hand, each refresh token before its access token: it
    /// could make new ones. What is owed already stays with whoever has it in hand.
    pub(crate) async fn add(
        &self,
        all: impl IntoIterator<Item = &Tokens>,
        now: Timestamp,
    ) -> Vec<InHand> {
        let taken = {
            let mut list = self.0.list();
            let first = list.next;
            for debt in all.into_iter().flat_map(|tokens| debts_of(tokens, now)) {
                if !list.holds(&debt.token) {
                    list.push(debt, now);
                }
            }
            list.take(self, |debt| debt.id >= first)
        };
        if !taken.is_empty() {
            self.save().await;
        }
        taken
    }

    /// Whether this token is owed: then the session that it belongs to is over.
    pub(crate) fn holds(&self, token: &SecretString) -> bool {
        self.0.list().holds(token)
    }

    /// Takes in hand whatever nobody else has in hand. What expired meanwhile is struck out.
    pub(crate) async fn take(&self, now: Timestamp) -> Vec<InHand> {
        let (expired, taken) = {
            let mut list = self.0.list();
            let before = list.debts.len();
            list.debts.retain(|debt| debt.in_hand || debt.until > now);
            (
                list.debts.len() < before,
                list.take(self, |debt| !debt.in_hand),
            )
        };
        if expired {
            self.save().await;
        }
        taken
    }

    /// Writes down how things stand now.
    pub(crate) async fn save(&self) {
        let Some(disk) = &self.0.disk else {
            return;
        };
        let _writing = self.0.writing.lock().await;
        let octets = self.0.list().to_octets();
        let saved = match octets {
            Ok(None) => {
                disk.remove().await;
                return;
            }
            Ok(Some(octets)) => disk.write(&octets).await,
            Err(error) => Err(VaultError::File(error.into())),
        };
        if let Err(error) = saved {
            tracing::warn!(%error, "owed revocations are known in memory only");
        }
    }
}

impl InHand {
    /// The provider answered, or nobody can make it: nothing is owed any more. Written down with the next
    /// [`Owed::save`]; asking once more for want of it does no harm.
    pub(crate) fn settled(self) {
        self.owed.0.list().debts.retain(|debt| debt.id != self.id);
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        let mut list = self.owed.0.list();
        if let Some(debt) = list.debts.iter_mut().find(|debt| debt.id == self.id) {
            debt.in_hand = false;
            drop(list);
            self.owed.0.more.notify_one();
        }
    }
}

impl Inner {
    fn list(&self) -> MutexGuard<'_, List> {
        // Every change under this lock leaves a list of whole debts.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl List {
    fn push(&mut self, debt: Written, now: Timestamp) {
        if debt.until <= now {
            return;
        }
        self.debts.push(Debt {
            id: self.next,
            token: debt.token,
            kind: debt.kind.into(),
            until: debt.until,
            in_hand: false,
        });
        self.next += 1;
        let older = 0..self.debts.len() - 1;
        if older.len() >= MOST
            && let Some(first) = older.min_by_key(|at| self.debts[*at].until)
        {
            self.debts.remove(first);
            tracing::warn!("too many revocations are owed: one token is left to expire");
        }
    }

    fn holds(&self, token: &SecretString) -> bool {
        let wanted = token.expose_secret();
        self.debts
            .iter()
            .any(|debt| debt.token.expose_secret() == wanted)
    }

    fn take(&mut self, owed: &Owed, wanted: impl Fn(&Debt) -> bool) -> Vec<InHand> {
        let mut taken = Vec::new();
        for debt in self.debts.iter_mut().filter(|debt| wanted(debt)) {
            debt.in_hand = true;
            taken.push(InHand {
                owed: owed.clone(),
                id: debt.id,
                token: debt.token.clone(),
                kind: debt.kind,
            });
        }
        taken
    }

    /// Octets for the file, wiped when dropped; none when nothing is owed.
    fn to_octets(&self) -> Result<Option<Zeroizing<Vec<u8>>>, serde_json::Error> {
        if self.debts.is_empty() {
            return Ok(None);
        }
        let debts = self.debts.iter().map(|debt| Line {
            token: debt.token.expose_secret(),
            kind: debt.kind.into(),
            until: debt.until,
        });
        let lines: Vec<Line<'_>> = debts.collect();
        serde_json::to_vec(&lines).map(|octets| Some(Zeroizing::new(octets)))
    }
}

impl Disk {
    async fn read(&self) -> Result<Vec<Written>, VaultError> {
        let path = self.file.clone();
        let Some(sealed) = blocking(move || file::read(&path)).await? else {
            return Ok(Vec::new());
        };
        let plain = crypt::open(&self.key, Purpose::Owed, &self.binding(), &sealed)?;
        serde_json::from_slice(&plain).map_err(|error| VaultError::File(error.into()))
    }

    async fn write(&self, plain: &[u8]) -> Result<(), VaultError> {
        let sealed = crypt::seal(&self.key, Purpose::Owed, &self.binding(), plain)?;
        let path = self.file.clone();
        blocking(move || file::replace(&path, &sealed)).await
    }

    async fn remove(&self) {
        let path = self.file.clone();
        if let Err(error) = blocking(move || file::remove(&path)).await {
            tracing::warn!(%error, "the file of owed revocations could not be removed");
        }
    }

    fn binding(&self) -> [&[u8]; 2] {
        [self.device.as_bytes(), self.account.as_bytes()]
    }
}

/// What is owed of one grant.
fn debts_of(tokens: &Tokens, now: Timestamp) -> impl Iterator<Item = Written> {
    let refresh = tokens.refresh.as_ref().map(|token| Written {
        token: token.clone(),
        kind: Kind::Refresh,
        until: later(now, REFRESH),
    });
    let access = Written {
        token: tokens.access.clone(),
        kind: Kind::Access,
        until: tokens.expires_at.unwrap_or_else(|| later(now, ACCESS)),
    };
    refresh.into_iter().chain([access])
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Access,
    Refresh,
}

#[derive(Serialize)]
struct Line<'a> {
    token: &'a str,
    kind: Kind,
    until: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    token: SecretString,
    kind: Kind,
    until: Timestamp,
}

impl From<Kind> for TokenKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Access => Self::Access,
            Kind::Refresh => Self::Refresh,
        }
    }
}

impl From<TokenKind> for Kind {
    fn from(kind: TokenKind) -> Self {
        match kind {
            TokenKind::Access => Self::Access,
            TokenKind::Refresh => Self::Refresh,
        }
    }
}
