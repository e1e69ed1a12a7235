//! 1 parse: octets that are no canonical JSON.

use evidence::{Reason, Step};
use serde_json::{Value, json};

use crate::book::{Book, By};
use crate::story::{Story, jcs};

pub fn write(book: &mut Book) {
    no_json(book);
    not_canonical(book);
    values(book);
    sizes(book);
}

fn parse(book: &mut Book, name: &str, reason: Reason, octets: Vec<u8>) {
    let archive = Story::es256().archive;
    book.fails(Step::Parse, name, reason, octets, By::Archive(archive));
}

fn honest() -> Vec<u8> {
    jcs(&Story::es256().receipted())
}

/// The honest octets with one text exchanged for another, as octets and not as JSON.
fn exchanged(from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(honest()).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{from} has to be there once");
    text.replace(from, to).into_bytes()
}

fn no_json(book: &mut Book) {
    let honest = honest();
    parse(book, "nothing", Reason::NotJson, Vec::new());
    parse(
        book,
        "truncated",
        Reason::NotJson,
        honest[..honest.len() - 1].to_vec(),
    );
    parse(
        book,
        "trailing-bytes",
        Reason::NotJson,
        [&honest[..], b"{}"].concat(),
    );
    parse(
        book,
        "byte-order-mark",
        Reason::NotJson,
        [b"\xef\xbb\xbf", &honest[..]].concat(),
    );
    let mut torn = honest;
    let inside = torn.windows(5).position(|five| five == b"Grace").unwrap();
    torn[inside] = 0xff;
    parse(book, "not-utf-8", Reason::NotJson, torn);
    parse(
        book,
        "lone-surrogate",
        Reason::NotJson,
        exchanged("Grace Adams", r"\ud800"),
    );
    parse(
        book,
        "not-a-number",
        Reason::NotJson,
        exchanged(r#""max_age":0,"#, r#""max_age":NaN,"#),
    );
    parse(
        book,
        "comma-too-many",
        Reason::NotJson,
        exchanged(r#"["mfa"]"#, r#"["mfa",]"#),
    );
}

fn not_canonical(book: &mut Book) {
    let honest = honest();
    let value: Value = serde_json::from_slice(&honest).unwrap();
    let pretty = serde_json::to_vec_pretty(&value).unwrap();
    parse(book, "pretty-printed", Reason::NotCanonical, pretty);
    parse(
        book,
        "newline-at-the-end",
        Reason::NotCanonical,
        [&honest[..], b"\n"].concat(),
    );
    parse(
        book,
        "needless-escape",
        Reason::NotCanonical,
        exchanged("Grace Adams", r"\u0047race Adams"),
    );
    let reversed = exchanged(
        r#""code":"transcription","text":"Transcription error""#,
        r#""text":"Transcription error","code":"transcription""#,
    );
    parse(book, "members-out-of-order", Reason::NotCanonical, reversed);
    let spelled = exchanged("2026-11-25T09:46:41Z", "2026-11-25T09:46:41+00:00");
    parse(
        book,
        "another-spelling-of-a-time",
        Reason::NotCanonical,
        spelled,
    );
    let id = "01927d3e-8a00-7c4e-9c3b-2f6d1e5a7b90";
    let capitals = exchanged(id, &id.to_uppercase());
    parse(
        book,
        "another-spelling-of-an-identifier",
        Reason::NotCanonical,
        capitals,
    );
    let twice = exchanged(
        r#""code":"transcription","#,
        r#""code":"transcription","code":"transcription","#,
    );
    parse(book, "member-twice", Reason::DuplicateMember, twice);
    let hidden = exchanged(
        r#""code":"transcription","#,
        r#""code":"x","\u0063ode":"transcription","#,
    );
    parse(
        book,
        "member-twice-by-an-escape",
        Reason::DuplicateMember,
        hidden,
    );
}

fn values(book: &mut Book) {
    let cases = [
        ("float", "1.5"),
        ("whole-float", "0.0"),
        ("exponent", "1e3"),
        ("minus-zero", "-0"),
        ("integer-of-2-to-the-53", "9007199254740992"),
        ("integer-of-minus-2-to-the-53", "-9007199254740992"),
        ("integer-beyond-64-bits", "99999999999999999999"),
        ("null", "null"),
    ];
    for (name, number) in cases {
        let octets = exchanged(r#""max_age":0,"#, &format!(r#""max_age":{number},"#));
        parse(book, name, Reason::ValueNotAllowed, octets);
    }
}

fn sizes(book: &mut Book) {
    let archive = || By::Archive(Story::es256().archive);
    let (step, reason) = (Step::Parse, Reason::TooLarge);
    book.fails_padded(
        step,
        "over-a-mebibyte",
        reason,
        honest(),
        archive(),
        1024 * 1024,
    );
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let deep = exchanged(r#"["mfa"]"#, &nested(33));
    parse(book, "deeper-than-32-levels", Reason::TooDeep, deep);
    parse(
        book,
        "very-deep",
        Reason::TooDeep,
        nested(50_000).into_bytes(),
    );
    let story = Story::es256().with(|story| {
        story
            .claims
            .insert("pad".to_owned(), json!("x".repeat(64 * 1024)));
    });
    parse(
        book,
        "id-token-over-64-kib",
        Reason::IdTokenTooLarge,
        jcs(&story.receipted()),
    );
}
