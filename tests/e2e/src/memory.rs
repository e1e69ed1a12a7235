//! What the processes that show and load the pages have in their memory.
//!
//! It reads as an administrator, or another program of the same person, could read: every page of memory that is present or
//! swapped out, but for those that merely show a file of the operating system and cannot be written to.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use anyhow::{Context, ensure};

use crate::app::App;
use crate::search::{Encoding, Search};

/// Octets on one page of memory, as on every machine that this runs on.
const PAGE: u64 = 4096;
/// How much is read at once.
const PART: usize = 1 << 20;
/// A page is in memory (bit 63) or swapped out (bit 62).
const PRESENT: u64 = 0b11 << 62;

/// A text in the memory of a process.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trace {
    /// The process.
    pub process: String,
    /// The text.
    pub text: String,
    /// As it stood there.
    pub encoding: Encoding,
}

impl App {
    /// Which of these texts the memory of the web engine's processes holds.
    pub fn page_memory(&self, texts: &[&str]) -> anyhow::Result<BTreeSet<Trace>> {
        let search = Search::new(texts);
        let mut found = BTreeSet::new();
        let mut looked = 0;
        for (pid, process) in self.page_processes() {
            // A process that ends while it is looked at has nothing any more.
            let Ok(memory) = Memory::of(pid) else {
                continue;
            };
            let looked_here = memory.search(&search, &mut |text, encoding| {
                found.insert(Trace {
                    process: process.clone(),
                    text,
                    encoding,
                });
            })?;
            looked += looked_here * u64::from(process.starts_with("WebKitWebProc"));
        }
        ensure!(
            looked > 8 << 20,
            "a page's process is larger than {looked} octets"
        );
        Ok(found)
    }
}

struct Memory {
    areas: Vec<(u64, u64)>,
    octets: File,
    present: File,
}

impl Memory {
    fn of(pid: u32) -> anyhow::Result<Self> {
        let maps = std::fs::read_to_string(format!("/proc/{pid}/maps"))?;
        Ok(Self {
            areas: maps.lines().filter_map(area).collect(),
            octets: File::open(format!("/proc/{pid}/mem"))?,
            present: File::open(format!("/proc/{pid}/pagemap"))?,
        })
    }

    /// Searches everything; says how many octets that were.
    fn search(
        &self,
        search: &Search,
        tell: &mut impl FnMut(String, Encoding),
    ) -> anyhow::Result<u64> {
        let mut part = vec![0; PART];
        let (mut looked, mut missed) = (0_u64, 0_u64);
        for (start, end) in self.areas.iter().copied() {
            let runs = self.runs(start, end)?;
            let parts = runs
                .iter()
                .flat_map(|(start, end)| parts(*start, *end, search.longest()));
            for (at, length) in parts {
                let part = &mut part[..length];
                if read_at(&self.octets, part, at).is_err() {
                    // Given back since it was listed.
                    missed += length as u64;
                    continue;
                }
                looked += length as u64;
                for (text, encoding) in search.found_in(part) {
                    tell(text, encoding);
                }
            }
        }
        ensure!(
            missed <= looked / 8,
            "{missed} octets could not be read, beside {looked}"
        );
        Ok(looked)
    }

    /// The parts of an area that are there.
    fn runs(&self, start: u64, end: u64) -> anyhow::Result<Vec<(u64, u64)>> {
        let mut runs: Vec<(u64, u64)> = Vec::new();
        let mut entries = vec![0; 8 * 65536];
        let mut at = start;
        while at < end {
            let pages = usize::try_from((end - at) / PAGE)?.min(65536);
            let entries = &mut entries[..8 * pages];
            if read_at(&self.present, entries, at / PAGE * 8).is_err() {
                break;
            }
            for entry in entries.chunks_exact(8) {
                let entry = u64::from_le_bytes(entry.try_into().context("eight octets")?);
                if entry & PRESENT != 0 {
                    match runs.last_mut() {
                        Some(run) if run.1 == at => run.1 += PAGE,
                        _ => runs.push((at, at + PAGE)),
                    }
                }
                at += PAGE;
            }
        }
        Ok(runs)
    }
}

