//! 2 commitment and 3 holder: what the bundle alone shows.

use evidence::digest::base64url;
use evidence::{Reason, Step};
use serde_json::json;

use crate::book::Book;
use crate::keys::Key;
use crate::story::{Story, at, epoch, jcs, jws, message, object, object_of};

pub fn write(book: &mut Book) {
    commitment(book);
    request(book);
    holder(book);
    seal(book);
}

fn commitment(book: &mut Book) {
    const STEP: Step = Step::Commitment;
    book.tampered(
        STEP,
        "another-reason",
        Reason::StatementMismatch,
        |_, bundle| {
            bundle["statement"]["reason"]["text"] = json!("Something else");
        },
    );
    book.tampered(
        STEP,
        "another-meaning",
        Reason::StatementMismatch,
        |_, bundle| {
            bundle["statement"]["meaning"]["code"] = json!("1.2.840.10065.1.12.1.1");
        },
    );
    book.tampered(
        STEP,
        "another-signer",
        Reason::StatementMismatch,
        |_, bundle| {
            bundle["statement"]["signer"]["subject"]["sub"] = json!("baker-2");
        },
    );
    book.tampered(
        STEP,
        "other-octets-of-a-record",
        Reason::StatementMismatch,
        |_, bundle| {
            bundle["statement"]["amendments"][0]["proposed_sha256"] = json!("0".repeat(64));
        },
    );
    let reason = Reason::NonceMismatch;
    book.told(STEP, "no-nonce", reason, |story| {
        drop(story.claims.remove("nonce"));
    });
    book.told(STEP, "another-nonce", reason, |story| {
        story
            .claims
            .insert("nonce".to_owned(), json!("n-0S6_WzA2Mj"));
    });
    book.told(STEP, "nonce-of-no-text", reason, |story| {
        story.claims.insert("nonce".to_owned(), json!(7));
    });
    book.tampered(
        STEP,
        "id-token-of-another-signature",
        reason,
        |story, bundle| {
            let other =
                Story::es256().with(|other| drop(other.claims.insert("iat".to_owned(), epoch(51))));
            let other = other.with(|other| other.cic = object(json!({ "rz": "cd".repeat(32) })));
            let stolen = other.pk_token();
            bundle["pk_token"]["payload"] = stolen["payload"].clone();
            bundle["pk_token"]["signatures"][0] = stolen["signatures"][0].clone();
            story.seal(bundle);
        },
    );
    malformed_claims(book);
    book.tampered(
        STEP,
        "another-text-presented",
        Reason::PresentationMismatch,
        |_, bundle| {
            bundle["presentation"]["octets"] = json!(base64url(b"I sign nothing."));
        },
    );
}

fn malformed_claims(book: &mut Book) {
    const STEP: Step = Step::Commitment;
    let malformed = [
        ("short-randomness", json!({ "rz": "ab" })),
        ("another-type-of-claims", json!({ "typ": "JWT" })),
        ("another-algorithm-of-claims", json!({ "alg": "ES384" })),
        ("claims-with-a-member-more", json!({ "more": "x" })),
        ("claims-that-name-no-digest", json!({ "att": "x" })),
        (
            "key-with-a-private-half",
            json!({ "upk": { "alg": "ES256", "crv": "P-256", "kty": "EC", "x": "AA", "y": "AA", "d": "AA" } }),
        ),
    ];
    for (name, members) in malformed {
        book.told(STEP, name, Reason::CommitmentMalformed, |story| {
            story.cic = object(members);
        });
    }
    book.tampered(
        STEP,
        "claims-not-canonical",
        Reason::CommitmentMalformed,
        |story, bundle| {
            let spaced = String::from_utf8(jcs(&story.commitment()))
                .unwrap()
                .replace(':', ": ");
            bundle["pk_token"]["signatures"][1]["protected"] = json!(base64url(spaced.as_bytes()));
        },
    );
    book.tampered(
        STEP,
        "claims-not-base64",
        Reason::CommitmentMalformed,
        |_, bundle| {
            bundle["pk_token"]["signatures"][1]["protected"] = json!("e30=");
        },
    );
}

fn request(book: &mut Book) {
    let asked = [
        ("client_id", "portal"),
        ("prompt", "none"),
        ("max_age", "3600"),
        ("acr_values", "pwd"),
        ("nonce", "n-0S6_WzA2Mj"),
    ];
    for (name, value) in asked {
        let file = format!("requested-another-{}", name.replace('_', "-"));
        book.told(Step::Commitment, &file, Reason::RequestMismatch, |story| {
            story.authorization["parameters"][name] = json!(value);
        });
    }
    let file = "requested-a-max-age-that-the-statement-lacks";
    book.told(Step::Commitment, file, Reason::RequestMismatch, |story| {
        object_of(&mut story.statement["authentication"]).remove("max_age");
    });
}

