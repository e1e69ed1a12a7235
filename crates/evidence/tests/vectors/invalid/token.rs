//! 4 issuer, 5 `id_token`, 6 audience: whose ID token it is, by whose key, and for whom.

use evidence::digest::base64url;
use evidence::{Reason, Step};
use serde_json::{Value, json};

use crate::book::{Book, By};
use crate::keys::Key;
use crate::story::{CLIENT, ISSUER, Story, at, jcs, ledger_key, thumbprint};

pub fn write(book: &mut Book) {
    issuer(book);
    header(book);
    signature(book);
    ledger(book);
    audience(book);
}

fn issuer(book: &mut Book) {
    const STEP: Step = Step::Issuer;
    book.told(
        STEP,
        "trusted-by-nobody",
        Reason::IssuerUntrusted,
        |story| {
            story.archive["issuers"][0]["iss"] = json!("https://id.example.com");
        },
    );
    book.told(
        STEP,
        "trusted-with-a-slash",
        Reason::IssuerUntrusted,
        |story| {
            story.archive["issuers"][0]["iss"] = json!(format!("{ISSUER}/"));
        },
    );
    let reason = Reason::IssuerMismatch;
    book.told(STEP, "another-in-the-id-token", reason, |story| {
        story
            .claims
            .insert("iss".to_owned(), json!(format!("{ISSUER}/")));
    });
    book.told(STEP, "none-in-the-id-token", reason, |story| {
        drop(story.claims.remove("iss"));
    });
    book.told(STEP, "another-in-the-statement", reason, |story| {
        story.statement["signer"]["iss"] = json!(format!("{ISSUER}/"));
    });
    book.told(STEP, "another-in-the-callback", reason, |story| {
        story.authorization["callback_iss"] = json!("https://id.example.com");
    });
    book.told(STEP, "another-in-the-configuration", reason, |story| {
        story.configuration = jcs(&json!({ "issuer": "https://id.example.com" }));
    });
    let reason = Reason::IssuerSnapshotMalformed;
    book.told(STEP, "configuration-is-a-page", reason, |story| {
        story.configuration = b"<html>".to_vec();
    });
    book.told(STEP, "configuration-names-none", reason, |story| {
        story.configuration = b"{}".to_vec();
    });
    book.told(STEP, "configuration-is-a-list", reason, |story| {
        story.configuration = jcs(&json!([ISSUER]));
    });
    book.told(STEP, "configuration-names-two", reason, |story| {
        story.configuration =
            format!(r#"{{"issuer":"{ISSUER}","issuer":"{ISSUER}"}}"#).into_bytes();
    });
}

fn header(book: &mut Book) {
    const STEP: Step = Step::IdToken;
    let algorithms = [
        ("alg-none", json!("none")),
        ("alg-hs256", json!("HS256")),
        ("alg-of-another-kind-of-key", json!("RS256")),
        ("alg-in-other-letters", json!("es256")),
        ("alg-of-no-text", json!(1)),
    ];
    for (name, algorithm) in algorithms {
        book.told(STEP, name, Reason::AlgorithmNotAllowed, |story| {
            story.header.insert("alg".to_owned(), algorithm);
        });
    }
    book.told(
        STEP,
        "alg-none-allowed-by-mistake-cannot-be",
        Reason::AlgorithmNotAllowed,
        |story| {
            story.header.insert("alg".to_owned(), json!("none"));
            story.archive["issuers"][0]["algorithms"] = json!(["RS256", "PS256", "ES256", "EdDSA"]);
        },
    );
    book.told(
        STEP,
        "alg-does-not-fit-the-key",
        Reason::AlgorithmNotAllowed,
        |story| {
            story.header.insert("alg".to_owned(), json!("RS256"));
            story.archive["issuers"][0]["algorithms"] = json!(["RS256", "ES256"]);
        },
    );
    let pss = Story::new(Key::rsa(false)).with(|story| {
        story.header.insert("alg".to_owned(), json!("PS256"));
    });
    let octets = jcs(&pss.receipted());
    let by = By::Archive(pss.archive);
    book.fails(
        STEP,
        "alg-not-on-the-issuers-list",
        Reason::AlgorithmNotAllowed,
        octets,
        by,
    );
    let members = [
        ("crit", "crit", json!(["exp"])),
        ("b64", "b64", json!(false)),
        ("typ-of-an-access-token", "typ", json!("at+jwt")),
        ("typ-of-no-text", "typ", json!(7)),
        ("kid-of-no-text", "kid", json!(1)),
    ];
    for (name, member, value) in members {
        book.told(STEP, name, Reason::HeaderUnsupported, |story| {
            story.header.insert(member.to_owned(), value);
        });
    }
    book.told(STEP, "kid-of-no-key", Reason::KeyNotFound, |story| {
        story.header.insert("kid".to_owned(), json!("key-2"));
    });
}

fn signature(book: &mut Book) {
    const STEP: Step = Step::IdToken;
    // The key that is published under the name is another one than the key that signed.
    let forge = |story: &mut Story| story.provider = Key::p256(0x77);
    let mut told = |name: &str, story: Story, reason: Reason, receipted_as: &Key| {
        let octets = jcs(&story.receipted_with(|receipt| {
            receipt["issuer_key_thumbprint"] = json!(thumbprint(&receipted_as.public()));
        }));
        book.fails(STEP, name, reason, octets, By::Archive(story.archive));
    };
    let honest = Key::p256(0x11);
    let forged = Story::es256().with(forge);
    told(
        "signed-by-another-key",
        forged,
        Reason::SignatureInvalid,
        &honest,
    );
    let embedded = Story::es256().with(forge).with(|story| {
        story
            .header
            .insert("jwk".to_owned(), Key::p256(0x77).public());
    });
    told(
        "signed-by-the-key-in-its-header",
        embedded,
        Reason::SignatureInvalid,
        &honest,
    );
    let rsa = Key::rsa(false);
    let crossed = Story::new(Key::rsa(false)).with(|story| {
        story.archive["issuers"][0]["algorithms"] = json!(["RS256", "PS256"]);
        story.provider = Key::rsa(true);
    });
    told(
        "pss-signature-for-rs256",
        crossed,
        Reason::SignatureInvalid,
        &rsa,
    );
    let mut small = rsa.public();
    small["n"] = json!(base64url(&[0xc5; 128]));
    let named = thumbprint(&small);
    let story = Story::new(rsa).with(|story| {
        small["kid"] = json!("key-1");
        story.archive["issuers"][0]["keys"] = json!([ledger_key(&small, -86_400, 86_400)]);
    });
    let octets =
        jcs(&story.receipted_with(|receipt| receipt["issuer_key_thumbprint"] = json!(named)));
    book.fails(
        STEP,
        "rsa-of-1024-bits",
        Reason::KeyTooSmall,
        octets,
        By::Archive(story.archive),
    );
    book.tampered(
        STEP,
        "signature-cut-off",
        Reason::SignatureInvalid,
        |story, bundle| {
            bundle["pk_token"]["signatures"][0]["signature"] = json!("");
            rebind(story, bundle);
        },
    );
}

/// Signs statement and seal again, under the PK token as it is now.
fn rebind(story: &Story, bundle: &mut Value) {
    let signed = crate::story::message(&story.holder, &bundle["pk_token"], &jcs(&story.statement));
    bundle["signed_statement"] = json!(signed);
    story.seal(bundle);
}

fn ledger(book: &mut Book) {
    const STEP: Step = Step::IdToken;
    let reason = Reason::KeyOutsideItsTime;
    book.told(STEP, "key-seen-only-later", reason, |story| {
        story.archive["issuers"][0]["keys"][0]["first_seen"] = json!(at(3600));
    });
    book.told(STEP, "key-last-seen-earlier", reason, |story| {
        story.archive["issuers"][0]["keys"][0]["last_seen"] = json!(at(-3600));
    });
    book.told(STEP, "key-retired-before-the-challenge", reason, |story| {
        story.archive["issuers"][0]["keys"][0]["retired_at"] = json!(at(-61));
    });
    let story = Story::es256();
    let other = thumbprint(&Key::p256(0x77).public());
    let octets =
        jcs(&story.receipted_with(|receipt| receipt["issuer_key_thumbprint"] = json!(other)));
    let by = By::Archive(story.archive);
    book.fails(
        STEP,
        "receipt-names-a-key-the-issuer-never-had",
        Reason::KeyNotFound,
        octets,
        by,
    );
    book.told(
        STEP,
        "key-that-the-client-never-saw",
        Reason::KeyNotInSnapshot,
        |story| {
            let mut other = Key::p256(0x77).public();
            other["kid"] = json!("key-1");
            story.jwks = jcs(&json!({ "keys": [other] }));
        },
    );
    book.told(
        STEP,
        "key-set-is-a-page",
        Reason::IssuerSnapshotMalformed,
        |story| {
            story.jwks = b"<html>".to_vec();
        },
    );
    book.told(
        STEP,
        "key-set-is-a-list",
        Reason::IssuerSnapshotMalformed,
        |story| {
            let document: Value = serde_json::from_slice(&story.jwks).unwrap();
            story.jwks = jcs(&json!([document["keys"]]));
        },
    );
    book.told(
        STEP,
        "key-set-of-101-keys",
        Reason::IssuerSnapshotMalformed,
        |story| {
            story.jwks = jcs(&json!({ "keys": vec![json!({}); 101] }));
        },
    );
    let second = || {
        let mut jwk = Key::p256(0x77).public();
        jwk["kid"] = json!("key-1");
        ledger_key(&jwk, -86_400, 86_400)
    };
    book.known(
        STEP,
        "two-keys-of-one-name",
        Reason::KeyAmbiguous,
        |story| {
            story.facts["issuers"][0]["keys"]
                .as_array_mut()
                .unwrap()
                .push(second());
        },
    );
    book.known(STEP, "two-keys-and-no-kid", Reason::KeyAmbiguous, |story| {
        story.header.remove("kid");
        story.facts["issuers"][0]["keys"]
            .as_array_mut()
            .unwrap()
            .push(second());
    });
    book.known(STEP, "no-key-and-no-kid", Reason::KeyNotFound, |story| {
        story.header.remove("kid");
        story.facts["issuers"][0]["keys"] = json!([]);
    });
}

fn audience(book: &mut Book) {
    const STEP: Step = Step::Audience;
    let audiences = [
        ("another", json!("portal"), Reason::AudienceMismatch),
        ("of-no-text", json!(5), Reason::AudienceMismatch),
        (
            "list-with-a-number",
            json!([CLIENT, 5]),
            Reason::AudienceMismatch,
        ),
        ("empty-list", json!([]), Reason::AudienceMismatch),
        (
            "somebody-else-too",
            json!([CLIENT, "portal"]),
            Reason::AudienceUntrusted,
        ),
    ];
    for (name, audience, reason) in audiences {
        book.told(STEP, name, reason, |story| {
            drop(story.claims.insert("aud".to_owned(), audience));
        });
    }
    book.told(STEP, "none", Reason::AudienceMismatch, |story| {
        drop(story.claims.remove("aud"));
    });
    book.told(
        STEP,
        "client-that-is-not-trusted",
        Reason::AudienceMismatch,
        |story| {
            story.archive["issuers"][0]["client_ids"] = json!(["portal"]);
        },
    );
    let azp = Reason::AzpMismatch;
    book.told(STEP, "azp-of-another-party", azp, |story| {
        story.claims.insert("azp".to_owned(), json!("portal"));
    });
    book.told(STEP, "azp-null", azp, |story| {
        drop(story.claims.insert("azp".to_owned(), Value::Null));
    });
}
