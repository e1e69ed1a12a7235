//! Group Policy: `HKLM\SOFTWARE\Policies\Countersign`, one subkey for each section.
//!
//! The registry knows texts, numbers and lists of texts: `REG_SZ`, `REG_DWORD` (also for true and false) and `REG_MULTI_SZ`.

use toml::{Table, Value as Toml};
use windows_registry::{Key, LOCAL_MACHINE, Type};

use super::Place;
use crate::error::{PolicyError, Problem};
use crate::fields::FIELDS;
use crate::layers::{Layer, Source};

const PATH: &str = r"SOFTWARE\Policies\Countersign";

/// `HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)`.
const NOT_FOUND: i32 = 0x8007_0002_u32.cast_signed();

pub(super) struct Registry;

impl Place for Registry {
    fn read(&self) -> Result<Option<Layer>, PolicyError> {
        let source = Source::Machine(format!(r"HKLM\{PATH}"));
        let root = match LOCAL_MACHINE.open(PATH) {
            Ok(root) => root,
            Err(error) if error.code().0 == NOT_FOUND => return Ok(None),
            Err(error) => return Err(unreadable(&source, &error)),
        };

        let mut table = Table::new();
        // A value beside the sections belongs to none: it is reported as an unknown key.
        for (name, _) in root.values().map_err(|error| unreadable(&source, &error))? {
            table.insert(name, Toml::Table(Table::new()));
        }
        for section in root.keys().map_err(|error| unreadable(&source, &error))? {
            let key = root
                .open(&section)
                .map_err(|error| unreadable(&source, &error))?;
            let content = read_section(&key, &section, &source)?;
            table.insert(section, Toml::Table(content));
        }
        Ok(Some(Layer { source, table }))
    }
}

fn read_section(key: &Key, section: &str, source: &Source) -> Result<Table, PolicyError> {
    let mut content = Table::new();
    // A key below a section belongs to nothing: it is reported as an unknown key.
    for name in key.keys().map_err(|error| unreadable(source, &error))? {
        content.insert(name, Toml::Table(Table::new()));
    }
    for (name, value) in key.values().map_err(|error| unreadable(source, &error))? {
        let dotted = format!("{section}.{name}");
        let typed = match value.ty() {
            Type::String | Type::ExpandString => key.get_string(&name).map(Toml::String),
            Type::MultiString => key
                .get_multi_string(&name)
                .map(|items| Toml::Array(items.into_iter().map(Toml::String).collect())),
            Type::U32 => key
                .get_u32(&name)
                .map(|number| number_or_switch(&dotted, number)),
            _ => {
                let problem = Problem::WrongType {
                    expected: "REG_SZ, REG_MULTI_SZ or REG_DWORD",
                    found: "another type of the registry",
                };
                return Err(PolicyError::of_key(dotted, source, problem));
            }
        };
        content.insert(name, typed.map_err(|error| unreadable(source, &error))?);
    }
    Ok(content)
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

fn unreadable(source: &Source, error: &dyn std::fmt::Display) -> PolicyError {
    PolicyError::of_source(
        source,
        Problem::Unreadable {
            detail: error.to_string(),
        },
    )
}
