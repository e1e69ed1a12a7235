//! `audit tail`: the last entries of a log, and what is written from now on.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use audit::{AuditError, Filter, Follower, Line, Measure};
use catalogue::intent::seen;
use serde_json::Value;

use super::say_broken;
use crate::Found;
use crate::screen::Screen;

/// How often a log that is followed is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Why the end of a log cannot be printed.
#[derive(Debug, thiserror::Error)]
enum TailError {
    #[error(transparent)]
    Log(#[from] AuditError),
    #[error(transparent)]
    Form(#[from] serde_json::Error),
    #[error(transparent)]
    Screen(#[from] std::io::Error),
}

/// What is printed of a log, and how.
pub(super) struct Tail {
    pub(super) filter: Filter,
    pub(super) json: bool,
}

impl Tail {
    pub(super) fn run(
        &self,
        screen: &mut Screen<impl Write>,
        log: &Path,
        lines: usize,
        follow: bool,
    ) -> anyhow::Result<Found> {
        match self.print_all(screen, log, lines, follow) {
            Err(TailError::Log(AuditError::Broken(broken))) => {
                say_broken(screen, log, &broken)?;
                Ok(Found::Wrong)
            }
            Err(error) => Err(error.into()),
            Ok(()) => Ok(Found::InOrder),
        }
    }

    fn print_all(
        &self,
        screen: &mut Screen<impl Write>,
        log: &Path,
        lines: usize,
        follow: bool,
    ) -> Result<(), TailError> {
        let end = Follower::at_end(log)?;
        let oldest = self.oldest(log, end.head().seq, lines)?;
        let before = oldest
            .map(|seq| Follower::after(log, seq - 1))
            .transpose()?;
        let mut follower = before.flatten().unwrap_or_else(|| end.clone());
        while follower.head().seq < end.head().seq {
            if !self.print_next(screen, &mut follower, end.head().seq)? {
                break;
            }
        }
        if !follow {
            return Ok(());
        }
        loop {
            self.print_next(screen, &mut follower, u64::MAX)?;
            screen.flush()?;
            std::thread::sleep(LOOK);
        }
    }

    /// The first of the last so many entries that are looked for; nothing when there are none.
    fn oldest(&self, log: &Path, end: u64, lines: usize) -> Result<Option<u64>, TailError> {
        let (mut oldest, mut found) = (None, 0);
        let mut before = Some(end + 1);
        while let Some(place) = before
            && found < lines
        {
            let page = audit::page(log, &self.filter, Some(place), lines - found)?;
            if let Some(broken) = page.broken {
                return Err(AuditError::Broken(broken).into());
            }
            found += page.entries.len();
            oldest = page.entries.last().map(|entry| entry.seq).or(oldest);
            before = page.next;
        }
        Ok(oldest)
    }

    /// Prints what comes next of what is looked for, and says whether anything came.
    fn print_next(
        &self,
        screen: &mut Screen<impl Write>,
        follower: &mut Follower,
        through: u64,
    ) -> Result<bool, TailError> {
        let measure = Measure {
            through,
            lines: 1_000,
            octets: usize::MAX,
        };
        let lines = follower.next(measure)?;
        for line in lines
            .iter()
            .filter(|line| self.filter.admits(&line.recorded))
        {
            self.print(screen, line)?;
        }
        Ok(!lines.is_empty())
    }

    fn print(&self, screen: &mut Screen<impl Write>, line: &Line) -> Result<(), TailError> {
        if self.json {
            return Ok(screen.line(&line.text)?);
        }
        let entry = &line.recorded;
        let whole = serde_json::to_value(entry)?;
        let reference = entry.reference.map(|reference| reference.to_string());
        let detail = match &whole["detail"] {
            Value::Null => String::new(),
            detail => detail.to_string(),
        };
        let actor = match &entry.actor {
            audit::Actor::Device(name) => name,
            audit::Actor::Person(person) => &person.name,
        };
        let line = format!(
            "{} {:>6}  {:<9}  {:<22} {}  {detail}",
            entry.at,
            entry.seq,
            reference.unwrap_or_default(),
            entry.event.name(),
            actor.as_str(),
        );
        Ok(screen.line(seen(&line).trim_end())?)
    }
}