/// What is read at once, one after the other: each begins so far before the end of the one before that no text of this length
/// lies between them.
fn parts(start: u64, end: u64, longest: usize) -> impl Iterator<Item = (u64, usize)> {
    let step = (PART - longest.min(PART - 1)) as u64;
    let mut next = Some(start);
    std::iter::from_fn(move || {
        let at = next.filter(|at| *at < end)?;
        let length = usize::try_from(end - at).unwrap_or(PART).min(PART);
        next = (at + (length as u64) < end).then_some(at + step);
        Some((at, length))
    })
}

/// Where an area begins and ends, unless nothing of the process's own can be in it:
/// `7f00a000-7f00c000 rw-p 00000000 00:00 0   [heap]`.
fn area(line: &str) -> Option<(u64, u64)> {
    let mut fields = line.split_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let may = fields.next()?;
    let name = fields.nth(3).unwrap_or_default();
    let of_a_file = name.starts_with('/') && !may.contains('w') && !line.ends_with("(deleted)");
    let of_the_kernel = matches!(name, "[vvar]" | "[vvar_vclock]" | "[vdso]" | "[vsyscall]");
    if !may.starts_with('r') || of_a_file || of_the_kernel {
        return None;
    }
    let read = |number: &str| u64::from_str_radix(number, 16).ok();
    Some((read(start)?, read(end)?))
}

fn read_at(mut file: &File, octets: &mut [u8], at: u64) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(octets)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_text_in_memory_is_found_in_either_encoding() {
        let narrow = String::from("here is ") + std::hint::black_box("narrow-4711");
        let wide: Vec<u16> = (String::from("here is ") + std::hint::black_box("wide-0815"))
            .encode_utf16()
            .collect();
        let search = Search::new(&["is narrow-4711", "is wide-0815", "is no\u{7f}where"]);

        let mut found = BTreeSet::new();
        Memory::of(std::process::id())
            .unwrap()
            .search(&search, &mut |text, encoding| {
                found.insert((text, encoding));
            })
            .unwrap();
        std::hint::black_box((narrow, wide));

        assert!(found.contains(&("is narrow-4711".to_owned(), Encoding::Utf8)));
        assert!(found.contains(&("is wide-0815".to_owned(), Encoding::Utf16)));
    }

    #[test]
    fn no_text_lies_between_two_parts() {
        let (start, end, longest) = (5 * PAGE, 5 * PAGE + 3 * PART as u64 + 7, 100);
        let parts: Vec<_> = parts(start, end, longest).collect();

        for at in start..=end - longest as u64 {
            let whole = parts
                .iter()
                .any(|(from, length)| *from <= at && at + longest as u64 <= from + *length as u64);
            assert!(whole, "{at}");
        }
        assert_eq!(parts.iter().filter(|(at, _)| *at >= end).count(), 0);
    }

    #[test]
    fn libraries_and_the_kernel_are_left_out_and_shared_memory_is_not() {
        let lines = [
            ("1000-2000 rw-p 00000000 00:00 0 [heap]", true),
            ("1000-2000 r--p 00000000 00:00 0", true),
            ("1000-2000 ---p 00000000 00:00 0", false),
            (
                "1000-2000 r-xp 00000000 08:01 42 /usr/lib/libwebkit.so",
                false,
            ),
            (
                "1000-2000 rw-p 00000000 08:01 42 /usr/lib/libwebkit.so",
                true,
            ),
            (
                "1000-2000 r--s 00000000 00:01 42 /memfd:WebKitSharedMemory (deleted)",
                true,
            ),
            ("1000-2000 r--p 00000000 00:00 0 [vvar]", false),
        ];
        for (line, looked_at) in lines {
            assert_eq!(area(line).is_some(), looked_at, "{line}");
        }
    }
}
