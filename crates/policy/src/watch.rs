//! Whether the policy that applies is still the one that its sources make.
//!
//! An application reads its policy once and may then run for weeks. What IT changes meanwhile applies from the next start on;
//! until then nobody may sign under rules that are not in force any more, so the application asks here before each
//! signature. The answer comes from the sources themselves, read as strictly as at the start.
//! It says nothing about what a policy refers to, such as a file of certificates, and it changes no policy that applies.

use crate::error::PolicyError;
use crate::{Loaded, Sources, fields};

/// A policy that applies, and its sources.
#[derive(Clone, Debug)]
pub struct Watched {
    sources: Sources,
    applied: Loaded,
}

/// How the sources depart from the policy that applies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Departure {
    /// They make another policy.
    #[error("the policy was changed: {}", .keys.join(", "))]
    Changed {
        /// The keys of the fields that have another value now.
        keys: Vec<&'static str>,
    },
    /// They make none any more.
    #[error(transparent)]
    Refused(#[from] PolicyError),
}

impl Watched {
    /// Reads a policy from these sources and keeps them in view.
    pub fn load(sources: Sources) -> Result<Self, PolicyError> {
        let applied = sources.load()?;
        Ok(Self { sources, applied })
    }

    /// The policy as it was read, which applies.
    pub fn applied(&self) -> &Loaded {
        &self.applied
    }

    /// Reads the sources again. That a value stands in another source now is no departure.
    pub fn look(&self) -> Result<(), Departure> {
        let now = self.sources.load()?;
        let keys = fields::differing(&self.applied.policy, &now.policy);
        if keys.is_empty() {
            Ok(())
        } else {
            Err(Departure::Changed { keys })
        }
    }
}

impl Departure {
    /// The stable name, under which the catalogue has the text (`err-…`) and the remedy (`rec-…`).
    pub fn code(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "policy-changed",
            Self::Refused(error) => error.code(),
        }
    }

    /// What the texts of the catalogue take in.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Changed { keys } => vec![("key", keys.join(", "))],
            Self::Refused(error) => error.args(),
        }
    }
}
