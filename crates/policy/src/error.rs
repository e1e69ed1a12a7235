//! What can be wrong with a policy.

use crate::Source;

/// A policy that cannot be used: nothing is signed until it is mended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{origin}: {problem}", .key.as_ref().map(|key| format!("{key}, from ")).unwrap_or_default())]
pub struct PolicyError {
    /// The key, unless the source as a whole is at fault.
    pub key: Option<String>,
    /// Where the value stands.
    pub origin: Source,
    /// What is wrong with it.
    pub problem: Box<Problem>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No field has this key.
    #[error("there is no such key; known are {known}")]
    UnknownKey {
        /// What could have been meant.
        known: String,
    },
    /// A number where a text belongs, or the like.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// The field's type.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// The right type, but not a permitted value.
    #[error("{found} is not permitted; permitted is {allowed}")]
    NotPermitted {
        /// What would be.
        allowed: String,
        /// What stands there.
        found: String,
    },
    /// An address that is neither https nor, for development, http to a literal loopback address.
    #[error("{found} is not an https address")]
    NotHttps {
        /// What stands there.
        found: String,
    },
    /// A field without default has no value anywhere.
    #[error("no value is set")]
    Missing,
    /// Two fields exclude each other.
    #[error("{found} does not go with {other}; permitted is {allowed}")]
    Contradiction {
        /// The other field and its value.
        other: String,
        /// What would be permitted.
        allowed: String,
        /// What stands there.
        found: String,
    },
    /// The source sets a field that only machine policy may set.
    #[error("only machine policy may set this")]
    NotForUsers,
    /// The source exists but cannot be read.
    #[error("cannot be read: {detail}")]
    Unreadable {
        /// What the operating system said.
        detail: String,
    },
    /// The file is not TOML.
    #[error("line {line}: {detail}")]
    Syntax {
        /// Counted from one.
        line: usize,
        /// What the parser said.
        detail: String,
    },
    /// Accounts other than the owner may write to the machine policy, so it binds nobody.
    #[error("other accounts may write to it")]
    WritableByOthers,
    /// A policy file was named on the command line of a machine that has a machine policy.
    #[error("not honoured, because this machine has a machine policy")]
    FileRefused,
}

impl PolicyError {
    pub(crate) fn of_key(key: impl Into<String>, origin: &Source, problem: Problem) -> Self {
        Self {
            key: Some(key.into()),
            origin: origin.clone(),
            problem: Box::new(problem),
        }
    }

    pub(crate) fn of_source(origin: &Source, problem: Problem) -> Self {
        Self {
            key: None,
            origin: origin.clone(),
            problem: Box::new(problem),
        }
    }

    /// The stable name, under which the catalogue has the text (`err-…`) and the remedy (`rec-…`).
    pub fn code(&self) -> &'static str {
        match *self.problem {
            Problem::UnknownKey { .. } => "policy-unknown-key",
            Problem::WrongType { .. } => "policy-wrong-type",
            Problem::NotPermitted { .. } => "policy-not-permitted",
            Problem::NotHttps { .. } => "policy-not-https",
            Problem::Missing => "policy-missing",
            Problem::Contradiction { .. } => "policy-contradiction",
            Problem::NotForUsers => "policy-not-for-users",
            Problem::Unreadable { .. } => "policy-unreadable",
            Problem::Syntax { .. } => "policy-syntax",
            Problem::WritableByOthers => "policy-writable-by-others",
            Problem::FileRefused => "policy-file-refused",
        }
    }

    /// The key of the remedy in the catalogue.
    pub fn remedy_key(&self) -> String {
        format!("rec-{}", self.code())
    }

    /// What the texts of the catalogue take in. Every text gets `key` and `source`.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let mut args = vec![
            ("key", self.key.clone().unwrap_or_default()),
            ("source", self.origin.to_string()),
        ];
        match &*self.problem {
            Problem::UnknownKey { known } => args.push(("allowed", known.clone())),
            Problem::WrongType { expected, found } => {
                args.extend([
                    ("allowed", (*expected).to_owned()),
                    ("found", (*found).to_owned()),
                ]);
            }
            Problem::NotPermitted { allowed, found } => {
                args.extend([("allowed", allowed.clone()), ("found", found.clone())]);
            }
            Problem::NotHttps { found } => args.push(("found", found.clone())),
            Problem::Contradiction {
                other,
                allowed,
                found,
            } => args.extend([
                ("other", other.clone()),
                ("allowed", allowed.clone()),
                ("found", found.clone()),
            ]),
            Problem::Unreadable { detail } => args.push(("detail", detail.clone())),
            Problem::Syntax { line, detail } => {
                args.extend([("line", line.to_string()), ("detail", detail.clone())]);
            }
            Problem::Missing
            | Problem::NotForUsers
            | Problem::WritableByOthers
            | Problem::FileRefused => {}
        }
        args
    }
}
