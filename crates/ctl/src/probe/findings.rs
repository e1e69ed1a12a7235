//! What the probe finds out, one check at a time: a stable name, how it stands, and a text that says why.

use catalogue::intent::seen;
use catalogue::{Catalogue, Value};
use serde::Serialize;

/// How a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Ok,
    /// Worth knowing; it does not stand in the way of a signature.
    Warn,
    /// It stands in the way of a signature, or of the application.
    Fail,
    /// It was not, or cannot honestly be, measured here.
    Skipped,
}

impl Status {
    /// The key of its text.
    pub const fn text_key(self) -> &'static str {
        match self {
            Self::Ok => "probe-status-ok",
            Self::Warn => "probe-status-warn",
            Self::Fail => "probe-status-fail",
            Self::Skipped => "probe-status-skipped",
        }
    }

    /// The word of the contract, which is also the report's class.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
        }
    }
}

/// One check, before it is put into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub name: &'static str,
    pub status: Status,
    text: &'static str,
    args: Vec<(&'static str, String)>,
}

/// One check, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub status: Status,
    pub detail: String,
}

/// A check that is as it should be.
pub fn ok(name: &'static str, text: &'static str) -> Finding {
    finding(name, Status::Ok, text)
}

/// A check that is worth knowing about.
pub fn warn(name: &'static str, text: &'static str) -> Finding {
    finding(name, Status::Warn, text)
}

/// A check that stands in the way.
pub fn fail(name: &'static str, text: &'static str) -> Finding {
    finding(name, Status::Fail, text)
}

/// A check that was not measured.
pub fn skipped(name: &'static str, text: &'static str) -> Finding {
    finding(name, Status::Skipped, text)
}

/// A check that an earlier end kept from being made.
pub fn not_reached(name: &'static str) -> Finding {
    skipped(name, "probe-not-reached")
}

fn finding(name: &'static str, status: Status, text: &'static str) -> Finding {
    Finding {
        name,
        status,
        text,
        args: Vec::new(),
    }
}

impl Finding {
    /// The same, with a value for its text that somebody else wrote: made readable, so that it cannot steer a terminal.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "most values are made on the spot"
    )]
    pub fn with(self, name: &'static str, value: impl ToString) -> Self {
        let value = seen(&value.to_string());
        self.own(name, value)
    }

    /// The same, with a value for its text that we wrote.
    #[must_use]
    pub fn own(mut self, name: &'static str, value: String) -> Self {
        self.args.push((name, value));
        self
    }

    /// The same in words.
    pub fn told(&self, texts: &Catalogue) -> Check {
        let args: Vec<(&str, Value<'_>)> = self
            .args
            .iter()
            .map(|(name, value)| (*name, value.into()))
            .collect();
        Check {
            name: self.name,
            status: self.status,
            detail: texts.text(self.text, &args),
        }
    }
}
