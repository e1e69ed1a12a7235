//! Which managed preferences count. Apart from the reader, so that it can be tried on every system.
//!
//! Only forced values do: a preference that a user wrote with `defaults` is not machine policy.

use toml::{Table, Value as Toml};

use crate::error::{PolicyError, Problem};
use crate::fields::FIELDS;
use crate::layers::{Layer, Source};

/// Preferences, asked for one section after the other.
pub(super) trait Preferences {
    /// Whether a configuration profile sets it.
    fn is_forced(&self, section: &str) -> bool;

    /// What stands there, or the name of the type that policies do not know.
    fn value(&self, section: &str) -> Option<Result<Toml, &'static str>>;
}

/// The policy that they make; nothing when no section is forced.
pub(super) fn layer(
    preferences: &impl Preferences,
    source: Source,
) -> Result<Option<Layer>, PolicyError> {
    let mut sections: Vec<_> = FIELDS.iter().map(|field| field.section).collect();
    sections.dedup();
    let mut table = Table::new();
    for section in sections {
        if !preferences.is_forced(section) {
            continue;
        }
        let Some(value) = preferences.value(section) else {
            continue;
        };
        let value = value.map_err(|found| {
            let expected = "texts, whole numbers, true or false, and lists of them";
            PolicyError::of_key(section, &source, Problem::WrongType { expected, found })
        })?;
        table.insert(section.to_owned(), value);
    }
    Ok((!table.is_empty()).then_some(Layer { source, table }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A section, whether it is forced, and what stands there.
    struct Written(Vec<(&'static str, bool, Result<Toml, &'static str>)>);

    impl Preferences for Written {
        fn is_forced(&self, section: &str) -> bool {
            self.0
                .iter()
                .any(|(name, forced, _)| *name == section && *forced)
        }

        fn value(&self, section: &str) -> Option<Result<Toml, &'static str>> {
            let found = self.0.iter().find(|(name, ..)| *name == section);
            found.map(|(_, _, value)| value.clone())
        }
    }

    fn source() -> Source {
        Source::Machine("managed preferences".to_owned())
    }

    #[test]
    fn what_a_user_wrote_is_no_machine_policy() {
        let section = || Ok(Toml::Table(Table::new()));
        let written = Written(vec![
            ("signing", true, section()),
            ("audit", false, section()),
        ]);

        let layer = layer(&written, source()).unwrap().unwrap();

        assert_eq!(layer.table.keys().collect::<Vec<_>>(), ["signing"]);
    }

    #[test]
    fn where_nothing_is_forced_there_is_no_machine_policy() {
        let written = Written(vec![("audit", false, Ok(Toml::Table(Table::new())))]);
        assert!(layer(&written, source()).unwrap().is_none());
    }

    #[test]
    fn a_forced_value_of_an_unknown_type_is_refused_and_not_left_out() {
        let written = Written(vec![("audit", true, Err("a date or data"))]);

        let error = layer(&written, source()).unwrap_err();

        assert_eq!(
            (error.key.as_deref(), error.code()),
            (Some("audit"), "policy-wrong-type")
        );
    }
}
