//! What the application's own code notes on the way: warnings and errors, on stderr as they come and in the report later.
//!
//! By the house's rule nothing that is logged holds a token, a code or a cookie.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// More than any run has to say.
const MOST: usize = 200;

/// The notes of this program.
#[derive(Clone, Default)]
pub struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    /// From here on, notes are taken.
    pub fn taken() -> Self {
        let notes = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::WARN)
            .with_ansi(false)
            .without_time()
            .with_target(false)
            .with_writer(notes.clone())
            .finish();
        // It fails only when something else of this program listens already, and then nothing is lost but the notes.
        if tracing::subscriber::set_global_default(subscriber).is_err() {
            notes.add("notes are taken elsewhere");
        }
        notes
    }

    /// What was noted so far.
    pub fn lines(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn add(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() < MOST {
            lines.push(line.to_owned());
        }
    }
}

impl<'a> MakeWriter<'a> for Notes {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The subscriber writes a whole line at a time.
impl Write for Notes {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.add(String::from_utf8_lossy(octets).trim());
        io::stderr().write_all(octets)?;
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
