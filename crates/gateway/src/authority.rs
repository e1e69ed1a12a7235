//! Who may sign what, as rules in a file.
//!
//! A rule permits: people whose subject claim has one of the values may sign amendments of its kinds with its meanings.
//! What no rule permits is forbidden. The file is read once, when the gateway starts; whoever can write to it decides
//! who may sign.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use evidence::Subject;
use records::fields::Kind;
use records::wire::Meaning;
use serde::Deserialize;

use crate::config::Authority;

/// The rules of a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Each of them permits something.
    may_sign: Vec<Rule>,
}

/// `[[may_sign]]`: who, what, and with which meaning.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// A subject claim: `sub`.
    claim: String,
    /// Its values for the people who may.
    values: BTreeSet<String>,
    /// The kinds of records.
    kinds: Vec<Kind>,
    /// The codes of the meanings.
    meanings: BTreeSet<String>,
}

/// Rules that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The file.
    #[error("the authority file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Its text.
    #[error("the authority rules cannot be understood")]
    Malformed(#[from] toml::de::Error),
    /// There is no rule, so nobody could sign anything.
    #[error("there is no authority rule, so nobody could sign anything")]
    Empty,
    /// A rule that can never permit anything is a mistake.
    #[error("authority rule {number} permits nothing: {member} {wrong}")]
    PermitsNothing {
        /// Which rule, from 1.
        number: usize,
        /// The member.
        member: &'static str,
        /// What is wrong with it.
        wrong: &'static str,
    },
}

impl Rules {
    /// The rules in a file, for people who are named by these claims and for these meanings.
    pub fn read(
        path: &Path,
        subject_claims: &[String],
        meanings: &[Meaning],
    ) -> Result<Self, RulesError> {
        let text = std::fs::read_to_string(path).map_err(|source| RulesError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, subject_claims, meanings)
    }

    /// The rules in a text.
    pub fn parse(
        text: &str,
        subject_claims: &[String],
        meanings: &[Meaning],
    ) -> Result<Self, RulesError> {
        let rules: Self = toml::from_str(text)?;
        if rules.may_sign.is_empty() {
            return Err(RulesError::Empty);
        }
        for (rule, number) in rules.may_sign.iter().zip(1..) {
            if let Some((member, wrong)) = rule.mistake(subject_claims, meanings) {
                return Err(RulesError::PermitsNothing {
                    number,
                    member,
                    wrong,
                });
            }
        }
        Ok(rules)
    }
}

impl Rule {
    fn mistake(
        &self,
        subject_claims: &[String],
        meanings: &[Meaning],
    ) -> Option<(&'static str, &'static str)> {
        let accepted = |code: &String| meanings.iter().any(|meaning| meaning.code == *code);
        if !subject_claims.contains(&self.claim) {
            Some(("claim", "names nobody here"))
        } else if self.values.is_empty() {
            Some(("values", "is empty"))
        } else if self.kinds.is_empty() {
            Some(("kinds", "is empty"))
        } else if self.meanings.is_empty() {
            Some(("meanings", "is empty"))
        } else if !self.meanings.iter().all(accepted) {
            Some(("meanings", "has one that is not accepted here"))
        } else {
            None
        }
    }

    fn permits(&self, subject: &Subject, kind: Kind, meaning: &Meaning) -> bool {
        let named = subject
            .claims
            .get(&self.claim)
            .is_some_and(|value| self.values.contains(value));
        named && self.kinds.contains(&kind) && self.meanings.contains(&meaning.code)
    }
}

impl Authority for Rules {
    fn may_sign(&self, subject: &Subject, kind: Kind, meaning: &Meaning) -> bool {
        self.may_sign
            .iter()
            .any(|rule| rule.permits(subject, kind, meaning))
    }
}