fn holder(book: &mut Book) {
    const STEP: Step = Step::Holder;
    let reason = Reason::HolderSignatureInvalid;
    book.tampered(
        STEP,
        "claims-signed-by-another-key",
        reason,
        |story, bundle| {
            let parts = [
                &bundle["pk_token"]["signatures"][1]["protected"],
                &bundle["pk_token"]["payload"],
            ];
            let input = parts.map(|part| part.as_str().unwrap()).join(".");
            let forged = Key::p256(0x77).sign(input.as_bytes());
            bundle["pk_token"]["signatures"][1]["signature"] = json!(base64url(&forged));
            story.seal(bundle);
        },
    );
    book.tampered(STEP, "claims-not-signed", reason, |_, bundle| {
        bundle["pk_token"]["signatures"][1]["signature"] = json!("");
    });
    book.told(STEP, "key-that-is-no-point", reason, |story| {
        let beside = json!({ "alg": "ES256", "crv": "P-256", "kty": "EC", "x": base64url(&[1; 32]), "y": base64url(&[1; 32]) });
        story.cic = object(json!({ "upk": beside }));
    });
    book.told(STEP, "key-with-a-short-coordinate", reason, |story| {
        let short = json!({ "alg": "ES256", "crv": "P-256", "kty": "EC", "x": "AQ", "y": "AQ" });
        story.cic = object(json!({ "upk": short }));
    });
    let reason = Reason::StatementSignatureInvalid;
    book.tampered(
        STEP,
        "statement-signed-by-another-key",
        reason,
        |story, bundle| {
            let forged = message(
                &Key::p256(0x77),
                &bundle["pk_token"],
                &jcs(&story.statement),
            );
            bundle["signed_statement"] = json!(forged);
            story.seal(bundle);
        },
    );
    book.tampered(STEP, "another-statement-signed", reason, |story, bundle| {
        let mut other = story.statement.clone();
        other["reason"]["text"] = json!("Something else");
        bundle["signed_statement"] =
            json!(message(&story.holder, &bundle["pk_token"], &jcs(&other)));
        story.seal(bundle);
    });
    book.tampered(
        STEP,
        "statement-signed-under-another-token",
        reason,
        |story, bundle| {
            let other = json!({ "payload": "", "signatures": [] });
            bundle["signed_statement"] =
                json!(message(&story.holder, &other, &jcs(&story.statement)));
            story.seal(bundle);
        },
    );
    book.tampered(STEP, "statement-signed-as-another-type", reason, |story, bundle| {
        let header = json!({ "alg": "ES256", "kid": crate::story::sha3(&jcs(&bundle["pk_token"])), "typ": "JWT" });
        let signed = jws(&story.holder, &object(header), &jcs(&story.statement)).join(".");
        bundle["signed_statement"] = json!(signed);
        story.seal(bundle);
    });
    book.tampered(STEP, "statement-not-signed", reason, |story, bundle| {
        bundle["signed_statement"] = json!("");
        story.seal(bundle);
    });
}

fn seal(book: &mut Book) {
    const STEP: Step = Step::Holder;
    let reason = Reason::SealInvalid;
    book.tampered(STEP, "sealed-by-another-key", reason, |_, bundle| {
        Story::es256()
            .with(|thief| thief.holder = Key::p256(0x77))
            .seal(bundle);
    });
    book.tampered(STEP, "sealed-as-the-statement", reason, |_, bundle| {
        bundle["seal"] = bundle["signed_statement"].clone();
    });
    book.tampered(STEP, "issuers-keys-exchanged", reason, |_, bundle| {
        bundle["issuer"]["jwks"] = json!(base64url(br#"{"keys":[]}"#));
    });
    book.tampered(
        STEP,
        "issuers-configuration-exchanged",
        reason,
        |_, bundle| {
            bundle["issuer"]["configuration"] = json!(base64url(b"{}"));
        },
    );
    book.tampered(STEP, "time-of-fetching-changed", reason, |_, bundle| {
        bundle["issuer"]["fetched_at"] = json!(at(2));
    });
    book.tampered(STEP, "request-changed", reason, |_, bundle| {
        bundle["authorization"]["parameters"]["scope"] = json!("openid email");
    });
    book.tampered(STEP, "request-parameter-left-out", reason, |_, bundle| {
        object_of(&mut bundle["authorization"]["parameters"]).remove("prompt");
    });
    book.tampered(STEP, "callback-left-out", reason, |_, bundle| {
        object_of(&mut bundle["authorization"]).remove("callback_iss");
    });
    book.tampered(STEP, "media-type-changed", reason, |_, bundle| {
        bundle["presentation"]["media_type"] = json!("text/html");
    });
}
