//! Several faults at once.

use std::collections::BTreeSet;

use super::Fault;

/// The faults that are switched on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(BTreeSet<Fault>);

impl Faults {
    /// A faultless provider.
    pub fn none() -> Self {
        Self::default()
    }

    /// Exactly this fault.
    pub fn only(fault: Fault) -> Self {
        Self(BTreeSet::from([fault]))
    }

    /// This fault too.
    #[must_use]
    pub fn with(mut self, fault: Fault) -> Self {
        self.0.insert(fault);
        self
    }

    /// Whether it is switched on.
    pub fn has(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    /// Those that are switched on, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = Fault> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().collect())
    }
}
