//! The one byte form that JSON has here: RFC 8785 (JCS), read strictly.
//!
//! What we hash or sign is restricted further: strings, booleans, arrays, objects and integers below 2^53, at most
//! 32 levels deep and 1 MiB long. A reader accepts only octets that are already canonical, so that two different
//! octet strings never mean the same thing. [`parse_foreign`] is for documents that other parties wrote (ID tokens,
//! provider configurations, key sets): they need no canonical form, because they are kept as octets, but duplicate
//! member names and excessive depth or size are refused all the same.

mod plain;

use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, Serialize};
use serde_json::{Map, Number, Value};

use plain::Plain;

/// The longest document that is read.
pub const MAX_OCTETS: usize = 1024 * 1024;
/// The deepest nesting of arrays and objects that is read.
pub const MAX_DEPTH: usize = 32;
/// The first integer that an IEEE double cannot tell from its neighbour.
const FIRST_INEXACT: u64 = 1 << 53;

/// Why octets are not acceptable JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// Over the size limit.
    #[error("too_large")]
    TooLarge,
    /// Not UTF-8.
    #[error("not_utf8")]
    NotUtf8,
    /// Not JSON.
    #[error("not_json")]
    NotJson,
    /// JSON, and then something after it.
    #[error("trailing_bytes")]
    TrailingBytes,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("too_deep")]
    TooDeep,
    /// An object names a member twice.
    #[error("duplicate_member")]
    DuplicateMember,
    /// A number that is not an integer.
    #[error("not_an_integer")]
    NotAnInteger,
    /// An integer of 2^53 or more.
    #[error("integer_too_large")]
    IntegerTooLarge,
    /// `null`, which our documents never say: a member is there or it is not.
    #[error("null")]
    Null,
    /// The same meaning written differently from its canonical form.
    #[error("not_canonical")]
    NotCanonical,
    /// A member is missing, unknown or of the wrong type.
    #[error("wrong_shape at {path}")]
    WrongShape {
        /// Where, as a path of member names.
        path: String,
    },
}

/// Reads octets of ours: restricted JSON in its canonical form.
pub fn parse(octets: &[u8]) -> Result<Value, CanonicalError> {
    let value = read(octets, MAX_OCTETS, Numbers::SafeIntegers)?;
    if encode(&value)? == octets {
        Ok(value)
    } else {
        Err(CanonicalError::NotCanonical)
    }
}

/// Reads octets of ours into a type, such that writing the type again gives the same octets.
pub fn parse_as<T: DeserializeOwned + Serialize>(octets: &[u8]) -> Result<T, CanonicalError> {
    // If the type writes exactly these octets, they were canonical.
    let typed: T = shape(read(octets, MAX_OCTETS, Numbers::SafeIntegers)?)?;
    if encode(&typed)? == octets {
        Ok(typed)
    } else {
        Err(CanonicalError::NotCanonical)
    }
}

/// Reads a document that somebody else wrote: any spacing, order and numbers, but no ambiguity.
pub fn parse_foreign(octets: &[u8], max_octets: usize) -> Result<Value, CanonicalError> {
    read(octets, max_octets, Numbers::Any)
}

/// Fits a JSON value into a type, naming the member that does not fit.
pub fn shape<T: DeserializeOwned>(value: Value) -> Result<T, CanonicalError> {
    serde_path_to_error::deserialize(Plain(value)).map_err(|error| CanonicalError::WrongShape {
        path: error.path().to_string(),
    })
}

/// The canonical octets of a value of ours.
pub fn to_octets<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let octets = encode(value)?;
    // Reading back what was written keeps floats and giant integers out of everything that is signed.
    read(&octets, MAX_OCTETS, Numbers::SafeIntegers)?;
    Ok(octets)
}

/// The canonical octets of a record, whose numbers may have fractions.
///
/// JCS writes 1.10 as 1.1, which is why a statement carries the digest of the record's own octets as well.
pub fn record_octets(record: &[u8]) -> Result<Vec<u8>, CanonicalError> {
    encode(&read(record, MAX_OCTETS, Numbers::Any)?)
}

fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    serde_json_canonicalizer::to_vec(value).map_err(|_| CanonicalError::NotJson)
}

fn read(octets: &[u8], max_octets: usize, numbers: Numbers) -> Result<Value, CanonicalError> {
    if octets.len() > max_octets {
        return Err(CanonicalError::TooLarge);
    }
    let text = std::str::from_utf8(octets).map_err(|_| CanonicalError::NotUtf8)?;
    let found = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict {
        numbers,
        depth: 0,
        found: &found,
    }
    .deserialize(&mut reader)
    .map_err(|_| found.take().unwrap_or(CanonicalError::NotJson))?;
    reader.end().map_err(|_| CanonicalError::TrailingBytes)?;
    Ok(value)
}

#[derive(Clone, Copy, PartialEq)]
enum Numbers {
    SafeIntegers,
    Any,
}

/// Builds a [`Value`] while watching for what `serde_json` would let pass. The reason of a refusal travels beside
/// the deserializer's own error, which can only carry text.
#[derive(Clone, Copy)]
struct Strict<'a> {
    numbers: Numbers,
    depth: usize,
    found: &'a Cell<Option<CanonicalError>>,
}

impl Strict<'_> {
    fn refuse<T, E: de::Error>(self, reason: CanonicalError) -> Result<T, E> {
        let error = E::custom(&reason);
        self.found.set(Some(reason));
        Err(error)
    }

    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return self.refuse(CanonicalError::TooDeep);
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        match self.numbers {
            Numbers::SafeIntegers => self.refuse(CanonicalError::Null),
            Numbers::Any => Ok(Value::Null),
        }
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        if self.numbers == Numbers::SafeIntegers && value >= FIRST_INEXACT {
            return self.refuse(CanonicalError::IntegerTooLarge);
        }
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        if self.numbers == Numbers::SafeIntegers && value.unsigned_abs() >= FIRST_INEXACT {
            return self.refuse(CanonicalError::IntegerTooLarge);
        }
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        match (self.numbers, Number::from_f64(value)) {
            (Numbers::Any, Some(number)) => Ok(Value::Number(number)),
            _ => self.refuse(CanonicalError::NotAnInteger),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return self.refuse(CanonicalError::DuplicateMember);
            }
            let value = members.next_value_seed(inner)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
