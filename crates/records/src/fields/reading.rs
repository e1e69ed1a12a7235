//! What a label says about one version: which leaves it finds, and the text that they make.

use std::collections::BTreeSet;

use super::diff::Side;
use super::labels::{Label, Place, Shape};
use super::tree::{self, Node};

/// What a label reads in one version.
#[derive(Default)]
pub struct Reading {
    /// The text, when there is one.
    pub side: Option<Side>,
    /// The leaves that the text is made of, each with its token. Each stands in the text as written.
    pub parts: Vec<(String, String)>,
}

impl Reading {
    /// The paths that the text is made of.
    pub fn paths(&self) -> BTreeSet<&str> {
        self.parts.iter().map(|(path, _)| path.as_str()).collect()
    }
}

impl Label {
    /// What this label says about a resource.
    pub fn read(&self, resource: &Node) -> Reading {
        self.places
            .iter()
            .map(|place| place.read(resource))
            .find(|reading| reading.side.is_some())
            .unwrap_or_default()
    }
}

impl Place {
    fn read(&self, resource: &Node) -> Reading {
        if !self.codes.is_empty() && !is_coded(resource, self.codes) {
            return Reading::default();
        }
        let mut readings: Vec<Piece> = find(resource, String::new(), self.path)
            .into_iter()
            .filter_map(|(path, node)| self.shape.read(node, &path))
            .collect();
        let unit = match readings.as_mut_slice() {
            [only] => only.unit.take(),
            several => {
                // Several quantities keep their units in the text.
                for piece in several {
                    if let Some(unit) = piece.unit.take() {
                        piece.text = format!("{} {unit}", piece.text);
                    }
                }
                None
            }
        };
        if readings.is_empty() {
            return Reading::default();
        }
        let text = readings
            .iter()
            .map(|piece| piece.text.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        Reading {
            side: Some(Side { text, unit }),
            parts: readings.into_iter().flat_map(|piece| piece.parts).collect(),
        }
    }
}

/// The text of one match.
struct Piece {
    text: String,
    unit: Option<String>,
    parts: Vec<(String, String)>,
}

impl Shape {
    fn read(self, node: &Node, path: &str) -> Option<Piece> {
        match self {
            Self::Text => string(node, path),
            Self::Number => number(node, path),
            Self::Concept => in_member(node, path, "text", string).or_else(|| {
                let coding = node.member("coding")?.elements().first()?;
                let path = tree::element_path(&tree::member_path(path, "coding"), 0);
                in_member(coding, &path, "display", string)
                    .or_else(|| in_member(coding, &path, "code", string))
            }),
            Self::Reference => in_member(node, path, "display", string)
                .or_else(|| in_member(node, path, "reference", string)),
            Self::Quantity => quantity(node, path, true),
            Self::Value => quantity(node, path, false),
            Self::Range => in_member(node, path, "text", string).or_else(|| range(node, path)),
        }
    }
}

fn string(node: &Node, path: &str) -> Option<Piece> {
    let visible = |text: &str| {
        if text.is_empty() {
            "\"\"".to_owned()
        } else {
            tree::visible(text)
        }
    };
    node.text().map(|text| piece(visible(text), node, path))
}

fn number(node: &Node, path: &str) -> Option<Piece> {
    match node {
        Node::Number(digits) => Some(piece(digits.clone(), node, path)),
        _ => None,
    }
}

fn piece(text: String, node: &Node, path: &str) -> Piece {
    let token = node
        .leaves()
        .into_iter()
        .map(|(_, token)| (path.to_owned(), token));
    Piece {
        text,
        unit: None,
        parts: token.collect(),
    }
}

fn in_member(
    node: &Node,
    path: &str,
    name: &str,
    read: fn(&Node, &str) -> Option<Piece>,
) -> Option<Piece> {
    read(node.member(name)?, &tree::member_path(path, name))
}

fn quantity(node: &Node, path: &str, with_unit: bool) -> Option<Piece> {
    let mut value = in_member(node, path, "value", number)?;
    if let Some(comparator) = in_member(node, path, "comparator", string) {
        value.text = format!("{} {}", comparator.text, value.text);
        value.parts.extend(comparator.parts);
    }
    if with_unit && let Some(unit) = in_member(node, path, "unit", string) {
        value.unit = Some(unit.text);
        value.parts.extend(unit.parts);
    }
    Some(value)
}

/// `low – high`; an open side is left empty. The unit is left to its own path.
fn range(node: &Node, path: &str) -> Option<Piece> {
    let end = |name| quantity(node.member(name)?, &tree::member_path(path, name), false);
    let (low, high) = (end("low"), end("high"));
    if low.is_none() && high.is_none() {
        return None;
    }
    let text = |piece: &Option<Piece>| piece.as_ref().map_or(String::new(), |p| p.text.clone());
    let text = format!("{} – {}", text(&low), text(&high));
    let parts = low
        .into_iter()
        .chain(high)
        .flat_map(|piece| piece.parts)
        .collect();
    Some(Piece {
        text: text.trim().to_owned(),
        unit: None,
        parts,
    })
}

/// Every node at that path, with its own path.
fn find<'a>(node: &'a Node, path: String, wanted: &str) -> Vec<(String, &'a Node)> {
    if wanted.is_empty() {
        return vec![(path, node)];
    }
    let (segment, rest) = wanted.split_once('.').unwrap_or((wanted, ""));
    let (name, elements) = segment.split_once('[').unwrap_or((segment, ""));
    let Some(member) = node.member(name) else {
        return Vec::new();
    };
    let path = tree::member_path(&path, name);
    match elements.trim_end_matches(']') {
        "" => find(member, path, rest),
        "*" => each(member, &path, rest, |_| true),
        code => each(member, &path, rest, |element| is_coded(element, &[code])),
    }
}

fn each<'a>(
    node: &'a Node,
    path: &str,
    rest: &str,
    wanted: impl Fn(&Node) -> bool,
) -> Vec<(String, &'a Node)> {
    let elements = node
        .elements()
        .iter()
        .enumerate()
        .filter(|(_, element)| wanted(element));
    elements
        .flat_map(|(i, element)| find(element, tree::element_path(path, i), rest))
        .collect()
}

fn is_coded(node: &Node, codes: &[&str]) -> bool {
    let codings = node
        .member("code")
        .and_then(|code| code.member("coding"))
        .map(Node::elements)
        .unwrap_or_default();
    codings
        .iter()
        .filter_map(|coding| coding.member("code").and_then(Node::text))
        .any(|code| codes.contains(&code))
}
