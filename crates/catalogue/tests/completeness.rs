//! Both languages say everything, with the same variables, and every error has its remedy.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use catalogue::{Catalogue, Locale, Value};
use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use rstest::rstest;

#[rstest]
#[case(Locale::En)]
#[case(Locale::De)]
fn the_source_is_fluent_without_an_error(#[case] locale: Locale) {
    let errors = FluentResource::try_new(locale.source().to_owned())
        .err()
        .map(|(_, errors)| errors);
    assert!(errors.is_none(), "{errors:?}");
}

#[rstest]
#[case(Locale::En)]
#[case(Locale::De)]
fn no_key_stands_twice(#[case] locale: Locale) {
    let resource = FluentResource::try_new(locale.source().to_owned()).unwrap();
    let mut seen = BTreeSet::new();
    for entry in resource.entries() {
        if let Entry::Message(message) = entry {
            assert!(
                seen.insert(message.id.name.to_owned()),
                "{} stands twice",
                message.id.name
            );
        }
    }
}

#[test]
fn both_languages_have_the_same_keys_and_variables() {
    let (english, german) = (variables(Locale::En), variables(Locale::De));

    let only = |one: &BTreeMap<_, _>, other: &BTreeMap<_, _>| -> Vec<String> {
        one.keys()
            .filter(|key| !other.contains_key(*key))
            .cloned()
            .collect()
    };
    assert_eq!(
        only(&english, &german),
        Vec::<String>::new(),
        "missing in German"
    );
    assert_eq!(
        only(&german, &english),
        Vec::<String>::new(),
        "missing in English"
    );
    for (key, names) in &english {
        assert_eq!(names, &german[key], "{key}");
    }
}

#[rstest]
#[case(Locale::En)]
#[case(Locale::De)]
fn no_text_is_empty_or_leaves_a_variable_open(#[case] locale: Locale) {
    let catalogue = Catalogue::new(locale);
    for (key, names) in variables(locale) {
        let args: Vec<_> = names
            .iter()
            .map(|name| (name.as_str(), Value::Number(2)))
            .collect();
        let text = catalogue.text(&key, &args);
        assert!(
            !text.trim().is_empty() && !text.contains("{$"),
            "{key}: {text:?}"
        );
    }
}

#[test]
fn every_error_has_its_remedy_and_every_remedy_its_error() {
    let keys = variables(Locale::En);
    let codes = |prefix: &str| -> BTreeSet<_> {
        keys.keys()
            .filter_map(|key| key.strip_prefix(prefix))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(codes("err-"), codes("rec-"));
    assert!(codes("err-").len() > 80);
}

#[rstest]
#[case(Locale::En)]
#[case(Locale::De)]
fn whoever_was_signing_in_is_not_told_about_a_signature(#[case] locale: Locale) {
    let catalogue = Catalogue::new(locale);
    let signed = match locale {
        Locale::En => "signed,",
        Locale::De => "unterschrieben",
    };
    for code in AT_SIGN_IN {
        let args = [("minutes", Value::Number(2)), ("host", "id.example".into())];
        let told = catalogue.fault_at_sign_in(code, &args);
        assert!(!told.text.contains(signed), "{code}: {}", told.text);
        assert!(!told.text.contains("Nothing was"), "{code}: {}", told.text);
        assert_ne!(told.text, format!("err-{code}"));
    }
}

/// What a sign-in may end with.
const AT_SIGN_IN: &[&str] = &[
    "agent-failed",
    "agent-unavailable",
    "cancelled",
    "clock-off",
    "host-not-allowed",
    "identity-provider-error",
    "identity-provider-unreachable",
    "identity-provider-untrusted",
    "identity-provider-unusable",
    "internal",
    "isolation-unavailable",
    "name-missing",
    "no-randomness",
    "ports-taken",
    "refused",
    "timed-out",
];

#[test]
fn a_text_without_a_wording_for_sign_in_is_the_same_there() {
    let catalogue = Catalogue::new(Locale::En);
    assert_eq!(
        catalogue.fault_at_sign_in("refused", &[]),
        catalogue.fault("refused", &[])
    );
}

#[test]
fn an_unknown_key_is_shown_as_it_stands() {
    let catalogue = Catalogue::new(Locale::En);
    assert!(!catalogue.has("no-such-key"));
    assert_eq!(catalogue.text("no-such-key", &[]), "no-such-key");
}

#[test]
fn plural_forms_follow_the_number() {
    let catalogue = Catalogue::new(Locale::En);
    let clock = |minutes: u32| {
        catalogue
            .fault("clock_off", &[("minutes", minutes.into())])
            .text
    };
    assert_eq!(
        clock(1),
        "The clock of this computer is 1 minute off. Nothing was signed."
    );
    assert_eq!(
        clock(10),
        "The clock of this computer is 10 minutes off. Nothing was signed."
    );
}

#[rstest]
#[case(
    Locale::En,
    "The signature was not applied. Your session and your entry are unchanged. Reference 7F3K-2QX9."
)]
#[case(
    Locale::De,
    "Die Unterschrift wurde nicht übernommen. Ihre Sitzung und Ihre Eingabe sind unverändert. Referenz 7F3K-2QX9."
)]
fn the_text_for_every_refusal_is_exactly_this_one(#[case] locale: Locale, #[case] text: &str) {
    assert_eq!(
        Catalogue::new(locale).text("not-applied", &[("reference", "7F3K-2QX9".into())]),
        text
    );
}

