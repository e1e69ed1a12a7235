//! Which files are meant: those that are named, and the evidence in folders that are named.
//!
//! Nothing is left out in silence. What a folder holds beside evidence is counted on stderr, and a folder within a
//! folder, where more evidence may lie, keeps the whole from being in order.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::archive;
use crate::screen::Screen;

/// A file to check, or why one cannot be.
pub struct Candidate {
    pub path: PathBuf,
    pub problem: Option<String>,
}

/// Everything that the command line names, in its order; what is in a folder, in the order of the names.
pub fn candidates(
    named: &[PathBuf],
    screen: &Screen<impl Write>,
) -> anyhow::Result<Vec<Candidate>> {
    let mut all = Vec::new();
    for path in named {
        if path.is_dir() {
            all.extend(within(path, screen)?);
        } else {
            all.push(Candidate::file(path.clone()));
        }
    }
    Ok(all)
}

impl Candidate {
    fn file(path: PathBuf) -> Self {
        Self {
            path,
            problem: None,
        }
    }

    fn problem(path: &Path, problem: String) -> Self {
        Self {
            path: path.to_owned(),
            problem: Some(problem),
        }
    }
}

fn within(folder: &Path, screen: &Screen<impl Write>) -> anyhow::Result<Vec<Candidate>> {
    let mut entries = match entries(folder) {
        Ok(entries) => entries,
        Err(error) => return Ok(vec![Candidate::problem(folder, error.to_string())]),
    };
    entries.sort();
    let mut found = Vec::new();
    let mut left: i64 = 0;
    for path in entries {
        if path.is_dir() {
            let problem = screen.text("ctl-folder-within", &[]);
            found.push(Candidate::problem(&path, problem));
        } else if may_be_evidence(&path) {
            found.push(Candidate::file(path));
        } else {
            left += 1;
        }
    }
    if found.is_empty() {
        let problem = screen.text("ctl-folder-empty", &[]);
        found.push(Candidate::problem(folder, problem));
    }
    if left > 0 {
        let path = catalogue::intent::readable(&folder.display().to_string());
        let args = [("path", (&path).into()), ("count", left.into())];
        writeln!(io::stderr(), "{}", screen.text("ctl-folder-left", &args))?;
    }
    Ok(found)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect()
}

/// A `.json` that cannot be read, or is broken, may have been evidence; only what says that it is an archive was not.
fn may_be_evidence(path: &Path) -> bool {
    let is_json = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    is_json
        && archive::read_limited(path)
            .map_or(true, |octets| !archive::says_it_is_an_archive(&octets))
}
