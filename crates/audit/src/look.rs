//! The log as a person looks through it: newest first, a page at a time, and only what they look for.
//!
//! Every entry that is shown is whole in itself and follows from the one shown before it. That nothing is missing before
//! the first is for [`crate::verify`] to say.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use jiff::Timestamp;

use crate::chain::{Head, Recorded};
use crate::error::AuditError;
use crate::event::{Actor, Group};
use crate::phrase::Digest;
use crate::segments::{self, SEGMENT};
use crate::verify::{Break, Fault};
use crate::walk::fault;

/// The most entries that are looked at for one page: a filter that nothing meets does not read years at once.
const MAX_EXAMINED: usize = 20_000;

/// What is looked for. What is not set leaves everything in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only events of these groups; all of them when there is none.
    pub groups: Vec<Group>,
    /// Only events of this name.
    pub event: Option<String>,
    /// Only what somebody did whose name has this in it, or whose identifier is exactly this; also devices.
    pub actor: Option<String>,
    /// Only what stands under a reference that has this in it, however it is typed.
    pub reference: Option<String>,
    /// Nothing before.
    pub from: Option<Timestamp>,
    /// Nothing at this time or later.
    pub until: Option<Timestamp>,
}

/// A page of entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub entries: Vec<Recorded>,
    /// Where older ones are asked for; none when there are none.
    pub next: Option<u64>,
    /// Where the page ends because the log does not hold together.
    pub broken: Option<Break>,
}

/// The newest `limit` entries that the filter lets through, before entry `before`. It may be open for writing elsewhere.
pub fn page(
    log: &Path,
    filter: &Filter,
    before: Option<u64>,
    limit: usize,
) -> Result<Page, AuditError> {
    let mut page = Page::default();
    let mut examined = 0;
    let mut hash = None;
    for number in segments::present(log)?.into_iter().rev() {
        let octets = octets(&segments::path(log, number))?;
        let lines = lines(&octets);
        let Some(first) = lines.first() else {
            continue;
        };
        let first = match Head::of(first) {
            Ok((first, _)) => first.seq,
            Err(mismatch) => {
                page.broken = Some(Break {
                    segment: number,
                    line: 1,
                    seq: 0,
                    fault: fault(mismatch, Head::START),
                });
                return Ok(page);
            }
        };
        let wanted = before.map_or(u64::MAX, |before| before.saturating_sub(first));
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        for (index, line) in lines.iter().enumerate().take(wanted).rev() {
            let place = Break {
                segment: number,
                line: index as u64 + 1,
                seq: first + index as u64,
                fault: Fault::Changed,
            };
            match checked(line, &place, hash) {
                Ok(recorded) => {
                    hash = Some(recorded.prev);
                    page.next = Some(recorded.seq).filter(|seq| *seq > 1);
                    examined += 1;
                    if filter.admits(&recorded) {
                        page.entries.push(recorded);
                    }
                }
                Err(fault) => {
                    page.broken = Some(Break { fault, ..place });
                    page.next = None;
                    return Ok(page);
                }
            }
            if page.entries.len() >= limit || examined >= MAX_EXAMINED {
                return Ok(page);
            }
        }
    }
    Ok(page)
}

impl Filter {
    /// Whether this entry is among what is looked for.
    pub fn admits(&self, recorded: &Recorded) -> bool {
        let event = &recorded.event;
        (self.groups.is_empty() || self.groups.contains(&event.group()))
            && self.event.as_ref().is_none_or(|name| name == event.name())
            && self
                .actor
                .as_ref()
                .is_none_or(|who| is(who, &recorded.actor))
            && self.reference.as_ref().is_none_or(|typed| {
                let reference = recorded.reference.map(|reference| reference.to_string());
                reference.is_some_and(|reference| spoken(&reference).contains(&spoken(typed)))
            })
            && self.from.is_none_or(|from| recorded.at >= from)
            && self.until.is_none_or(|until| recorded.at < until)
    }
}

fn is(who: &str, actor: &Actor) -> bool {
    let (name, subject) = match actor {
        Actor::Device(name) => (name, None),
        Actor::Person(person) => (&person.name, Some(&person.subject)),
    };
    let is_subject = subject.is_some_and(|claims| claims.values().any(|id| id.as_str() == who));
    is_subject || name.as_str().to_lowercase().contains(&who.to_lowercase())
}

/// A reference, or a part of one, as it is read out: without hyphens, small letters and letters that look like digits.
fn spoken(text: &str) -> String {
    let letters = text.trim().chars().filter(|letter| *letter != '-');
    letters
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// The entry in this line, if it is the one that belongs here and has the hash that the next one names.
fn checked(line: &[u8], place: &Break, hash: Option<Digest>) -> Result<Recorded, Fault> {
    let before = Head {
        seq: place.seq - 1,
        hash: Digest::NONE,
    };
    let (recorded, head) = Head::of(line).map_err(|mismatch| fault(mismatch, before))?;
    if recorded.seq != place.seq {
        return Err(Fault::OutOfOrder {
            expected: place.seq,
            found: recorded.seq,
        });
    }
    match hash {
        Some(hash) if hash != head.hash => Err(Fault::Detached),
        _ => Ok(recorded),
    }
}

/// A segment is never longer than it may become.
fn octets(path: &Path) -> Result<Vec<u8>, AuditError> {
    let mut octets = Vec::new();
    File::open(path)
        .and_then(|file| file.take(SEGMENT).read_to_end(&mut octets))
        .map_err(|error| AuditError::from_io(path, error))?;
    Ok(octets)
}

/// The lines that have an end. One without may be on its way to the disk.
fn lines(octets: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<_> = octets.split(|octet| *octet == b'\n').collect();
    lines.pop();
    lines
}
