//! The rows of a record in a person's language. What they say comes from the octets alone (`records::fields`).

use catalogue::{Catalogue, Locale};
use records::fields::{self, Form, Row, Side};

use super::when;
use crate::ipc::{ChangeView, FieldRow};

/// One row, laid out.
pub(super) fn row(catalogue: &Catalogue, row: &Row) -> FieldRow {
    FieldRow {
        label: label(catalogue, &row.label, row.paths.first().map(String::as_str)),
        base: side(catalogue.locale(), row.form, row.before.as_ref()),
        proposed: side(catalogue.locale(), row.form, row.after.as_ref()),
        changed: row.changed,
    }
}

/// The first change of a list's row. A unit that both have stands once.
pub(super) fn change(catalogue: &Catalogue, change: &fields::Change) -> ChangeView {
    let locale = catalogue.locale();
    let text = |text: &Option<String>| {
        text.as_deref()
            .map(|text| written(locale, change.form, text))
            .unwrap_or_default()
    };
    let with_unit = |text: String| match &change.unit {
        Some(unit) if !text.is_empty() => format!("{text} {unit}"),
        _ => text,
    };
    let (base, proposed) = (text(&change.before), text(&change.after));
    let (base, proposed) = if proposed.is_empty() {
        (with_unit(base), proposed)
    } else {
        (base, with_unit(proposed))
    };
    ChangeView {
        label: label(catalogue, &change.label, change.path.as_deref()),
        base,
        proposed,
    }
}

fn label(catalogue: &Catalogue, key: &str, path: Option<&str>) -> String {
    match path {
        Some(path) if key == fields::OTHER => path.to_owned(),
        _ => catalogue.text(key, &[]),
    }
}

fn side(locale: Locale, form: Form, side: Option<&Side>) -> String {
    let Some(side) = side else {
        return String::new();
    };
    let text = written(locale, form, &side.text);
    match &side.unit {
        Some(unit) => format!("{text} {unit}"),
        None => text,
    }
}

fn written(locale: Locale, form: Form, text: &str) -> String {
    match form {
        Form::Date => when::fhir(text, locale),
        // Every digit is significant, so numbers stay as they are written, whatever the language.
        Form::Text | Form::Number | Form::Range | Form::Token => text.to_owned(),
    }
}
