//! The texts that an entry can hold. Each type takes one kind of text only, and none takes a token.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A stable name of this program: a refusal, a step, an error. It comes from the source code, never from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code(Cow<'static, str>);

impl From<&'static str> for Code {
    fn from(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }
}

impl Code {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The identifier of an amendment, a record or a version: at most 64 letters, digits and `-._:/`.
/// Whatever else stands in it becomes `?`, whatever is longer is cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Id(String);

/// The longest identifier, in letters.
const LONGEST_ID: usize = 64;

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._:/".contains(letter);
        Self(
            text.chars()
                .take(LONGEST_ID)
                .map(|letter| if plain(letter) { letter } else { '?' })
                .collect(),
        )
    }
}

impl Id {
    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing of it can have been cut or replaced.
    pub fn is_in_full(&self) -> bool {
        self.0.len() < LONGEST_ID && !self.0.contains('?')
    }
}

/// What a person or a device is called. Control characters become `?`; a word too long for a name is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name(String);

/// Names of people and machines are shorter; a token of 256 bits in base64url is exactly as long.
const LONGEST_WORD: usize = 42;

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        let words = text.split_whitespace().map(|word| {
            if word.chars().count() > LONGEST_WORD {
                "…".to_owned()
            } else {
                word.replace(char::is_control, "?")
            }
        });
        Self(
            words
                .collect::<Vec<_>>()
                .join(" ")
                .chars()
                .take(120)
                .collect(),
        )
    }
}

impl Name {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A SHA-256 digest, in lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest([u8; 32]);

/// The text is no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest has 64 hex digits")]
pub struct NotADigest;

impl Digest {
    /// What comes before the first entry.
    pub(crate) const NONE: Self = Self([0; 32]);

    /// The digest of these octets.
    pub fn of(octets: &[u8]) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, octets);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }

    pub(crate) fn octets(self) -> [u8; 32] {
        self.0
    }
}

impl std::str::FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotADigest)?;
        Ok(Self(bytes))
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = NotADigest;

    fn try_from(text: String) -> Result<Self, NotADigest> {
        text.parse()
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, formatter)
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_does_not_pass_for_a_name() {
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGFtcyJ9.c2lnbmF0dXJl";
        assert_eq!(
            Name::from(format!("A. Adams {token}").as_str()).as_str(),
            "A. Adams …"
        );
        assert_eq!(Name::from("x".repeat(43).as_str()).as_str(), "…");
    }

    #[test]
    fn a_name_keeps_its_letters_and_loses_controls() {
        assert_eq!(
            Name::from("  Zoë\u{7}  O’Neil-Müller ").as_str(),
            "Zoë? O’Neil-Müller"
        );
    }

    #[test]
    fn an_identifier_is_short_and_plain() {
        assert_eq!(Id::from("LAB-88123").as_str(), "LAB-88123");
        assert_eq!(Id::from("a b\n").as_str(), "a?b?");
        assert_eq!(Id::from("y".repeat(100).as_str()).as_str().len(), 64);
    }

    #[test]
    fn an_identifier_knows_whether_it_is_all_there() {
        assert!(Id::from("LAB-88123").is_in_full());
        assert!(!Id::from("a b").is_in_full());
        assert!(!Id::from("y".repeat(65).as_str()).is_in_full());
    }
}
