//! The sentence of intent: the exact text that is shown, read, hashed and signed.
//!
//! It is composed here, in Rust, and the pages show it as it stands; nothing else writes it.
//! What comes from a record, a directory or a keyboard is made readable first ([`readable`]): a character that is not
//! seen, that turns the direction of reading or that would end a quotation is written as an escape. So two different
//! values never read the same, and no value can pretend to be part of the sentence around it.
//! It does not defend against letters that look alike (Latin a, Cyrillic а).

use crate::{Catalogue, Locale};

/// What the sentence says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentFacts<'a> {
    /// The printed name of the signer.
    pub signer_name: &'a str,
    /// `AM-1207`.
    pub amendment: &'a str,
    /// `Laboratory result`, in the catalogue's language.
    pub kind: &'a str,
    /// `LAB-88123`.
    pub record: &'a str,
    /// `P-20418`.
    pub patient: &'a str,
    /// The version that was read.
    pub base_version: &'a str,
    /// The version that the signature makes of it.
    pub next_version: &'a str,
    /// Label, what the record says now, what it would say; empty when it says nothing.
    pub changes: Vec<(String, String, String)>,
    /// The meaning's standard name, once chosen.
    pub meaning: Option<&'a str>,
    /// The reason in the catalogue's language, once chosen.
    pub reason: Option<&'a str>,
    /// The signer's note; an empty one counts as none.
    pub note: Option<&'a str>,
}

/// A piece of the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// As it stands.
    Plain(String),
    /// As it stands, shown bold: what the person chose.
    Chosen(String),
    /// Still to be chosen; the text is what the gap says.
    Slot(String),
}

impl Part {
    /// The letters of this piece.
    pub fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Chosen(text) | Self::Slot(text) => text,
        }
    }
}

/// The sentence in pieces, in reading order.
pub fn compose(catalogue: &Catalogue, facts: &IntentFacts<'_>) -> Vec<Part> {
    let text = |key: &str| catalogue.text(key, &[]);
    let mut opening = catalogue.text(
        "sign-intent-opening",
        &[
            ("name", (&readable(facts.signer_name)).into()),
            ("amendment", (&readable(facts.amendment)).into()),
            (
                "kind",
                (&within_sentence(catalogue.locale(), &readable(facts.kind))).into(),
            ),
            ("record", (&readable(facts.record)).into()),
            ("patient", (&readable(facts.patient)).into()),
            ("base", (&readable(facts.base_version)).into()),
            ("next", (&readable(facts.next_version)).into()),
        ],
    );
    for (label, base, proposed) in &facts.changes {
        opening.push(' ');
        opening.push_str(&catalogue.text(
            "sign-intent-change",
            &[
                ("label", (&readable(label)).into()),
                ("base", (&as_value(catalogue, base)).into()),
                ("proposed", (&as_value(catalogue, proposed)).into()),
            ],
        ));
    }

    let choice = |chosen: Option<String>| {
        chosen.map_or_else(|| Part::Slot(text("sign-intent-choose")), Part::Chosen)
    };
    let (reason, after_reason) = reason_and_note(catalogue, facts);
    vec![
        Part::Plain(format!("{opening} {} ", text("sign-intent-meaning"))),
        choice(facts.meaning.map(readable)),
        Part::Plain(format!(". {} ", text("sign-intent-reason"))),
        choice(reason),
        Part::Plain(format!("{after_reason} {}", text("sign-intent-closing"))),
    ]
}

/// The whole sentence as it reads, gaps included.
pub fn plain_text(parts: &[Part]) -> String {
    parts.iter().map(Part::text).collect()
}

/// The whole sentence, if nothing is left to choose: only this may be hashed.
pub fn complete_text(parts: &[Part]) -> Option<String> {
    let complete = !parts.iter().any(|part| matches!(part, Part::Slot(_)));
    complete.then(|| plain_text(parts))
}

/// A foreign text such that everything in it is seen, to stand between quotation marks: as [`seen`], and a mark of its own
/// ends no quotation.
pub fn readable(text: &str) -> String {
    escaped(text, |character| {
        matches!(character, '\u{201c}' | '\u{201d}' | '\u{201e}')
    })
}

/// A foreign text such that everything in it is seen: what cannot be seen becomes `\n`, `\t` or `\u{202e}`.
/// Different texts stay different.
pub fn seen(text: &str) -> String {
    escaped(text, |_| false)
}

fn escaped(text: &str, also: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_space = true;
    for character in text.chars() {
        let hidden = match character {
            ' ' => after_space,
            other => also(other) || is_unseen(other),
        };
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            _ if hidden => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
        after_space = character == ' ';
    }
    if out.ends_with(' ') {
        out.pop();
        out.extend(' '.escape_unicode());
    }
    out
}

fn reason_and_note(
    catalogue: &Catalogue,
    facts: &IntentFacts<'_>,
) -> (Option<String>, &'static str) {
    let Some(reason) = facts.reason else {
        return (None, ".");
    };
    let reason = within_sentence(catalogue.locale(), &readable(reason));
    let Some(note) = facts.note.map(str::trim).filter(|note| !note.is_empty()) else {
        return (Some(reason), ".");
    };
    let ends_itself = note.ends_with(['.', '!', '?']);
    (
        Some(format!("{reason}, {}", quoted(catalogue, note))),
        if ends_itself { "" } else { "." },
    )
}

/// A number stands bare, a text in quotation marks, nothing as a word.
fn as_value(catalogue: &Catalogue, value: &str) -> String {
    if value.is_empty() {
        catalogue.text("sign-intent-empty", &[])
    } else if is_number(value) {
        value.to_owned()
    } else {
        quoted(catalogue, value)
    }
}

fn quoted(catalogue: &Catalogue, text: &str) -> String {
    catalogue.text("sign-intent-quoted", &[("text", (&readable(text)).into())])
}

fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction]
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// English writes a common noun small inside a sentence, German as it stands. Abbreviations (`ECG`) stay.
fn within_sentence(locale: Locale, text: &str) -> String {
    let mut letters = text.chars();
    match (locale, letters.next(), letters.next()) {
        (Locale::En, Some(first), Some(second))
            if first.is_uppercase() && second.is_lowercase() =>
        {
            first
                .to_lowercase()
                .chain(std::iter::once(second))
                .chain(letters)
                .collect()
        }
        _ => text.to_owned(),
    }
}

/// Whether a character leaves no mark of its own: controls, format and bidi characters, foreign spaces, unassigned ones.
fn is_unseen(character: char) -> bool {
    let blank = matches!(
        character,
        '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    );
    // `str::escape_debug` writes as `\u{…}` whatever Unicode calls a format, separator, private or unassigned character.
    // It would also escape a combining mark at the beginning: hence the letter before it.
    let mut escaped = String::from_iter(['a', character]);
    escaped = escaped.escape_debug().skip(1).collect();
    blank || character.is_control() || escaped.starts_with("\\u")
}
