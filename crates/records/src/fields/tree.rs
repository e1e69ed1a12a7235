//! JSON as written: numbers keep their digits, members their order, and a repeated member is an error.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::diff::FieldsError;

/// Deep enough for any FHIR resource, shallow enough for the stack.
const MAX_DEPTH: usize = 32;

/// A JSON value with its scalars as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
    Text(String),
    Number(String),
    Bool(bool),
    Null,
}

impl Node {
    /// The member of that name, when this is an object that has it.
    pub fn member(&self, name: &str) -> Option<&Node> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, node)| node),
            _ => None,
        }
    }

    /// The elements, when this is an array.
    pub fn elements(&self) -> &[Node] {
        match self {
            Self::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The text, when this is a string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Every leaf with its path, in document order. Empty objects and arrays are leaves.
    pub fn leaves(&self) -> Vec<(String, String)> {
        let mut leaves = Vec::new();
        self.collect(String::new(), &mut leaves);
        leaves
    }

    fn collect(&self, path: String, leaves: &mut Vec<(String, String)>) {
        match self {
            Self::Object(members) if !members.is_empty() => {
                for (name, node) in members {
                    node.collect(member_path(&path, name), leaves);
                }
            }
            Self::Array(elements) if !elements.is_empty() => {
                for (i, node) in elements.iter().enumerate() {
                    node.collect(element_path(&path, i), leaves);
                }
            }
            leaf => leaves.push((path, leaf.token())),
        }
    }

    /// The leaf as a JSON token: two leaves have the same token only when they are the same.
    fn token(&self) -> String {
        match self {
            Self::Object(_) => "{}".into(),
            Self::Array(_) => "[]".into(),
            Self::Text(text) => visible(&serde_json::Value::from(text.as_str()).to_string()),
            Self::Number(digits) => digits.clone(),
            Self::Bool(value) => value.to_string(),
            Self::Null => "null".into(),
        }
    }
}

/// A text with its invisible characters written out, so that two texts that differ also look different.
pub fn visible(text: &str) -> String {
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len();
    text.char_indices()
        .map(|(i, c)| match c {
            '\n' if (start..end).contains(&i) => c.to_string(),
            c if is_invisible(c) || c.is_whitespace() && !(start..end).contains(&i) => {
                format!("\\u{{{:04X}}}", u32::from(c))
            }
            c => c.to_string(),
        })
        .collect()
}

/// Controls, zero-width and bidirectional formatting characters, and spaces that look like another one.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        )
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}')
        || (c.is_whitespace() && c != ' ')
}

/// The path of a member. Names that could be mistaken for a path are quoted.
pub fn member_path(path: &str, name: &str) -> String {
    let plain = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match (plain, path.is_empty()) {
        (true, true) => name.to_owned(),
        (true, false) => format!("{path}.{name}"),
        (false, _) => format!("{path}[{}]", serde_json::Value::from(name)),
    }
}

/// The path of an element.
pub fn element_path(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

/// Parses octets strictly.
pub fn parse(octets: &[u8]) -> Result<Node, FieldsError> {
    let raw: &RawValue = serde_json::from_slice(octets).map_err(|_| FieldsError::NotJson)?;
    node(raw, 0)
}

fn node(raw: &RawValue, depth: usize) -> Result<Node, FieldsError> {
    if depth > MAX_DEPTH {
        return Err(FieldsError::TooDeep);
    }
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'{') => {
            let Members { members, repeated } =
                serde_json::from_str(text).map_err(|_| FieldsError::NotJson)?;
            if repeated {
                return Err(FieldsError::RepeatedMember);
            }
            let parsed = members
                .into_iter()
                .map(|(name, raw)| Ok((name, node(raw, depth + 1)?)));
            parsed.collect::<Result<_, _>>().map(Node::Object)
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> =
                serde_json::from_str(text).map_err(|_| FieldsError::NotJson)?;
            elements
                .into_iter()
                .map(|raw| node(raw, depth + 1))
                .collect::<Result<_, _>>()
                .map(Node::Array)
        }
        Some(b'"') => serde_json::from_str(text)
            .map(Node::Text)
            .map_err(|_| FieldsError::NotJson),
        Some(b't') => Ok(Node::Bool(true)),
        Some(b'f') => Ok(Node::Bool(false)),
        Some(b'n') => Ok(Node::Null),
        _ => Ok(Node::Number(text.to_owned())),
    }
}

/// An object's members, not yet parsed.
struct Members<'a> {
    members: Vec<(String, &'a RawValue)>,
    repeated: bool,
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        let mut seen = HashSet::new();
        let mut repeated = false;
        while let Some((name, raw)) = map.next_entry::<String, &RawValue>()? {
            repeated |= !seen.insert(name.clone());
            members.push((name, raw));
        }
        Ok(Members { members, repeated })
    }
}
