//! What a device reports by itself: its activity log, and what security must hear of.
//!
//! Both go out with the access token of whoever is signed in, both survive restarts, and neither ever holds up a signature:
//! [`Shipper`] reads the files of the log, beside their one writer, and [`Alarms`] keeps what is to be told in files of its
//! own until it was told. No command of the application stops them, and ending or killing it only puts them off: the log
//! says what is owed, and the next start sees to it ([`settle`]).
//! They do not protect against somebody who deletes the log of this account and the alarms beside it while nobody is
//! listening: that the log ends too early, the receiver finds out; what was told is told; the rest is gone.

mod alarms;
mod owed;
mod pace;
mod shipper;

use async_trait::async_trait;
use records::{Access, AuditBatch, AuditHead, CallError, Client, SecurityEvent};

pub use alarms::{Alarms, QueueError, Told};
pub use owed::{Reporter, SettleError, is_kept, settle, told};
pub use shipper::{Fault, Round, Shipper};

/// Where reports go.
#[async_trait]
pub trait Receiver: Send + Sync {
    /// Lines of the log.
    async fn ship(&self, batch: &AuditBatch, access: &Access) -> Result<AuditHead, CallError>;

    /// Something for security.
    async fn tell(&self, event: &SecurityEvent, access: &Access) -> Result<(), CallError>;
}

#[async_trait]
impl Receiver for Client {
    async fn ship(&self, batch: &AuditBatch, access: &Access) -> Result<AuditHead, CallError> {
        self.ship_audit(batch, access).await
    }

    async fn tell(&self, event: &SecurityEvent, access: &Access) -> Result<(), CallError> {
        self.security_event(event, access).await
    }
}
