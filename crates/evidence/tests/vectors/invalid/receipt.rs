//! 14 receipt: the records API's word, and the time-stamp on it.

use cms::cert::CertificateChoices;
use cms::cert::x509::Certificate;
use der::Decode as _;
use evidence::digest::base64url;
use evidence::{Reason, Step};
use rcgen::ExtendedKeyUsagePurpose;
use serde_json::{Value, json};

use crate::book::{Book, By};
use crate::keys::Key;
use crate::story::{Story, at, jcs, jws, object, object_of};
use crate::tsa::Tsa;

const STEP: Step = Step::Receipt;

pub fn write(book: &mut Book) {
    let story = Story::es256();
    book.fails(
        STEP,
        "none",
        Reason::ReceiptMissing,
        jcs(&story.bundle()),
        By::Archive(story.archive),
    );
    form(book);
    signature(book);
    contents(book);
    chain(book);
    timestamp(book);
}

/// Evidence with something in place of its receipt.
fn instead(
    book: &mut Book,
    name: &str,
    reason: Reason,
    receipt: impl FnOnce(&Story, &Value) -> String,
) {
    let story = Story::es256();
    let mut bundle = story.bundle();
    bundle["receipt"] = json!(receipt(&story, &bundle));
    book.fails(STEP, name, reason, jcs(&bundle), By::Archive(story.archive));
}

/// Evidence with a receipt that says something else.
fn says(book: &mut Book, name: &str, reason: Reason, change: impl FnOnce(&mut Value)) {
    let story = Story::es256();
    let octets = jcs(&story.receipted_with(change));
    book.fails(STEP, name, reason, octets, By::Archive(story.archive));
}

/// A receipt under a header of somebody's choice.
fn under(story: &Story, bundle: &Value, header: Value) -> String {
    jws(
        &story.receipt_key,
        &object(header),
        &jcs(&story.receipt(bundle)),
    )
    .join(".")
}

fn form(book: &mut Book) {
    let reason = Reason::ReceiptMalformed;
    instead(book, "no-jws", reason, |_, _| "not a receipt".to_owned());
    instead(book, "not-canonical", reason, |story, bundle| {
        let spaced = serde_json::to_vec_pretty(&story.receipt(bundle)).unwrap();
        jws(&story.receipt_key, &object(story.receipt_header()), &spaced).join(".")
    });
    instead(book, "of-another-type", reason, |story, bundle| {
        let mut header = story.receipt_header();
        header["typ"] = json!("JWT");
        under(story, bundle, header)
    });
    instead(book, "of-another-algorithm", reason, |story, bundle| {
        let mut header = story.receipt_header();
        header["alg"] = json!("none");
        under(story, bundle, header)
    });
    instead(
        book,
        "header-with-a-member-more",
        reason,
        |story, bundle| {
            let mut header = story.receipt_header();
            header["crit"] = json!(["exp"]);
            under(story, bundle, header)
        },
    );
    instead(book, "unknown-member", reason, |story, bundle| {
        let mut receipt = story.receipt(bundle);
        receipt["note"] = json!("x");
        jws(
            &story.receipt_key,
            &object(story.receipt_header()),
            &jcs(&receipt),
        )
        .join(".")
    });
}

fn signature(book: &mut Book) {
    let reason = Reason::ReceiptSignatureInvalid;
    book.told(STEP, "key-that-nobody-trusts", reason, |story| {
        story.receipt_key = Key::p256(0x77);
    });
    instead(
        book,
        "signed-by-another-key-of-that-name",
        reason,
        |story, bundle| {
            let header = object(story.receipt_header());
            jws(&Key::p256(0x77), &header, &jcs(&story.receipt(bundle))).join(".")
        },
    );
    book.told(STEP, "key-last-used-earlier", reason, |story| {
        story.archive["receipt_keys"][0]["last_seen"] = json!(at(59));
    });
    book.told(STEP, "key-first-used-later", reason, |story| {
        story.archive["receipt_keys"][0]["first_seen"] = json!(at(61));
    });
    book.told(STEP, "key-retired-earlier", reason, |story| {
        story.archive["receipt_keys"][0]["retired_at"] = json!(at(59));
    });
}

fn contents(book: &mut Book) {
    let reason = Reason::ReceiptMismatch;
    says(book, "of-other-evidence", reason, |receipt| {
        receipt["evidence_sha256"] = json!("0".repeat(64));
    });
    says(book, "of-another-signature", reason, |receipt| {
        receipt["signature_id"] = json!("01927d3e-8a00-7c4e-9c3b-2f6d1e5a7b91");
    });
    says(book, "of-another-record", reason, |receipt| {
        receipt["records"][0]["id"] = json!("obs-hb-9");
    });
    says(book, "of-another-version", reason, |receipt| {
        receipt["records"][0]["base_version"] = json!("2");
    });
    says(book, "of-a-record-less", reason, |receipt| {
        receipt["records"] = json!([]);
    });
    says(book, "without-a-new-version", reason, |receipt| {
        receipt["records"][0]["new_version"] = json!("3");
    });
    says(book, "awaiting-nobody", reason, |receipt| {
        receipt["records"][0]["awaiting"] = json!(0);
    });
    let story = Story::es256().signing(&["hb-1", "hb-2"]);
    let swapped =
        story.receipted_with(|receipt| receipt["records"].as_array_mut().unwrap().reverse());
    book.fails(
        STEP,
        "records-in-another-order",
        reason,
        jcs(&swapped),
        By::Archive(story.archive),
    );
    let reason = Reason::ReceiptIncomplete;
    says(book, "of-twelve-steps", reason, |receipt| {
        receipt["verified"].as_array_mut().unwrap().pop();
    });
    says(book, "of-steps-in-another-order", reason, |receipt| {
        receipt["verified"].as_array_mut().unwrap().swap(0, 1);
    });
}

