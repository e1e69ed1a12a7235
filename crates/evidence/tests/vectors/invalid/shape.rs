//! 1 parse: canonical JSON that is no bundle.

use evidence::{Reason, Step};
use serde_json::{Value, json};

use crate::book::{Book, By};
use crate::story::{Story, jcs, object_of};

pub fn write(book: &mut Book) {
    members(book);
    spellings(book);
    statement(book);
    id_token(book);
    what_cannot_be_there_yet(book);
}

fn shape(book: &mut Book, name: &str, change: impl FnOnce(&mut Value)) {
    let story = Story::es256();
    let mut bundle = story.receipted();
    change(&mut bundle);
    book.fails(
        Step::Parse,
        name,
        Reason::WrongShape,
        jcs(&bundle),
        By::Archive(story.archive),
    );
}

fn members(book: &mut Book) {
    let octets = jcs(&json!([]));
    let archive = By::Archive(Story::es256().archive);
    book.fails(Step::Parse, "array", Reason::WrongShape, octets, archive);
    let names = [
        "type",
        "statement",
        "presentation",
        "pk_token",
        "signed_statement",
        "issuer",
        "authorization",
        "seal",
    ];
    for name in names {
        shape(
            book,
            &format!("without-{}", name.replace('_', "-")),
            |bundle| {
                object_of(bundle).remove(name);
            },
        );
    }
    shape(book, "unknown-member", |bundle| bundle["note"] = json!("x"));
    shape(book, "unknown-member-of-the-statement", |bundle| {
        bundle["statement"]["note"] = json!("x");
    });
    shape(book, "another-version", |bundle| {
        bundle["type"] = json!("urn:countersign:evidence:v2");
    });
    shape(book, "statement-of-another-version", |bundle| {
        bundle["statement"]["type"] = json!("urn:countersign:statement:v2");
    });
    shape(book, "text-for-a-number", |bundle| {
        bundle["statement"]["authentication"]["max_age"] = json!("0");
    });
    shape(book, "negative-max-age", |bundle| {
        bundle["statement"]["authentication"]["max_age"] = json!(-1);
    });
    shape(book, "more-in-the-audit-head", |bundle| {
        bundle["statement"]["client"]["audit_head"] =
            json!({"seq": 7, "sha256": "5".repeat(64), "at": "2026-11-25T09:46:40Z"});
    });
    shape(book, "number-for-a-text", |bundle| {
        bundle["statement"]["signer"]["name"] = json!(7);
    });
    shape(book, "one-signature", |bundle| {
        bundle["pk_token"]["signatures"]
            .as_array_mut()
            .unwrap()
            .pop();
    });
    shape(book, "three-signatures", |bundle| {
        let signatures = bundle["pk_token"]["signatures"].as_array_mut().unwrap();
        signatures.push(signatures[0].clone());
    });
    shape(book, "another-canonicalization", |bundle| {
        bundle["statement"]["amendments"][0]["canonicalization"] = json!("none");
    });
    shape(book, "meaning-of-another-system", |bundle| {
        bundle["statement"]["meaning"]["system"] = json!("urn:example:meanings");
    });
}

fn spellings(book: &mut Book) {
    shape(book, "padded-base64", |bundle| {
        bundle["issuer"]["jwks"] = json!("e30=");
    });
    shape(book, "base64-with-stray-bits", |bundle| {
        bundle["issuer"]["jwks"] = json!("e31");
    });
    shape(book, "base64-of-the-other-alphabet", |bundle| {
        bundle["issuer"]["jwks"] = json!("++//");
    });
    shape(book, "local-time-without-offset", |bundle| {
        bundle["statement"]["requested_at"] = json!("2026-11-25T09:46:40Z");
    });
    shape(book, "local-time-with-fractions", |bundle| {
        bundle["statement"]["requested_at"] = json!("2026-11-25T10:46:40.5+01:00");
    });
    shape(book, "day-that-never-was", |bundle| {
        bundle["issuer"]["fetched_at"] = json!("2026-02-30T09:46:41Z");
    });
    shape(book, "identifier-that-is-none", |bundle| {
        bundle["statement"]["signature_id"] = json!("7");
    });
}

