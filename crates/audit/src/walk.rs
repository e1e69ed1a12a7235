//! Reading the chain line by line, and checking that each line follows the one before.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::chain::{Head, Mismatch, Recorded};
use crate::error::AuditError;
use crate::segments;
use crate::verify::{Break, Fault};

/// No entry is longer; a longer line is not read to its end.
pub(crate) const MAX_LINE: u64 = 64 * 1024;

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub segment: u32,
    /// In its segment, counted from one.
    pub line: u64,
}

/// What a walk over the log found.
#[derive(Debug)]
pub(crate) struct Walked {
    /// The last entry of those that hold together.
    pub head: Head,
    /// Segments that are there and hold together so far.
    pub segments: u32,
    pub broken: Option<Break>,
    /// The last segment that was looked at.
    pub last: Segment,
}

/// What a walk over one segment found.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    /// Entries that hold together.
    pub lines: u64,
    /// Octets of the entries that hold together.
    pub whole: u64,
    /// The octets of a last line without end.
    pub torn: Vec<u8>,
}

/// Walks over all segments.
pub(crate) fn all(
    log: &Path,
    mut each: impl FnMut(Place, &Recorded, Head),
) -> Result<Walked, AuditError> {
    let present = segments::present(log)?;
    if present.is_empty() {
        let missing = std::io::ErrorKind::NotFound.into();
        return Err(AuditError::from_io(log, missing));
    }
    from(log, &present, Head::START, 0, &mut each)
}

/// Walks over the newest segment that holds entries. Of the earlier ones it looks at both ends alone, and whether the next
/// one follows. Where it does not, it walks over everything, to say where the log is broken.
pub(crate) fn recent(
    log: &Path,
    present: &[u32],
    mut each: impl FnMut(Place, &Recorded, Head),
) -> Result<Walked, AuditError> {
    match before_newest(log, present)? {
        Some((head, newest)) => from(log, present, head, newest, &mut each),
        None => all(log, each),
    }
}

/// The newest segment that holds entries, and the head before it; nothing when the earlier ones do not lead there.
fn before_newest(log: &Path, present: &[u32]) -> Result<Option<(Head, u32)>, AuditError> {
    let mut head = Head::START;
    let newest = match present {
        [.., before, last] if is_empty(log, *last)? => *before,
        [.., last] => *last,
        [] => 0,
    };
    for (expected, number) in (0..).zip(present.iter().copied()) {
        if number != expected {
            return Ok(None);
        }
        if number == newest {
            return Ok(Some((head, newest)));
        }
        match ends(&segments::path(log, number))? {
            Some((first, last)) if head.precedes(&first) && last.seq >= first.seq => head = last,
            _ => return Ok(None),
        }
    }
    Ok(None)
}

fn is_empty(log: &Path, number: u32) -> Result<bool, AuditError> {
    let path = segments::path(log, number);
    let metadata = std::fs::metadata(&path);
    metadata
        .map(|metadata| metadata.len() == 0)
        .map_err(|error| AuditError::from_io(&path, error))
}

/// Walks from segment `first` on, which begins after `head`.
pub(crate) fn from(
    log: &Path,
    present: &[u32],
    head: Head,
    first: u32,
    each: &mut impl FnMut(Place, &Recorded, Head),
) -> Result<Walked, AuditError> {
    let last = present.last().copied().unwrap_or_default();
    let mut walked = Walked {
        head,
        segments: first,
        broken: None,
        last: Segment::default(),
    };
    for number in first..=last {
        walked.broken = if present.binary_search(&number).is_ok() {
            one(log, number, &mut walked, each)?
        } else {
            Some(Break {
                segment: number,
                line: 1,
                seq: walked.head.seq + 1,
                fault: Fault::Missing,
            })
        };
        if walked.broken.is_some() {
            break;
        }
        walked.segments = number + 1;
    }
    Ok(walked)
}