#[test]
fn a_meaning_is_found_by_its_code_and_a_reason_falls_back_to_its_wording() {
    let catalogue = Catalogue::new(Locale::De);
    assert_eq!(
        catalogue.meaning_key("1.2.840.10065.1.12.1.15"),
        "meaning-15"
    );
    assert_eq!(
        catalogue.meaning_key("1.2.840.10065.1.12.1.18"),
        "meaning-other"
    );
    assert_eq!(
        catalogue.reason("transcription-error", "Transcription error"),
        "Übertragungsfehler"
    );
    assert_eq!(
        catalogue.reason("local-reason", "As IT words it"),
        "As IT words it"
    );
}

#[rstest]
#[case("de", Locale::De)]
#[case("de_AT.UTF-8", Locale::De)]
#[case("en-GB", Locale::En)]
#[case("C", Locale::En)]
#[case("", Locale::En)]
fn the_nearest_language_is_taken(#[case] tag: &str, #[case] locale: Locale) {
    assert_eq!(Locale::nearest(tag), locale);
}

/// Who signs never reads IT's words: those belong to the audit log, and to texts that begin with "IT:".
#[test]
fn what_a_signer_reads_uses_the_words_of_the_product() {
    for (locale, forbidden) in [
        (Locale::En, ["log in", "authenticat", "token", "OIDC"]),
        (Locale::De, ["einloggen", "authentifizier", "Token", "OIDC"]),
    ] {
        let source = locale.source();
        let before = source.find("## errors that only IT reads").unwrap();
        let after = source[before..].find("## meanings").unwrap() + before;
        for line in source[..before].lines().chain(source[after..].lines()) {
            let read_by_all = line.split(" IT: ").next().unwrap_or(line);
            let text = read_by_all.split_once(" = ").map_or("", |(_, text)| text);
            for word in forbidden {
                assert!(!text.contains(word), "{word} in: {line}");
            }
        }
    }
}

fn variables(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let resource = FluentResource::try_new(locale.source().to_owned()).unwrap();
    let mut found = BTreeMap::new();
    for entry in resource.entries() {
        if let Entry::Message(message) = entry {
            let mut names = BTreeSet::new();
            collect(
                message.value.as_ref().expect("a message has a text"),
                &mut names,
            );
            found.insert(message.id.name.to_owned(), names);
        }
    }
    found
}

fn collect(pattern: &Pattern<&str>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else {
            continue;
        };
        match expression {
            Expression::Inline(inline) => collect_inline(inline, names),
            Expression::Select { selector, variants } => {
                collect_inline(selector, names);
                for variant in variants {
                    collect(&variant.value, names);
                }
            }
        }
    }
}

fn collect_inline(inline: &InlineExpression<&str>, names: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            names.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => {
            if let Expression::Inline(inner) = expression.as_ref() {
                collect_inline(inner, names);
            }
        }
        _ => {}
    }
}
