//! From what the records API delivered to what the pages show.

use std::collections::BTreeSet;

use catalogue::Catalogue;
use catalogue::intent::{self, IntentFacts, Part};
use records::fields::{self, FieldsError, Row};
use records::{Amendment, AmendmentState, AmendmentSummary};

use super::{values, when};
use crate::ipc::{
    ChangeView, ChangedField, Draft, EarlierSignature, FieldRow, RecordChangedView, Review,
    TextPart, WorklistItem,
};

/// What a person chose, as it stands in the sentence.
#[derive(Debug, Default)]
pub(super) struct Choice {
    pub(super) meaning: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) note: String,
}

pub(super) fn item(catalogue: &Catalogue, summary: &AmendmentSummary) -> WorklistItem {
    let first = summary.changed.first.as_ref();
    WorklistItem {
        id: summary.id.clone(),
        kind: catalogue.text(summary.kind.label(), &[]),
        record: summary.record.id.clone(),
        patient: summary.patient.clone(),
        first_change: first.map_or_else(no_change, |change| values::change(catalogue, change)),
        more_changes: summary.changed.more,
        requested_by: summary.requested_by.name.clone(),
        requested_at: when::rfc3339(summary.requested_at),
        due_at: when::rfc3339(summary.due_at.unwrap_or(summary.requested_at)),
        signatures_given: summary.signatures_given,
        signatures_required: summary.signatures_required,
        changed: summary.state == AmendmentState::Changed,
    }
}

/// One amendment, side by side. Octets that cannot be shown completely are not shown at all.
pub(super) fn review(
    catalogue: &Catalogue,
    amendment: &Amendment,
    signer: &str,
    draft: Option<Draft>,
) -> Result<Review, FieldsError> {
    let rows = rows(amendment)?;
    let fields: Vec<FieldRow> = rows.iter().map(|row| values::row(catalogue, row)).collect();
    let text = compose(catalogue, amendment, &rows, signer, &Choice::default());
    Ok(Review {
        id: amendment.id.clone(),
        title: title(catalogue, amendment, &rows),
        kind: catalogue.text(amendment.kind.label(), &[]),
        record: amendment.record.id.clone(),
        patient: amendment.patient.clone(),
        due_at: when::rfc3339(amendment.due_at.unwrap_or(amendment.requested_at)),
        base_version: amendment.record.base_version.clone(),
        base_since: when::rfc3339(amendment.base_since),
        next_version: next_version(&amendment.record.base_version),
        fields,
        why: amendment.why.clone(),
        requested_by: amendment.requested_by.name.clone(),
        requested_role: amendment.requested_by.role.clone().unwrap_or_default(),
        requested_at: when::rfc3339(amendment.requested_at),
        signatures: amendment
            .signatures
            .iter()
            .map(|earlier| EarlierSignature {
                name: earlier.name.clone(),
                version: earlier.version.clone(),
                meaning: earlier.meaning.clone(),
                signed_at: when::rfc3339(earlier.signed_at),
                receipt: manifestation::receipt_number(earlier.receipt),
            })
            .collect(),
        etag: amendment.etag.clone(),
        text: parts(&text),
        draft,
    })
}

pub(super) fn rows(amendment: &Amendment) -> Result<Vec<Row>, FieldsError> {
    fields::rows(amendment.base.as_slice(), amendment.proposed.as_slice())
}

/// The sentence of intent over exactly these rows.
pub(super) fn compose(
    catalogue: &Catalogue,
    amendment: &Amendment,
    rows: &[Row],
    signer: &str,
    choice: &Choice,
) -> Vec<Part> {
    let kind = catalogue.text(amendment.kind.label(), &[]);
    let next = next_version(&amendment.record.base_version);
    let changed = rows.iter().filter(|row| row.changed);
    let facts = IntentFacts {
        signer_name: signer,
        amendment: &amendment.id,
        kind: &kind,
        record: &amendment.record.id,
        patient: &amendment.patient,
        base_version: &amendment.record.base_version,
        next_version: &next,
        changes: changed
            .map(|row| values::row(catalogue, row))
            .map(|row| (row.label, row.base, row.proposed))
            .collect(),
        meaning: choice.meaning.as_deref(),
        reason: choice.reason.as_deref(),
        note: Some(choice.note.as_str()),
    };
    intent::compose(catalogue, &facts)
}

pub(super) fn parts(parts: &[Part]) -> Vec<TextPart> {
    parts
        .iter()
        .map(|part| match part {
            Part::Plain(text) => TextPart::Plain(text.clone()),
            Part::Chosen(text) => TextPart::Chosen(text.clone()),
            Part::Slot(text) => TextPart::Slot(text.clone()),
        })
        .collect()
}