fn statement(book: &mut Book) {
    let mut invalid = |name: &str, change: fn(&mut Value)| {
        let story = Story::es256()
            .signing(&["hb-1", "hb-2"])
            .with(|story| change(&mut story.statement));
        let octets = jcs(&story.receipted());
        book.fails(
            Step::Parse,
            name,
            Reason::StatementInvalid,
            octets,
            By::Archive(story.archive),
        );
    };
    invalid("no-amendment", |statement| {
        statement["amendments"] = json!([]);
    });
    invalid("amendment-twice", |statement| {
        statement["amendments"][1]["id"] = json!("hb-1");
    });
    invalid("record-twice", |statement| {
        statement["amendments"][1]["record"] = statement["amendments"][0]["record"].clone();
    });
    invalid("identifier-of-version-4", |statement| {
        statement["signature_id"] = json!("01927d3e-8a00-4c4e-9c3b-2f6d1e5a7b90");
    });
    invalid("no-challenge", |statement| {
        statement["challenge"] = json!("");
    });
    invalid("no-name", |statement| {
        statement["signer"]["name"] = json!(" \u{a0}");
    });
    invalid("no-subject", |statement| {
        statement["signer"]["subject"] = json!({});
    });
    invalid("no-meaning", |statement| {
        statement["meaning"]["display"] = json!("");
    });
    invalid("no-reason", |statement| {
        statement["reason"]["code"] = json!("");
    });
    invalid("no-time-zone", |statement| {
        statement["time_zone"] = json!("");
    });
    invalid("no-client", |statement| {
        statement["client"]["client_id"] = json!("");
    });
    invalid("audit-head-of-no-entry", |statement| {
        statement["client"]["audit_head"] = json!({"seq": 0, "sha256": "5".repeat(64)});
    });
    invalid("audit-head-with-a-short-digest", |statement| {
        statement["client"]["audit_head"] = json!({"seq": 7, "sha256": "5".repeat(63)});
    });
    invalid("digest-in-capitals", |statement| {
        statement["shown_sha256"] = json!("A".repeat(64));
    });
    invalid("short-digest", |statement| {
        statement["amendments"][1]["base_sha256"] = json!("a".repeat(63));
    });
}

fn id_token(book: &mut Book) {
    let mut malformed = |name: &str, change: &dyn Fn(&mut Value)| {
        let story = Story::es256();
        let mut bundle = story.receipted();
        change(&mut bundle);
        let by = By::Archive(story.archive);
        book.fails(
            Step::Parse,
            name,
            Reason::IdTokenMalformed,
            jcs(&bundle),
            by,
        );
    };
    let payload = |octets: &'static [u8]| {
        move |bundle: &mut Value| {
            bundle["pk_token"]["payload"] = json!(evidence::digest::base64url(octets));
        }
    };
    malformed("id-token-of-no-object", &payload(b"[]"));
    malformed(
        "id-token-with-a-claim-twice",
        &payload(br#"{"sub":"a","sub":"b"}"#),
    );
    malformed("id-token-with-something-after", &payload(b"{}{}"));
    malformed("id-token-without-header", &|bundle| {
        bundle["pk_token"]["signatures"][0]["protected"] = json!("e30.e30");
    });
    malformed("id-token-header-of-no-object", &|bundle| {
        bundle["pk_token"]["signatures"][0]["protected"] = json!("W10");
    });
}

fn what_cannot_be_there_yet(book: &mut Book) {
    shape(book, "timestamp-without-receipt", |bundle| {
        object_of(bundle).remove("receipt");
        bundle["timestamp"] = json!("AAAA");
    });
    let story = Story::es256();
    let octets = jcs(&story.receipted());
    let by = By::Facts(story.facts);
    book.fails(
        Step::Parse,
        "receipt-before-the-commit",
        Reason::ReceiptUnexpected,
        octets,
        by,
    );
}
