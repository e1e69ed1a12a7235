//! 7 time, 8 freshness, 9 authentication, 10 signer: when somebody authenticated, how, and who that is.

use evidence::{Reason, Step};
use serde_json::{Value, json};

use crate::book::{Book, By};
use crate::story::{Story, at, epoch, jcs};

pub fn write(book: &mut Book) {
    time(book);
    freshness(book);
    authentication(book);
    signer(book);
    name(book);
}

/// The story with one claim that says something else.
fn claim(book: &mut Book, step: Step, name: &str, reason: Reason, claim: &str, value: Value) {
    book.told(step, name, reason, |story| {
        drop(story.claims.insert(claim.to_owned(), value));
    });
}

fn time(book: &mut Book) {
    const STEP: Step = Step::Time;
    claim(book, STEP, "expired", Reason::Expired, "exp", epoch(-1));
    claim(
        book,
        STEP,
        "expired-when-it-was-issued",
        Reason::Expired,
        "exp",
        epoch(50),
    );
    claim(
        book,
        STEP,
        "expiry-of-no-number",
        Reason::TimeMissing,
        "exp",
        json!("soon"),
    );
    claim(
        book,
        STEP,
        "issued-in-the-future",
        Reason::IssuedInFuture,
        "iat",
        epoch(121),
    );
    claim(
        book,
        STEP,
        "issued-at-zero",
        Reason::TimeMissing,
        "iat",
        json!(0),
    );
    claim(
        book,
        STEP,
        "issued-after-the-year-9999",
        Reason::TimeMissing,
        "iat",
        json!(253_402_300_800_i64),
    );
    claim(
        book,
        STEP,
        "not-valid-yet",
        Reason::NotYetValid,
        "nbf",
        epoch(121),
    );
    claim(
        book,
        STEP,
        "not-before-of-no-number",
        Reason::TimeMissing,
        "nbf",
        json!("now"),
    );
    book.told(STEP, "no-expiry", Reason::TimeMissing, |story| {
        drop(story.claims.remove("exp"));
    });
    let story = Story::es256().with(|story| story.archive["delivery_grace_s"] = json!(1000));
    let late = story.receipted_with(|receipt| receipt["received_at"] = json!(at(350 + 60 + 1001)));
    book.fails(
        STEP,
        "delivered-after-the-grace",
        Reason::Expired,
        jcs(&late),
        By::Archive(story.archive),
    );
}

fn freshness(book: &mut Book) {
    const STEP: Step = Step::Freshness;
    claim(
        book,
        STEP,
        "authenticated-before-the-challenge",
        Reason::AuthTimeStale,
        "auth_time",
        epoch(-61),
    );
    claim(
        book,
        STEP,
        "authenticated-at-zero",
        Reason::AuthTimeMissing,
        "auth_time",
        json!(0),
    );
    claim(
        book,
        STEP,
        "authenticated-at-a-text",
        Reason::AuthTimeMissing,
        "auth_time",
        json!("1795600049"),
    );
    claim(
        book,
        STEP,
        "authenticated-in-the-future",
        Reason::AuthTimeFuture,
        "auth_time",
        epoch(121),
    );
    claim(
        book,
        STEP,
        "issued-before-the-challenge",
        Reason::IssuedTooOld,
        "iat",
        epoch(-61),
    );
    book.told(
        STEP,
        "no-time-of-authentication",
        Reason::AuthTimeMissing,
        |story| {
            story.claims.remove("auth_time");
        },
    );
    let story = Story::es256().with(|story| {
        story.claims.insert("iat".to_owned(), epoch(365));
        story.claims.insert("exp".to_owned(), epoch(900));
        story.claims.insert("auth_time".to_owned(), epoch(361));
    });
    let late = story.receipted_with(|receipt| receipt["received_at"] = json!(at(400)));
    let by = By::Archive(story.archive);
    book.fails(
        STEP,
        "authenticated-after-the-challenge",
        Reason::AuthTimeLate,
        jcs(&late),
        by,
    );
    book.known(
        STEP,
        "authentication-of-another-signature",
        Reason::AuthenticationReused,
        |story| {
            story.facts["challenge"]["ledger"]["authentication_seen"] = json!(true);
        },
    );
}