/// What was read, what the record is now, what was proposed. `now` is none when it could not be read again.
pub(super) fn record_changed(
    catalogue: &Catalogue,
    read: &Amendment,
    now: Option<&Amendment>,
    reference: &str,
) -> RecordChangedView {
    let fields = now.map_or_else(Vec::new, |now| changed_fields(catalogue, read, now));
    RecordChangedView {
        id: read.id.clone(),
        record: read.record.id.clone(),
        patient: read.patient.clone(),
        read_version: read.record.base_version.clone(),
        now_version: now.map(|now| now.current_version.clone()),
        fields,
        reference: reference.to_owned(),
    }
}

/// The labels of the fields that a signature changed.
pub(super) fn changed_labels(catalogue: &Catalogue, amendment: &Amendment) -> Vec<String> {
    let rows = rows(amendment).unwrap_or_default();
    rows.iter()
        .filter(|row| row.changed)
        .map(|row| values::row(catalogue, row).label)
        .collect()
}

/// Every field that differs between what was read, what is now and what was proposed.
fn changed_fields(catalogue: &Catalogue, read: &Amendment, now: &Amendment) -> Vec<ChangedField> {
    let Some(current) = &now.current else {
        return Vec::new();
    };
    let laid_out = |base: &[u8], proposed: &[u8]| -> Vec<FieldRow> {
        let rows = fields::rows(base, proposed).unwrap_or_default();
        rows.iter().map(|row| values::row(catalogue, row)).collect()
    };
    let asked = laid_out(read.base.as_slice(), read.proposed.as_slice());
    let moved = laid_out(read.base.as_slice(), current.as_slice());
    let labels = asked.iter().chain(&moved).map(|row| &row.label);
    let mut seen = BTreeSet::new();
    labels
        .filter(|label| seen.insert(label.as_str()))
        .filter_map(|label| {
            let of = |rows: &[FieldRow]| rows.iter().find(|row| row.label == *label).cloned();
            let (asked, moved) = (of(&asked), of(&moved));
            let base = asked.as_ref().or(moved.as_ref())?.base.clone();
            let now = moved.map_or_else(|| base.clone(), |row| row.proposed);
            let proposed = asked.map_or_else(|| base.clone(), |row| row.proposed);
            (now != base || proposed != base).then(|| ChangedField {
                label: label.clone(),
                read: base,
                now,
                proposed,
            })
        })
        .collect()
}

/// `Laboratory result: haemoglobin, 21.7 becomes 12.7 g/dL`.
fn title(catalogue: &Catalogue, amendment: &Amendment, rows: &[Row]) -> String {
    let kind = catalogue.text(amendment.kind.label(), &[]);
    let summary = fields::summary(rows);
    let Some(change) = &summary.first else {
        return kind;
    };
    // The first row of every kind says what the record is about: the test, the event, the medication.
    let about = rows.first().filter(|row| !row.changed);
    let about = about.map(|row| values::row(catalogue, row).base);
    let shown = values::change(catalogue, change);
    let none = || catalogue.text("value-none", &[]);
    let or_none = |text: String| if text.is_empty() { none() } else { text };
    let (base, proposed) = (or_none(shown.base), or_none(shown.proposed));
    let becomes = catalogue.text("becomes", &[]);
    let what = match about.filter(|about| !about.is_empty()) {
        Some(about) if change.label == "field-value" => in_sentence(catalogue, &about),
        Some(about) => format!(
            "{}, {}",
            in_sentence(catalogue, &about),
            in_sentence(catalogue, &shown.label)
        ),
        None => in_sentence(catalogue, &shown.label),
    };
    format!("{kind}: {what}, {base} {becomes} {proposed}")
}

/// English writes a common noun small inside a sentence, German as it stands. Abbreviations stay.
fn in_sentence(catalogue: &Catalogue, words: &str) -> String {
    let mut letters = words.chars();
    match (catalogue.locale(), letters.next(), letters.next()) {
        (catalogue::Locale::En, Some(first), Some(second))
            if first.is_uppercase() && second.is_lowercase() =>
        {
            first
                .to_lowercase()
                .chain([second])
                .chain(letters)
                .collect()
        }
        _ => words.to_owned(),
    }
}

/// The version that follows. Versions that are no numbers get the mark of a successor.
fn next_version(base: &str) -> String {
    base.parse::<u64>()
        .map_or_else(|_| format!("{base}+1"), |number| (number + 1).to_string())
}

fn no_change() -> ChangeView {
    ChangeView {
        label: String::new(),
        base: String::new(),
        proposed: String::new(),
    }
}
