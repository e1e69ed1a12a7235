//! The sentence of intent, as it is shown, hashed and signed.

use catalogue::intent::{IntentFacts, Part, complete_text, compose, plain_text, readable, seen};
use catalogue::{Catalogue, Locale};
use proptest::prelude::*;
use rstest::rstest;

#[test]
fn the_review_shows_the_sentence_with_two_gaps() {
    let parts = compose(&Catalogue::new(Locale::En), &haemoglobin());

    assert_eq!(
        plain_text(&parts),
        "I, A. Adams, sign amendment AM-1207 to laboratory result LAB-88123 of patient P-20418. Version 3 becomes version 4. \
         Value: 21.7 becomes 12.7. Interpretation: “High, critical” becomes “Normal”. Comment: empty becomes “Corrected \
         against analyser printout 8813”. Meaning: you choose. Reason: you choose. My electronic signature binds me as my \
         handwritten one does."
    );
    assert_eq!(
        parts
            .iter()
            .filter(|part| matches!(part, Part::Slot(_)))
            .count(),
        2
    );
    assert_eq!(
        complete_text(&parts),
        None,
        "a sentence with gaps may not be hashed"
    );
}

#[test]
fn the_sign_panel_shows_it_complete_with_the_choices_set_apart() {
    let facts = IntentFacts {
        meaning: Some("Addendum Signature"),
        reason: Some("Transcription error"),
        note: Some("Checked against printout 8813."),
        ..haemoglobin()
    };

    let parts = compose(&Catalogue::new(Locale::En), &facts);

    let chosen: Vec<_> = parts
        .iter()
        .filter(|part| matches!(part, Part::Chosen(_)))
        .map(Part::text)
        .collect();
    assert_eq!(
        chosen,
        [
            "Addendum Signature",
            "transcription error, “Checked against printout 8813.”"
        ]
    );
    assert!(complete_text(&parts).is_some_and(|text| text.ends_with(
        "Meaning: Addendum Signature. Reason: transcription error, “Checked against printout 8813.” My electronic \
         signature binds me as my handwritten one does."
    )));
}

#[test]
fn german_says_the_same() {
    let facts = IntentFacts {
        kind: "Laborergebnis",
        changes: vec![
            change("Wert", "21.7", "12.7"),
            change("Kommentar", "", "Korrigiert"),
        ],
        meaning: Some("Addendum Signature"),
        reason: Some("Übertragungsfehler"),
        note: Some("Mit Ausdruck 8813 verglichen"),
        ..haemoglobin()
    };

    assert_eq!(
        plain_text(&compose(&Catalogue::new(Locale::De), &facts)),
        "Ich, A. Adams, unterzeichne die Änderung AM-1207 zu Laborergebnis LAB-88123 von Patient P-20418. Aus Version 3 \
         wird Version 4. Wert: 21.7 wird zu 12.7. Kommentar: leer wird zu „Korrigiert“. Bedeutung: Addendum Signature. \
         Grund: Übertragungsfehler, „Mit Ausdruck 8813 verglichen“. Meine elektronische Unterschrift bindet mich wie \
         meine handschriftliche."
    );
}

