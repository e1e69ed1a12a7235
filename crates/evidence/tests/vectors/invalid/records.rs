//! 11 record, 12 challenge, 13 authority: what only the records API knows.

use evidence::{Reason, Step};
use serde_json::{Value, json};

use crate::book::Book;

pub fn write(book: &mut Book) {
    record(book);
    challenge(book);
    book.known(
        Step::Authority,
        "not-given",
        Reason::NotAuthorized,
        |story| {
            story.facts["authority"] = json!(false);
        },
    );
}

fn record(book: &mut Book) {
    let mut stored = |name: &str, reason: Reason, change: fn(&mut Value)| {
        book.known(Step::Record, name, reason, |story| {
            change(&mut story.facts["amendments"]);
        });
    };
    stored("unknown", Reason::RecordUnknown, |stored| {
        *stored = json!([]);
    });
    stored("about-another-record", Reason::RecordUnknown, |stored| {
        stored[0]["record"]["id"] = json!("obs-hb-9");
    });
    stored("of-another-system", Reason::RecordUnknown, |stored| {
        stored[0]["record"]["system"] = json!("https://records.example.com/fhir");
    });
    stored(
        "changed-meanwhile",
        Reason::RecordVersionChanged,
        |stored| {
            stored[0]["record"]["base_version"] = json!("4");
        },
    );
    for (name, digest) in [
        ("based-on-other-octets", "base_sha256"),
        ("proposing-other-octets", "proposed_sha256"),
        ("meaning-something-else", "proposed_canonical_sha256"),
    ] {
        book.known(Step::Record, name, Reason::RecordDigestMismatch, |story| {
            story.facts["amendments"][0][digest] = json!("0".repeat(64));
        });
    }
}

fn challenge(book: &mut Book) {
    let mut known = |name: &str, reason: Reason, change: fn(&mut Value)| {
        book.known(Step::Challenge, name, reason, |story| {
            change(&mut story.facts["challenge"]);
        });
    };
    known("for-another-amendment", Reason::ChallengeUnknown, |facts| {
        facts["amendments"] = json!(["hb-9"]);
    });
    known(
        "for-one-amendment-more",
        Reason::ChallengeUnknown,
        |facts| {
            facts["amendments"] = json!(["hb-1", "hb-2"]);
        },
    );
    known("for-another-meaning", Reason::ChallengeUnknown, |facts| {
        facts["meaning"] = json!("1.2.840.10065.1.12.1.1");
    });
    known("not-the-one-named", Reason::ChallengeUnknown, |facts| {
        facts["challenge"] = json!("another");
    });
    known("spent", Reason::ChallengeSpent, |facts| {
        facts["ledger"]["challenge_spent"] = json!(true);
    });
    known(
        "answered-with-a-used-key",
        Reason::CommitmentReused,
        |facts| {
            facts["ledger"]["commitment_seen"] = json!(true);
        },
    );
    // Without the challenge nobody can tell how fresh the authentication is, which is left open; that it is not known
    // is what fails.
    known("unknown", Reason::ChallengeUnknown, |facts| {
        *facts = json!("unknown");
    });
}
