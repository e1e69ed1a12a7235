//! How often somebody else authenticated in the ceremonies of a session, as the log has it.
//!
//! A session goes on after a restart, and what was counted in it goes on as well: otherwise whoever restarts the program
//! would open what repeated mismatches locked.

use std::path::Path;

use crate::chain::Recorded;
use crate::error::AuditError;
use crate::event::{Actor, Event, Person};
use crate::look::{self, Filter};

/// How many entries are read from the files at a time.
const CHUNK: usize = 20_000;

/// What was counted in a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mismatches {
    /// Since its person signed in.
    pub in_session: u32,
    /// Since signing was last unlocked in it.
    pub since_unlocked: u32,
}

/// What was counted since this person last signed in here. None: the log knows of no such sign-in, so it was begun anew
/// since then, or cut off.
pub fn mismatches(log: &Path, person: &Person) -> Result<Option<Mismatches>, AuditError> {
    let mut counted = Mismatches::default();
    let mut unlocked = false;
    let mut before = None;
    loop {
        let page = look::page(log, &Filter::default(), before, CHUNK)?;
        let theirs = page.entries.iter().filter(|one| is_of(one, person));
        for recorded in theirs {
            match &recorded.event {
                Event::SignedIn { .. } | Event::SwitchedUser { .. } => return Ok(Some(counted)),
                Event::SigningUnlocked { .. } => unlocked = true,
                Event::SignerMismatch { .. } => {
                    counted.in_session += 1;
                    counted.since_unlocked += u32::from(!unlocked);
                }
                _ => {}
            }
        }
        if let Some(broken) = page.broken {
            return Err(AuditError::Broken(broken));
        }
        before = page.next;
        if before.is_none() {
            return Ok(None);
        }
    }
}

/// Whether it is this person's. What somebody is called may change; who they are does not.
fn is_of(recorded: &Recorded, person: &Person) -> bool {
    matches!(&recorded.actor, Actor::Person(actor)
        if actor.iss == person.iss && actor.subject == person.subject)
}