fn chain(book: &mut Book) {
    let reason = Reason::ReceiptChainBroken;
    says(book, "first-with-a-predecessor", reason, |receipt| {
        receipt["previous_receipt_sha256"] = json!("0".repeat(64));
    });
    says(book, "second-without-a-predecessor", reason, |receipt| {
        receipt["sequence"] = json!(2);
    });
    says(book, "before-the-first", reason, |receipt| {
        receipt["sequence"] = json!(0);
    });
    says(book, "predecessor-that-is-no-digest", reason, |receipt| {
        receipt["sequence"] = json!(2);
        receipt["previous_receipt_sha256"] = json!("first");
    });
    book.told(STEP, "listed-under-another-digest", reason, |story| {
        story.archive["receipts"] = json!([{ "sequence": 1, "sha256": "0".repeat(64) }]);
    });
    let story = Story::es256().with(|story| {
        story.archive["receipts"] = json!([{ "sequence": 1, "sha256": "a".repeat(64) }]);
    });
    let second = story.receipted_with(|receipt| {
        receipt["sequence"] = json!(2);
        receipt["previous_receipt_sha256"] = json!("b".repeat(64));
    });
    let by = By::Archive(story.archive);
    book.fails(
        STEP,
        "after-another-than-the-one-listed",
        reason,
        jcs(&second),
        by,
    );
}

fn timestamp(book: &mut Book) {
    book.told(
        STEP,
        "not-timestamped-as-demanded",
        Reason::TimestampMissing,
        |story| {
            story.archive["timestamped_from"] = json!(at(0));
        },
    );
    timestamp_form(book);
    timestamp_authority(book);
}

/// Evidence with a token of somebody's choice.
fn token(
    book: &mut Book,
    name: &str,
    reason: Reason,
    tsa: &Tsa,
    token: &dyn Fn(&Tsa, &str) -> Vec<u8>,
) {
    let mut story = Story::es256();
    let mut bundle = story.stamped_by(tsa);
    let octets = token(tsa, bundle["receipt"].as_str().unwrap());
    bundle["timestamp"] = json!(base64url(&octets));
    book.fails(STEP, name, reason, jcs(&bundle), By::Archive(story.archive));
}

fn timestamp_form(book: &mut Book) {
    let malformed = Reason::TimestampMalformed;
    token(
        book,
        "timestamp-that-is-none",
        malformed,
        &Tsa::honest(),
        &|_, _| b"token".to_vec(),
    );
    token(
        book,
        "timestamp-with-something-after",
        malformed,
        &Tsa::honest(),
        &|tsa, receipt| [tsa.stamp(receipt), vec![0]].concat(),
    );
    token(
        book,
        "timestamp-with-a-certificate-more",
        malformed,
        &Tsa::honest(),
        &|tsa, receipt| {
            tsa.stamp_with(receipt, |data| {
                let other = Tsa::for_purposes(&[ExtendedKeyUsagePurpose::ServerAuth]);
                let other =
                    CertificateChoices::Certificate(Certificate::from_der(other.leaf()).unwrap());
                data.certificates.as_mut().unwrap().0.insert(other).unwrap();
            })
        },
    );
    token(
        book,
        "timestamp-in-another-version",
        malformed,
        &Tsa::honest(),
        &|tsa, receipt| {
            tsa.stamp_with(receipt, |data| {
                data.version = cms::content_info::CmsVersion::V1;
            })
        },
    );
    token(
        book,
        "timestamp-of-another-receipt",
        Reason::TimestampMismatch,
        &Tsa::honest(),
        &|tsa, _| tsa.stamp("another"),
    );
    token(
        book,
        "timestamp-not-signed",
        Reason::TimestampSignatureInvalid,
        &Tsa::honest(),
        &|tsa, receipt| {
            let mut token = tsa.stamp(receipt);
            *token.last_mut().unwrap() ^= 1;
            token
        },
    );
}

fn timestamp_authority(book: &mut Book) {
    let purposes = [
        ExtendedKeyUsagePurpose::TimeStamping,
        ExtendedKeyUsagePurpose::ServerAuth,
    ];
    let server = Tsa::for_purposes(&purposes);
    token(
        book,
        "timestamp-by-a-web-server",
        Reason::TimestampUntrusted,
        &server,
        &Tsa::stamp,
    );
    let early = Tsa::honest().stamping_at(-1);
    token(
        book,
        "timestamp-older-than-the-receipt",
        Reason::TimestampTooEarly,
        &early,
        &Tsa::stamp,
    );
    let late = Tsa::honest().stamping_at(20 * 366 * 86_400);
    token(
        book,
        "timestamp-after-its-certificate-expired",
        Reason::TimestampUntrusted,
        &late,
        &Tsa::stamp,
    );

    let mut story = Story::es256();
    let bundle = story.stamped_by(&Tsa::honest());
    object_of(&mut story.archive).remove("timestamp_authorities");
    let by = By::Archive(story.archive);
    book.fails(
        STEP,
        "timestamp-that-nobody-trusts",
        Reason::TimestampUntrusted,
        jcs(&bundle),
        by,
    );
}
