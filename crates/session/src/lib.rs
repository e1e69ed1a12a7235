//! Who is signed in: sign-in, the tokens and where they are kept, their renewal, sign-out.
//!
//! A session is one person on one device. Its tokens live in memory and, where policy allows and a keyring exists, in an
//! encrypted file. What happens here is returned as typed results; the caller writes the audit log from them.
//!
//! Nothing in here signs, and a ceremony never gets hold of a session.

mod authentication;
mod ending;
mod freshness;
pub mod input;
mod kept;
mod limit;
pub mod lock;
mod presence;
mod restore;
mod revocation;
mod session;
mod sign_in;
mod sign_out;
mod unlock;
pub mod vault;

pub use ending::Forgotten;
pub use limit::Limit;
pub use restore::{Restored, Unusable, restore};
pub use revocation::settle;
pub use session::{AccessError, Person, Session, SessionEnd};
pub use sign_in::{SignIn, SignInError, SignedIn};
pub use sign_out::{IdpSessionEnd, SignedOut, TokenEnd};
pub use unlock::{Newcomer, Unlocked};
pub use vault::{Kept, MemoryOnly, OsKeyring, OutboxKey, Owed, Place, Vault, VaultError};