/// Walks over one segment, and moves `walked` on.
fn one(
    log: &Path,
    number: u32,
    walked: &mut Walked,
    each: &mut impl FnMut(Place, &Recorded, Head),
) -> Result<Option<Break>, AuditError> {
    let path = segments::path(log, number);
    let failed = |error| AuditError::from_io(&path, error);
    let mut reader = BufReader::new(File::open(&path).map_err(failed)?);
    let mut segment = Segment::default();
    let mut place = Place {
        segment: number,
        line: 0,
    };
    let mut line = Vec::new();
    let fault = loop {
        place.line += 1;
        match next_line(&mut reader, &mut line).map_err(failed)? {
            Next::End => break None,
            Next::Torn => {
                segment.torn = std::mem::take(&mut line);
                break Some(Fault::Incomplete);
            }
            Next::TooLong => break Some(Fault::Changed),
            Next::Line => {}
        }
        match walked.head.follow(&line) {
            Ok((recorded, head)) => {
                walked.head = head;
                segment.whole += line.len() as u64 + 1;
                segment.lines = place.line;
                each(place, &recorded, head);
            }
            Err(mismatch) => break Some(fault(mismatch, walked.head)),
        }
    };
    walked.last = segment;
    Ok(fault.map(|fault| Break {
        segment: number,
        line: place.line,
        seq: walked.head.seq + 1,
        fault,
    }))
}

/// What reading one line came to.
pub(crate) enum Next {
    /// It is there, without its end.
    Line,
    /// There is a part of one.
    Torn,
    /// Its end is not where any entry would have it.
    TooLong,
    /// Nothing is there.
    End,
}

/// Reads one line, without its end, into `line`.
pub(crate) fn next_line(
    reader: &mut impl std::io::BufRead,
    line: &mut Vec<u8>,
) -> std::io::Result<Next> {
    line.clear();
    let length = reader.take(MAX_LINE).read_until(b'\n', line)?;
    Ok(if length == 0 {
        Next::End
    } else if line.pop_if(|last| *last == b'\n').is_some() {
        Next::Line
    } else if length as u64 == MAX_LINE {
        Next::TooLong
    } else {
        Next::Torn
    })
}

/// What is wrong with a line that does not follow.
pub(crate) fn fault(mismatch: Mismatch, before: Head) -> Fault {
    match mismatch {
        Mismatch::Form | Mismatch::Hash => Fault::Changed,
        Mismatch::Number(found) => Fault::OutOfOrder {
            expected: before.seq + 1,
            found,
        },
        Mismatch::Link => Fault::Detached,
    }
}

/// The first and the last entry of a segment, each whole in itself; nothing when one of them is not, or there is none.
pub(crate) fn ends(path: &Path) -> Result<Option<(Recorded, Head)>, AuditError> {
    let Some((first, _)) = first(path)? else {
        return Ok(None);
    };
    let failed = |error| AuditError::from_io(path, error);
    let mut file = File::open(path).map_err(failed)?;
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    file.seek(SeekFrom::Start(length.saturating_sub(MAX_LINE)))
        .map_err(failed)?;
    let mut end = Vec::new();
    file.take(MAX_LINE).read_to_end(&mut end).map_err(failed)?;
    let Some(end) = end.strip_suffix(b"\n") else {
        return Ok(None);
    };
    let last = end.rsplit(|octet| *octet == b'\n').next().unwrap_or(end);
    Ok(Head::of(last).ok().map(|(_, head)| (first, head)))
}

/// The first entry of a segment, if it is there and whole in itself.
pub(crate) fn first(path: &Path) -> Result<Option<(Recorded, Head)>, AuditError> {
    let failed = |error| AuditError::from_io(path, error);
    let mut reader = BufReader::new(File::open(path).map_err(failed)?);
    let mut line = Vec::new();
    Ok(match next_line(&mut reader, &mut line).map_err(failed)? {
        Next::Line => Head::of(&line).ok(),
        Next::Torn | Next::TooLong | Next::End => None,
    })
}
