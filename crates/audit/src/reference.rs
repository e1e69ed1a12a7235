//! References: what a person reads out on the telephone, and IT finds in the log.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::phrase::Digest;

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Forty random bits as `7F3K-2QX9`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Reference([u8; 5]);

/// The text is no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reference has the form 7F3K-2QX9")]
pub struct NotAReference;

impl Reference {
    /// The reference of these random bits.
    pub fn from_bytes(bytes: [u8; 5]) -> Self {
        Self(bytes)
    }

    /// The reference of something that has none of its own and a digest: the same each time.
    pub fn of(digest: Digest) -> Self {
        let [first, second, third, fourth, fifth, ..] = digest.octets();
        Self([first, second, third, fourth, fifth])
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self
            .0
            .iter()
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for place in (0..8).rev() {
            let digit = usize::try_from(bits >> (5 * place) & 31).unwrap_or_default();
            write!(formatter, "{}", char::from(ALPHABET[digit]))?;
            if place == 4 {
                formatter.write_str("-")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// As somebody types it: small letters, O for 0, I and L for 1, with or without the hyphen.
impl FromStr for Reference {
    type Err = NotAReference;

    fn from_str(text: &str) -> Result<Self, NotAReference> {
        let mut bits = 0_u64;
        let mut digits = 0;
        for character in text.chars().filter(|character| *character != '-') {
            let letter = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let digit = ALPHABET
                .iter()
                .position(|known| char::from(*known) == letter);
            bits = bits << 5 | u64::try_from(digit.ok_or(NotAReference)?).unwrap_or_default();
            digits += 1;
            if digits > 8 {
                return Err(NotAReference);
            }
        }
        let [_, _, _, bytes @ ..] = bits.to_be_bytes();
        if digits == 8 {
            Ok(Self(bytes))
        } else {
            Err(NotAReference)
        }
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

impl TryFrom<String> for Reference {
    type Error = NotAReference;

    fn try_from(text: String) -> Result<Self, NotAReference> {
        text.parse()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_as_two_groups_of_four() {
        assert_eq!(
            Reference::from_bytes([0, 0, 0, 0, 0]).to_string(),
            "0000-0000"
        );
        assert_eq!(Reference::from_bytes([255; 5]).to_string(), "ZZZZ-ZZZZ");
    }

    #[test]
    fn a_reference_survives_being_spoken_and_typed() {
        let reference: Reference = "7F3K-2QX9".parse().unwrap();
        assert_eq!(reference.to_string(), "7F3K-2QX9");
        assert_eq!("7f3k2qx9".parse(), Ok(reference));
        assert_eq!(
            "oOiL-0000".parse::<Reference>().unwrap().to_string(),
            "0011-0000"
        );
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for text in ["", "7F3K", "7F3K-2QX9-1", "7F3K-2QXU", "7F3K 2QX9"] {
            assert_eq!(text.parse::<Reference>(), Err(NotAReference), "{text}");
        }
    }
}