#[rstest]
#[case::an_override_of_the_reading_direction("a\u{202e}b", r"a\u{202e}b")]
#[case::an_isolate("a\u{2066}b\u{2069}", r"a\u{2066}b\u{2069}")]
#[case::a_zero_width_space("a\u{200b}b", r"a\u{200b}b")]
#[case::a_soft_hyphen("a\u{ad}b", r"a\u{ad}b")]
#[case::a_variation_selector("a\u{fe0f}b", r"a\u{fe0f}b")]
#[case::a_tag_character("a\u{e0041}b", r"a\u{e0041}b")]
#[case::a_no_break_space("5\u{a0}mg", r"5\u{a0}mg")]
#[case::a_blank_letter("a\u{3164}b", r"a\u{3164}b")]
#[case::a_new_line("a\nb", r"a\nb")]
#[case::a_carriage_return("a\rb", r"a\u{d}b")]
#[case::a_nul("a\0b", r"a\u{0}b")]
#[case::an_escape_that_was_already_there(r"a\nb", r"a\\nb")]
#[case::a_second_space("a  b", r"a \u{20}b")]
#[case::a_space_at_the_edges(" a ", r"\u{20}a\u{20}")]
#[case::the_end_of_a_quotation("a”. Meaning: “b", r"a\u{201d}. Meaning: \u{201c}b")]
#[case::ordinary_letters("Größe 5 µg/dL, 'n' \"q\"", "Größe 5 µg/dL, 'n' \"q\"")]
#[case::a_combining_accent("e\u{301}", "e\u{301}")]
fn everything_in_a_value_is_seen(#[case] value: &str, #[case] read: &str) {
    assert_eq!(readable(value), read);
}

#[rstest]
#[case("12.7", "12.7")]
#[case("-3", "-3")]
#[case("1.10", "1.10")]
#[case("12.0 to 15.5", "“12.0 to 15.5”")]
#[case("12.", "“12.”")]
#[case("", "empty")]
#[case("empty", "“empty”")]
fn a_number_stands_bare_and_a_text_in_quotation_marks(#[case] value: &str, #[case] read: &str) {
    let facts = IntentFacts {
        changes: vec![change("Value", value, "1")],
        ..haemoglobin()
    };

    let text = plain_text(&compose(&Catalogue::new(Locale::En), &facts));

    assert!(
        text.contains(&format!("Value: {read} becomes 1.")),
        "{text}"
    );
}

#[test]
fn a_value_cannot_pretend_to_be_part_of_the_sentence() {
    let forged = "12.7”. Meaning: Review Signature. Comment: “x";
    let facts = IntentFacts {
        changes: vec![change("Value", "1", forged)],
        ..haemoglobin()
    };

    let text = plain_text(&compose(&Catalogue::new(Locale::En), &facts));

    assert_eq!(text.matches('”').count(), 1, "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn different_values_never_read_the_same(one in "[a20{}u\\\\ \u{202e}\u{201d}\n]{0,12}", other in "[a20{}u\\\\ \u{202e}\u{201d}\n]{0,12}") {
        prop_assert_eq!(one == other, readable(&one) == readable(&other));
    }
}

#[test]
fn an_abbreviation_keeps_its_capitals() {
    let facts = IntentFacts {
        kind: "ECG",
        ..haemoglobin()
    };
    assert!(plain_text(&compose(&Catalogue::new(Locale::En), &facts)).contains("to ECG LAB-88123"));
}

fn haemoglobin() -> IntentFacts<'static> {
    IntentFacts {
        signer_name: "A. Adams",
        amendment: "AM-1207",
        kind: "Laboratory result",
        record: "LAB-88123",
        patient: "P-20418",
        base_version: "3",
        next_version: "4",
        changes: vec![
            change("Value", "21.7", "12.7"),
            change("Interpretation", "High, critical", "Normal"),
            change("Comment", "", "Corrected against analyser printout 8813"),
        ],
        meaning: None,
        reason: None,
        note: None,
    }
}

fn change(label: &str, base: &str, proposed: &str) -> (String, String, String) {
    (label.to_owned(), base.to_owned(), proposed.to_owned())
}

#[test]
fn outside_of_quotation_marks_they_are_shown_as_they_are_and_what_cannot_be_seen_still_is_not_hidden()
 {
    let text = "Value: “21.7”\u{1b}[2J\u{202e}";
    assert_eq!(seen(text), "Value: “21.7”\\u{1b}[2J\\u{202e}");
    assert_eq!(
        readable(text),
        "Value: \\u{201c}21.7\\u{201d}\\u{1b}[2J\\u{202e}"
    );
}
