//! Group Policy: `HKLM\SOFTWARE\Policies\Countersign`, one subkey for each section.

use toml::{Table, Value as Toml};
use windows_registry::{Key, LOCAL_MACHINE, Type};

use super::Place;
use super::registry::{self, Raw};
use crate::error::{PolicyError, Problem};
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
    let mut values = Vec::new();
    for (name, value) in key.values().map_err(|error| unreadable(source, &error))? {
        let raw = match value.ty() {
            Type::String | Type::ExpandString => key.get_string(&name).map(Raw::Text),
            Type::MultiString => key.get_multi_string(&name).map(Raw::Texts),
            Type::U32 => key.get_u32(&name).map(Raw::Number),
            _ => Ok(Raw::Other),
        };
        values.push((name, raw.map_err(|error| unreadable(source, &error))?));
    }
    let below = key.keys().map_err(|error| unreadable(source, &error))?;
    registry::section(section, below, values, source)
}

fn unreadable(source: &Source, error: &dyn std::fmt::Display) -> PolicyError {
    PolicyError::of_source(
        source,
        Problem::Unreadable {
            detail: error.to_string(),
        },
    )
}
