//! Searches octets for texts in the encodings in which programs keep them.
//!
//! It finds a text that lies there in one piece, as UTF-8 or as UTF-16 (little endian). What is encrypted, compressed, painted
//! or in pieces it does not find, so a search that is to find nothing stands beside one that finds what is there.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::ensure;
use memchr::memmem::Finder;

/// How a text was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// As in files and messages, and as a script engine keeps texts of ASCII alone.
    Utf8,
    /// As a script engine keeps all others.
    Utf16,
}

/// Texts to look for.
pub struct Search {
    finders: Vec<(String, Encoding, Finder<'static>)>,
    longest: usize,
}

impl Search {
    /// Looks for these.
    pub fn new(texts: &[&str]) -> Self {
        let finders: Vec<_> = texts
            .iter()
            .flat_map(|text| {
                let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                [
                    (Encoding::Utf8, text.as_bytes().to_vec()),
                    (Encoding::Utf16, wide),
                ]
                .map(|(encoding, octets)| {
                    let finder = Finder::new(&octets).into_owned();
                    ((*text).to_owned(), encoding, finder)
                })
            })
            .collect();
        let longest = finders.iter().map(|(_, _, finder)| finder.needle().len());
        Self {
            longest: longest.max().unwrap_or_default(),
            finders,
        }
    }

    /// How many octets the longest of them takes.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// What of it stands there.
    pub fn found_in(&self, octets: &[u8]) -> BTreeSet<(String, Encoding)> {
        let finders = self.finders.iter();
        finders
            .filter(|(_, _, finder)| finder.find(octets).is_some())
            .map(|(text, encoding, _)| (text.clone(), *encoding))
            .collect()
    }

    /// Which files below a folder hold any of it, by content or by name. Says in how many it looked, too.
    pub fn found_below(
        &self,
        folder: &Path,
    ) -> anyhow::Result<(BTreeSet<(PathBuf, String)>, usize)> {
        ensure!(folder.is_dir(), "{} is no folder", folder.display());
        let mut found = BTreeSet::new();
        let mut looked = 0;
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in unless_gone(std::fs::read_dir(&folder))?
                .into_iter()
                .flatten()
            {
                let entry = entry?;
                let path = entry.path();
                let name = path.as_os_str().as_encoded_bytes().to_vec();
                let mut here = self.found_in(&name);
                let kind = unless_gone(entry.file_type())?;
                if kind.is_some_and(|kind| kind.is_dir()) {
                    folders.push(path.clone());
                } else if kind.is_some_and(|kind| kind.is_file())
                    && let Some(octets) = unless_gone(std::fs::read(&path))?
                {
                    looked += 1;
                    here.append(&mut self.found_in(&octets));
                }
                found.extend(here.into_iter().map(|(text, _)| (path.clone(), text)));
            }
        }
        Ok((found, looked))
    }
}

/// None of what went away between the list and the look.
fn unless_gone<Found>(found: io::Result<Found>) -> io::Result<Option<Found>> {
    match found {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}
