//! What is printed: texts from the catalogue, in one language, on one writer.

use std::env;
use std::io::{self, Write};

use catalogue::intent::seen;
use catalogue::{Catalogue, Fault, Locale, Value};
use serde::Serialize;

/// Where labels end and values begin.
const LABEL: usize = 24;

/// The way out.
pub struct Screen<W> {
    texts: Catalogue,
    out: W,
}

impl<W: Write> Screen<W> {
    /// In the language asked for, or that of the environment.
    pub fn new(lang: Option<&str>, out: W) -> Self {
        let environment = || {
            let variables = ["LC_ALL", "LC_MESSAGES", "LANG"];
            variables
                .into_iter()
                .filter_map(|name| env::var(name).ok())
                .find(|value| !value.is_empty())
        };
        let tag = lang
            .map(str::to_owned)
            .or_else(environment)
            .unwrap_or_default();
        Self {
            texts: Catalogue::new(Locale::nearest(&tag)),
            out,
        }
    }

    /// A text of the catalogue.
    pub fn text(&self, key: &str, args: &[(&str, Value<'_>)]) -> String {
        self.texts.text(key, args)
    }

    /// The catalogue itself.
    pub fn texts(&self) -> &Catalogue {
        &self.texts
    }

    /// A line as it stands.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    /// A line of the catalogue.
    pub fn say(&mut self, key: &str, args: &[(&str, Value<'_>)]) -> io::Result<()> {
        let line = self.text(key, args);
        self.line(&line)
    }

    /// A label and a value that somebody else wrote: made readable, so that it cannot steer the terminal or pass
    /// itself off as ours.
    pub fn field(&mut self, label_key: &str, value: &str) -> io::Result<()> {
        self.own_field(label_key, &seen(value))
    }

    /// A label and a value of our own making.
    pub fn own_field(&mut self, label_key: &str, value: &str) -> io::Result<()> {
        let label = self.text(label_key, &[]);
        let gap = " ".repeat(LABEL.saturating_sub(label.chars().count()).max(1));
        writeln!(self.out, "  {label}{gap}{value}")
    }

    /// What happened and what to do about it.
    pub fn fault(&mut self, fault: &Fault) -> io::Result<()> {
        self.line(&seen(&fault.text))?;
        self.line(&seen(&fault.remedy))
    }

    /// What was printed is there now.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// One JSON object on a line of its own.
    pub fn json(&mut self, value: &impl Serialize) -> anyhow::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        Ok(writeln!(self.out)?)
    }
}
