//! FHIR R4 octets as a person reads them: ordered, labelled rows, two versions side by side.
//!
//! Labels are keys of the catalogue, so this module holds no words. Values stay as they are written in the octets
//! (`12.70` is not `12.7`). A label speaks only for the JSON paths whose text it shows; a change at any other path gets a
//! row of its own under that path, so nothing changes unseen. It does not judge whether a resource is valid FHIR.

mod diff;
mod kind;
mod labels;
mod reading;
mod tree;

pub use diff::{Change, FieldsError, Form, Row, Side, Summary, rows, summary};
pub use kind::{Kind, kind};

/// The label of a row for a path that no other label speaks for; its one path is the row's name.
pub const OTHER: &str = "field-other";

/// The label of the row that says that only the encoding differs (white space, member order, escapes).
pub const ENCODING: &str = "field-encoding";

/// Every label that a row can have: each is a key of the catalogue.
pub fn all_labels() -> Vec<&'static str> {
    let mut labels: Vec<_> = labels::all().chain([OTHER, ENCODING]).collect();
    labels.sort_unstable();
    labels.dedup();
    labels
}
