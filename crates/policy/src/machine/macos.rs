//! Managed preferences: what a configuration profile forces for `org.countersign.desktop`, one dictionary for each section.
//!
//! The preference system cannot be asked which keys exist, so a section with a misspelt name is not found;
//! a misspelt key inside a section is.

use objc2_core_foundation::{
    CFArray, CFBoolean, CFDictionary, CFNumber, CFPreferencesAppValueIsForced,
    CFPreferencesCopyAppValue, CFRetained, CFString, CFType,
};
use toml::{Table, Value as Toml};

use super::Place;
use super::forced::{self, Preferences};
use crate::error::PolicyError;
use crate::layers::{Layer, Source};

const DOMAIN: &str = "org.countersign.desktop";

pub(super) struct ManagedPreferences;

impl Place for ManagedPreferences {
    fn read(&self) -> Result<Option<Layer>, PolicyError> {
        let source = Source::Machine(format!("managed preferences of {DOMAIN}"));
        forced::layer(self, source)
    }
}

impl Preferences for ManagedPreferences {
    fn is_forced(&self, section: &str) -> bool {
        let (section, domain) = (CFString::from_str(section), CFString::from_str(DOMAIN));
        CFPreferencesAppValueIsForced(&section, &domain)
    }

    fn value(&self, section: &str) -> Option<Result<Toml, &'static str>> {
        let (section, domain) = (CFString::from_str(section), CFString::from_str(DOMAIN));
        CFPreferencesCopyAppValue(&section, &domain).map(|value| typed(&value))
    }
}

/// The same value in the terms of policy files, or the name of the type that these do not know.
fn typed(value: &CFType) -> Result<Toml, &'static str> {
    if let Some(text) = value.downcast_ref::<CFString>() {
        return Ok(Toml::String(text.to_string()));
    }
    if let Some(switch) = value.downcast_ref::<CFBoolean>() {
        return Ok(Toml::Boolean(switch.as_bool()));
    }
    if let Some(number) = value.downcast_ref::<CFNumber>() {
        let whole = (!number.is_float_type()).then(|| number.as_i64()).flatten();
        return whole.map(Toml::Integer).ok_or("a fraction");
    }
    if let Some(list) = value.downcast_ref::<CFArray>() {
        return members(list)
            .iter()
            .map(|item| typed(item))
            .collect::<Result<_, _>>()
            .map(Toml::Array);
    }
    if let Some(dictionary) = value.downcast_ref::<CFDictionary>() {
        let mut table = Table::new();
        for (key, item) in entries(dictionary) {
            let key = key
                .downcast_ref::<CFString>()
                .ok_or("a key that is not a text")?;
            table.insert(key.to_string(), typed(&item)?);
        }
        return Ok(Toml::Table(table));
    }
    Err("a date or data")
}

#[expect(unsafe_code, reason = "Core Foundation does not say what a list holds")]
fn members(list: &CFArray) -> Vec<CFRetained<CFType>> {
    // SAFETY: a property list holds Core Foundation objects only, and every one of them is a CFType.
    unsafe { list.cast_unchecked::<CFType>() }.to_vec()
}

#[expect(
    unsafe_code,
    reason = "Core Foundation does not say what a dictionary holds"
)]
fn entries(dictionary: &CFDictionary) -> Vec<(CFRetained<CFType>, CFRetained<CFType>)> {
    // SAFETY: keys and values of a property list are Core Foundation objects, and every one of them is a CFType.
    let (keys, values) = unsafe { dictionary.cast_unchecked::<CFType, CFType>() }.to_vecs();
    keys.into_iter().zip(values).collect()
}