fn authentication(book: &mut Book) {
    const STEP: Step = Step::Authentication;
    claim(
        book,
        STEP,
        "weaker-than-the-statement-says",
        Reason::AcrUnmet,
        "acr",
        json!("pwd"),
    );
    book.told(STEP, "no-class", Reason::AcrUnmet, |story| {
        drop(story.claims.remove("acr"));
    });
    book.known(
        STEP,
        "weaker-than-the-challenge-demanded",
        Reason::AcrUnmet,
        |story| {
            story.facts["challenge"]["acr_values"] = json!(["phr"]);
        },
    );
    book.known(STEP, "method-missing", Reason::AmrUnmet, |story| {
        story.claims.insert("amr".to_owned(), json!(["pwd"]));
    });
    book.known(STEP, "methods-of-no-list", Reason::AmrUnmet, |story| {
        story.claims.insert("amr".to_owned(), json!("otp"));
    });
}

fn signer(book: &mut Book) {
    const STEP: Step = Step::Signer;
    claim(
        book,
        STEP,
        "another-person",
        Reason::SubjectMismatch,
        "sub",
        json!("baker-2"),
    );
    claim(
        book,
        STEP,
        "in-other-letters",
        Reason::SubjectMismatch,
        "sub",
        json!("Adams-7d1"),
    );
    claim(
        book,
        STEP,
        "nobody",
        Reason::SubjectMissing,
        "sub",
        json!(""),
    );
    claim(
        book,
        STEP,
        "number",
        Reason::SubjectMissing,
        "sub",
        json!(7),
    );
    claim(
        book,
        STEP,
        "longer-than-255",
        Reason::SubjectMissing,
        "sub",
        json!("x".repeat(256)),
    );
    claim(
        book,
        STEP,
        "not-ascii",
        Reason::SubjectMissing,
        "sub",
        json!("ad\u{e5}ms"),
    );
    claim(
        book,
        STEP,
        "by-somebody-else",
        Reason::Delegated,
        "act",
        json!({ "sub": "helpdesk" }),
    );
    claim(
        book,
        STEP,
        "by-nobody-else",
        Reason::Delegated,
        "act",
        Value::Null,
    );
    book.told(STEP, "no-sub", Reason::SubjectMissing, |story| {
        drop(story.claims.remove("sub"));
    });
    book.told(
        STEP,
        "identified-by-a-claim-that-is-missing",
        Reason::SubjectMissing,
        |story| {
            story.archive["issuers"][0]["subject_claims"] = json!(["oid"]);
        },
    );
    book.told(
        STEP,
        "identified-by-claims-of-its-own-choice",
        Reason::SubjectMismatch,
        |story| {
            story.statement["signer"]["subject"] = json!({ "name": "Grace Adams" });
        },
    );
    strangers(book);
}

fn strangers(book: &mut Book) {
    const STEP: Step = Step::Signer;
    let baker = json!({ "iss": crate::story::ISSUER, "claims": { "sub": "baker-2" } });
    book.known(
        STEP,
        "session-of-somebody-else",
        Reason::SubjectMismatch,
        |story| {
            story.facts["session"] = baker.clone();
        },
    );
    book.known(
        STEP,
        "challenge-of-somebody-else",
        Reason::SubjectMismatch,
        |story| {
            story.facts["challenge"]["subject"] = baker.clone();
        },
    );
}

fn name(book: &mut Book) {
    const STEP: Step = Step::Signer;
    claim(
        book,
        STEP,
        "another-name",
        Reason::NameMismatch,
        "name",
        json!("Bruno Baker"),
    );
    claim(
        book,
        STEP,
        "name-in-other-letters",
        Reason::NameMismatch,
        "name",
        json!("grace adams"),
    );
    claim(
        book,
        STEP,
        "name-of-no-text",
        Reason::NameMismatch,
        "name",
        json!(7),
    );
    book.known(
        STEP,
        "name-that-nobody-vouches-for",
        Reason::NameUnproven,
        |story| {
            story.claims.remove("name");
        },
    );
}
