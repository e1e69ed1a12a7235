//! `countersignctl export`: a signature in human-readable form, for paper and for an inspection (21 CFR 11.10(b)).
//!
//! The page says what verification found. Of a file that is not valid there is a page as well, and it calls what the
//! file says a claim. Whoever may change the page afterwards may change what it says: the evidence is the record.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use clap::Args;
use manifestation::{Checked, Verdict};

use crate::Found;
use crate::archive;
use crate::screen::Screen;

#[derive(Args)]
pub struct Export {
    /// Evidence as the application saves it.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// As one HTML page without scripts or anything to load, to read and to print.
    #[arg(long, required = true)]
    html: bool,
    /// Where the page goes; an older one is replaced. To stdout unless given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// An archive, or a folder with archives: whom to trust, and the keys they had. See `archive`.
    #[arg(long, value_name = "FILE_OR_DIR")]
    archive: PathBuf,
}

impl Export {
    pub fn run(self, screen: &mut Screen<impl Write>) -> anyhow::Result<Found> {
        let archive = archive::load(&self.archive)?;
        let octets = archive::read_limited(&self.file)?;
        let checked = Checked::offline(&octets, &archive, screen.texts());
        let page = manifestation::page(&name(&self.file), &checked, screen.texts());
        match &self.out {
            Some(out) => {
                ensure!(
                    !is_same_file(out, &self.file),
                    "{} would be overwritten by its own page",
                    self.file.display()
                );
                archive::replace(out, page.as_bytes())?;
                let path = catalogue::intent::seen(&out.display().to_string());
                let args = [("path", (&path).into()), ("title", (&checked.title).into())];
                screen.say("ctl-exported", &args)?;
            }
            None => screen.line(&page)?,
        }
        Ok(match checked.verdict {
            Verdict::Valid => Found::InOrder,
            Verdict::Invalid(_) => Found::Wrong,
        })
    }
}

/// The file's name alone: where it lay here is nobody's business on paper.
fn name(file: &Path) -> String {
    file.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// What does not exist yet is no other file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
