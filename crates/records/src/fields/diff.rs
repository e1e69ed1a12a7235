//! Two versions of a resource as rows, and the short form of them for a list.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::labels::{self, Label, Show};
use super::reading::Reading;
use super::tree::{self, Node};
use super::{ENCODING, OTHER, kind};

/// One row: a label, and what stands there before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Row {
    /// The key of the row's name in the catalogue.
    pub label: String,
    /// The JSON paths that this row speaks for. A row labelled `field-other` has exactly one, which is its name.
    pub paths: Vec<String>,
    /// How the text may be laid out for reading.
    pub form: Form,
    /// What the base version says; absent when it says nothing here.
    pub before: Option<Side>,
    /// What the proposed version says; absent when it says nothing here.
    pub after: Option<Side>,
    /// Whether the two differ. True also where they would read the same once laid out.
    pub changed: bool,
}

/// One version's text in a row, as written in its octets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Side {
    /// The text.
    pub text: String,
    /// The unit, where it has no row of its own.
    pub unit: Option<String>,
}

/// How a row's text may be laid out for reading. The text itself is always as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Words.
    Text,
    /// A decimal number, every digit significant.
    Number,
    /// Two numbers, ` – ` between them.
    Range,
    /// A FHIR `date` or `dateTime`: a year, a month, a day or an instant with offset.
    Date,
    /// A JSON token.
    Token,
}

/// An amendment in one line: the first change, and how many follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct Summary {
    /// The first changed row; absent when nothing differs.
    pub first: Option<Change>,
    /// How many more rows changed.
    pub more: u32,
}

/// A changed row, short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct Change {
    /// The key of the row's name in the catalogue.
    pub label: String,
    /// The JSON path, for a row labelled `field-other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub path: Option<String>,
    /// How the texts may be laid out for reading.
    pub form: Form,
    /// The text before; absent when there is none.
    pub before: Option<String>,
    /// The text after; absent when there is none.
    pub after: Option<String>,
    /// The unit of both, when it is the same.
    pub unit: Option<String>,
}

/// Octets that cannot be shown. Such an amendment cannot be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldsError {
    /// Not JSON, or not UTF-8.
    #[error("the record is not JSON")]
    NotJson,
    /// A member stands twice in an object, so that readers may differ in what they see.
    #[error("the record repeats a member")]
    RepeatedMember,
    /// Nested too deeply.
    #[error("the record is nested too deeply")]
    TooDeep,
}

/// The rows of two versions, labelled ones first, in the order of their kind; then one for every other changed path.
pub fn rows(base: &[u8], proposed: &[u8]) -> Result<Vec<Row>, FieldsError> {
    let versions = Versions {
        base: tree::parse(base)?,
        proposed: tree::parse(proposed)?,
    };
    let labelled = labelled(&versions);
    let unlabelled = unlabelled(&versions, &labelled);
    let mut rows: Vec<Row> = labelled
        .into_iter()
        .map(|labelled| labelled.row)
        .chain(unlabelled)
        .collect();
    if base != proposed && rows.iter().all(|row| !row.changed) {
        rows.push(encoding(base, proposed));
    }
    Ok(rows)
}

/// The first change and how many follow.
pub fn summary(rows: &[Row]) -> Summary {
    let mut changed = rows.iter().filter(|row| row.changed);
    let first = changed.next().map(|row| change(row, rows));
    Summary {
        first,
        more: u32::try_from(changed.count()).unwrap_or(u32::MAX),
    }
}

struct Versions {
    base: Node,
    proposed: Node,
}

/// A row with what its label read in each version.
struct Labelled {
    row: Row,
    before: Reading,
    after: Reading,
}

fn labelled(versions: &Versions) -> Vec<Labelled> {
    // A resource that changes its kind is shown by the labels of both.
    let (before, after) = (
        labels::of(kind::of(&versions.base)),
        labels::of(kind::of(&versions.proposed)),
    );
    let added = after
        .iter()
        .filter(|label| before.iter().all(|known| known.name != label.name));
    let mut rows: Vec<Labelled> = Vec::new();
    for row in before
        .iter()
        .chain(added)
        .filter_map(|label| Labelled::new(label, versions))
    {
        // A leaf that a more particular label has shown is not shown again by a general one.
        if !row.is_shown_by(&rows) {
            rows.push(row);
        }
    }
    rows
}

