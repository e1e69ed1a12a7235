//! What the registry's types mean in a policy. Apart from the reader, so that it can be tried on every system.
//!
//! The registry knows texts, numbers and lists of texts: `REG_SZ`, `REG_DWORD` (also for true and false) and `REG_MULTI_SZ`.

use toml::{Table, Value as Toml};

use crate::error::{PolicyError, Problem};
use crate::fields::FIELDS;
use crate::layers::Source;

/// A value as the registry has it.
pub(super) enum Raw {
    /// `REG_SZ` and `REG_EXPAND_SZ`; what would be expanded stays as it is written.
    Text(String),
    /// `REG_MULTI_SZ`.
    Texts(Vec<String>),
    /// `REG_DWORD`.
    Number(u32),
    /// Any other type.
    Other,
}

/// The values of one section, and the names of the keys below it.
pub(super) fn section(
    name: &str,
    below: impl IntoIterator<Item = String>,
    values: impl IntoIterator<Item = (String, Raw)>,
    source: &Source,
) -> Result<Table, PolicyError> {
    let mut content = Table::new();
    // A key below a section belongs to nothing: it is reported as an unknown key.
    for below in below {
        content.insert(below, Toml::Table(Table::new()));
    }
    for (value_name, raw) in values {
        let dotted = format!("{name}.{value_name}");
        let Some(value) = typed(&dotted, raw) else {
            let problem = Problem::WrongType {
                expected: "REG_SZ, REG_MULTI_SZ or REG_DWORD",
                found: "another type of the registry",
            };
            return Err(PolicyError::of_key(dotted, source, problem));
        };
        content.insert(value_name, value);
    }
    Ok(content)
}

/// The same value in the terms of policy files; nothing for a type that these do not know.
fn typed(key: &str, raw: Raw) -> Option<Toml> {
    Some(match raw {
        Raw::Text(text) => Toml::String(text),
        Raw::Texts(items) => Toml::Array(items.into_iter().map(Toml::String).collect()),
        Raw::Number(number) => number_or_switch(key, number),
        Raw::Other => return None,
    })
}

/// The registry has no truth values: 0 and 1 are read as such where the field is a switch.
fn number_or_switch(key: &str, number: u32) -> Toml {
    let is_switch = FIELDS
        .iter()
        .any(|field| field.key == key && field.is_switch());
    match number {
        0 | 1 if is_switch => Toml::Boolean(number == 1),
        _ => Toml::Integer(number.into()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_type_of_the_registry_becomes_the_one_that_the_field_has() {
        for (key, raw, expected) in [
            (
                "identity.issuer",
                Raw::Text("https://id.example".into()),
                Some(Toml::String("https://id.example".into())),
            ),
            (
                "signing.acr_values",
                Raw::Texts(vec!["mfa".into(), "phr".into()]),
                Some(Toml::Array(vec!["mfa".into(), "phr".into()])),
            ),
            (
                "signing.timeout_s",
                Raw::Number(300),
                Some(Toml::Integer(300)),
            ),
            // 0 and 1 are numbers where the field is one, and truth values where it is a switch.
            ("identity.max_age", Raw::Number(1), Some(Toml::Integer(1))),
            ("audit.ship", Raw::Number(0), Some(Toml::Boolean(false))),
            ("audit.ship", Raw::Number(1), Some(Toml::Boolean(true))),
            // No switch has such a position: it stays a number, and is then of the wrong type.
            ("audit.ship", Raw::Number(2), Some(Toml::Integer(2))),
            ("audit.ship", Raw::Other, None),
        ] {
            assert_eq!(typed(key, raw), expected, "{key}");
        }
    }

    #[test]
    fn a_type_that_no_field_has_is_refused_with_its_key() {
        let source = Source::Machine("HKLM".to_owned());
        let values = [("ship".to_owned(), Raw::Other)];

        let error = section("audit", [], values, &source).unwrap_err();

        assert_eq!(
            (error.key.as_deref(), error.code(), &error.origin),
            (Some("audit.ship"), "policy-wrong-type", &source)
        );
    }

    #[test]
    fn a_key_below_a_section_is_kept_to_be_reported() {
        let source = Source::Machine("HKLM".to_owned());

        let section = section("audit", ["more".to_owned()], [], &source).unwrap();

        assert!(section["more"].is_table());
    }
}