impl Labelled {
    fn new(label: &Label, versions: &Versions) -> Option<Self> {
        let (before, after) = (label.read(&versions.base), label.read(&versions.proposed));
        let changed = before.side != after.side;
        let shown = match label.show {
            Show::Always => true,
            Show::Present => before.side.is_some() || after.side.is_some(),
            Show::Changed => changed,
        };
        let paths: BTreeSet<&str> = before.paths().union(&after.paths()).copied().collect();
        let row = Row {
            label: label.name.to_owned(),
            paths: paths.into_iter().map(str::to_owned).collect(),
            form: label.form,
            before: before.side.clone(),
            after: after.side.clone(),
            changed,
        };
        shown.then_some(Self { row, before, after })
    }

    /// Whether earlier rows show every leaf of this one.
    fn is_shown_by(&self, earlier: &[Self]) -> bool {
        let shown = |path: &String| earlier.iter().any(|row| row.row.paths.contains(path));
        !self.row.paths.is_empty() && self.row.paths.iter().all(shown)
    }

    /// Whether this row shows the leaf in every version that has it, and shows that it differs.
    fn speaks_for(&self, path: &str, in_base: bool, in_proposed: bool) -> bool {
        self.row.changed
            && (!in_base || self.before.paths().contains(path))
            && (!in_proposed || self.after.paths().contains(path))
    }
}

/// Every path that differs and that no labelled row speaks for.
fn unlabelled(versions: &Versions, labelled: &[Labelled]) -> Vec<Row> {
    let (before, after) = (versions.base.leaves(), versions.proposed.leaves());
    let old: BTreeMap<&str, &str> = before
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();
    let new: BTreeMap<&str, &str> = after
        .iter()
        .map(|(p, t)| (p.as_str(), t.as_str()))
        .collect();

    let added = after
        .iter()
        .map(|(path, _)| path.as_str())
        .filter(|path| !old.contains_key(path));
    let differing = before
        .iter()
        .map(|(path, _)| path.as_str())
        .chain(added)
        .filter(|path| old.get(path) != new.get(path));
    differing
        .filter(|path| {
            let (in_base, in_proposed) = (old.contains_key(path), new.contains_key(path));
            !labelled
                .iter()
                .any(|row| row.speaks_for(path, in_base, in_proposed))
        })
        .map(|path| Row {
            label: OTHER.to_owned(),
            paths: vec![path.to_owned()],
            form: Form::Token,
            before: old.get(path).map(|token| side(token)),
            after: new.get(path).map(|token| side(token)),
            changed: true,
        })
        .collect()
}

fn encoding(base: &[u8], proposed: &[u8]) -> Row {
    let digest = |octets: &[u8]| {
        hex::encode(aws_lc_rs::digest::digest(
            &aws_lc_rs::digest::SHA256,
            octets,
        ))
    };
    Row {
        label: ENCODING.to_owned(),
        paths: Vec::new(),
        form: Form::Token,
        before: Some(side(&digest(base))),
        after: Some(side(&digest(proposed))),
        changed: true,
    }
}

fn side(text: &str) -> Side {
    Side {
        text: text.to_owned(),
        unit: None,
    }
}

fn change(row: &Row, rows: &[Row]) -> Change {
    let (before, after) = (
        unit(row, rows, |row| &row.before),
        unit(row, rows, |row| &row.after),
    );
    let one_unit = before == after || row.before.is_none() || row.after.is_none();
    let text = |side: &Option<Side>, unit: &Option<String>| {
        let side = side.as_ref()?;
        let unit = unit.as_ref().filter(|_| !one_unit);
        Some(unit.map_or_else(|| side.text.clone(), |unit| format!("{} {unit}", side.text)))
    };
    Change {
        label: row.label.clone(),
        path: (row.label == OTHER)
            .then(|| row.paths.first().cloned())
            .flatten(),
        form: row.form,
        before: text(&row.before, &before),
        after: text(&row.after, &after),
        unit: if one_unit { after.or(before) } else { None },
    }
}

/// The unit of a row in one version: its own, or for the value that of the row that holds it.
fn unit(row: &Row, rows: &[Row], version: fn(&Row) -> &Option<Side>) -> Option<String> {
    let own = version(row).as_ref().and_then(|side| side.unit.clone());
    own.or_else(|| {
        let unit = rows
            .iter()
            .find(|r| row.label == labels::VALUE && r.label == labels::UNIT)?;
        version(unit).as_ref().map(|side| side.text.clone())
    })
}
