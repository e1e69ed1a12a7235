//! Evidence that holds.

use serde_json::{Value, json};

use super::book::{Book, By};
use super::keys::Key;
use super::story::{Story, at, epoch, jcs, ledger_key, object_of};
use super::tsa::Tsa;

pub fn write(book: &mut Book) {
    providers(book);
    contents(book);
    claims(book);
    keys(book);
    receipts(book);
    before_the_receipt(book);
}

fn offline(book: &mut Book, name: &str, says: &str, story: Story) {
    let octets = jcs(&story.receipted());
    book.holds(name, says, octets, By::Archive(story.archive));
}

fn providers(book: &mut Book) {
    let each = [
        (
            "es256",
            "A provider that signs with ES256.",
            Key::p256(0x11),
        ),
        (
            "rs256",
            "A provider that signs with RS256.",
            Key::rsa(false),
        ),
        ("ps256", "A provider that signs with PS256.", Key::rsa(true)),
        (
            "eddsa",
            "A provider that signs with EdDSA.",
            Key::ed25519(0x11),
        ),
    ];
    for (name, says, key) in each {
        offline(book, name, says, Story::new(key));
    }
}

fn contents(book: &mut Book) {
    let several = Story::es256().signing(&["hb-1", "hb-2", "hb-3"]);
    offline(
        book,
        "three-amendments",
        "Three amendments under one signature.",
        several,
    );
    let many: Vec<String> = (1..=50).map(|number| format!("hb-{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let many = Story::es256().signing(&many);
    offline(
        book,
        "fifty-amendments",
        "Fifty amendments under one signature.",
        many,
    );

    let story = Story::es256();
    let mut bare = story.receipted();
    object_of(&mut bare["presentation"]).remove("octets");
    let says =
        "The presented content was taken out. It is the same evidence, under the same receipt.";
    book.holds(
        "without-content",
        says,
        jcs(&bare),
        By::Archive(story.archive),
    );

    let story = Story::es256().with(|story| {
        object_of(&mut story.statement["authentication"]).remove("max_age");
        object_of(&mut story.authorization["parameters"]).remove("max_age");
        object_of(&mut story.authorization).remove("callback_iss");
    });
    offline(
        book,
        "without-optional-members",
        "No max_age, and a provider without RFC 9207.",
        story,
    );

    let story = Story::es256().with(|story| {
        story.statement["client"]["audit_head"] = json!({"seq": 1284, "sha256": "5".repeat(64)});
    });
    offline(
        book,
        "with-an-audit-head",
        "The statement says where the device's activity log stood.",
        story,
    );

    let story = Story::es256().with(|story| {
        story.statement["reason"]["text"] =
            json!("Zahlendreher: 13,2 → 12,3 \u{1f9ea} \"\\\u{7f}\u{1}");
    });
    offline(
        book,
        "text-of-all-kinds",
        "Text that JSON escapes, or not.",
        story,
    );
}

fn claims(book: &mut Book) {
    let story = Story::es256().with(|story| {
        story
            .claims
            .insert("aud".to_owned(), json!([super::story::CLIENT]));
        story
            .claims
            .insert("azp".to_owned(), json!(super::story::CLIENT));
    });
    offline(
        book,
        "audience-list-of-one",
        "The audience is a list of one, and azp names the client.",
        story,
    );
    let story = Story::es256().with(|story| {
        story.archive["issuers"][0]["subject_claims"] = json!(["tid", "oid"]);
        story.statement["signer"]["subject"] = json!({ "tid": "t-1", "oid": "o-1" });
        story.claims.insert("tid".to_owned(), json!("t-1"));
        story.claims.insert("oid".to_owned(), json!("o-1"));
    });
    offline(
        book,
        "subject-of-two-claims",
        "Two claims together identify the signer.",
        story,
    );
    let story = Story::es256().with(|story| drop(story.claims.remove("name")));
    offline(
        book,
        "name-from-elsewhere",
        "The ID token has no name: the records API vouched for it.",
        story,
    );
    let story = Story::es256().with(|story| drop(story.header.remove("typ")));
    offline(book, "no-typ", "An ID token without typ.", story);
    let story = Story::es256().with(|story| {
        story
            .header
            .insert("jwk".to_owned(), Key::p256(0x55).public());
        story
            .header
            .insert("jku".to_owned(), json!("https://id.example.com/jwks"));
    });
    offline(
        book,
        "key-in-the-header",
        "A key that the token brings along is not looked at.",
        story,
    );
    let story = Story::es256().with(|story| {
        story.payload = Some(spaced(story));
    });
    offline(
        book,
        "id-token-with-spaces",
        "The ID token is the provider's: its JSON needs no canonical form.",
        story,
    );
}

/// The claims as a provider may write them.
fn spaced(story: &Story) -> Vec<u8> {
    let mut claims = story.claims.clone();
    claims.insert(
        "nonce".to_owned(),
        json!(super::story::sha3(&jcs(&story.commitment()))),
    );
    claims.insert("score".to_owned(), json!(0.5));
    claims.insert("middle_name".to_owned(), Value::Null);
    let canonical = String::from_utf8(jcs(&claims)).unwrap();
    canonical.replace("\":", "\" : ").into_bytes()
}

fn keys(book: &mut Book) {
    let story = Story::es256().with(|story| {
        story.header.remove("kid");
        // Whoever leaves kid away publishes one key (OIDC Core §10.1).
        let only = story.archive["issuers"][0]["keys"][0]["jwk"].clone();
        story.jwks = jcs(&json!({ "keys": [only] }));
    });
    offline(
        book,
        "no-kid",
        "An ID token without kid, by a provider that publishes one key.",
        story,
    );
    let story = Story::es256().with(|story| {
        let mut successor = Key::p256(0x66).public();
        successor["kid"] = json!("key-1");
        let keys = story.archive["issuers"][0]["keys"].as_array_mut().unwrap();
        keys.insert(0, ledger_key(&successor, 3600, 86_400));
    });
    offline(
        book,
        "after-a-rotation",
        "The provider has another key of the same name now.",
        story,
    );
    let story = Story::es256().with(|story| {
        story.archive["issuers"][0]["keys"][0]["retired_at"] = json!(at(30));
        story.archive["issuers"][0]["keys"][0]["last_seen"] = json!(at(60));
    });
    let says = "The key was retired while the signer answered the challenge.";
    offline(book, "key-retired-meanwhile", says, story);
}

fn receipts(book: &mut Book) {
    let story = Story::es256();
    let awaiting = story.receipted_with(|receipt| receipt["records"][0]["awaiting"] = json!(1));
    let says = "A second signature is awaited before the new version stands.";
    book.holds(
        "awaiting-a-second",
        says,
        jcs(&awaiting),
        By::Archive(story.archive),
    );

    let story = Story::es256().with(|story| {
        story.archive["receipts"] = json!([{ "sequence": 1, "sha256": "a".repeat(64) }]);
    });
    let second = story.receipted_with(|receipt| {
        receipt["sequence"] = json!(2);
        receipt["previous_receipt_sha256"] = json!("a".repeat(64));
    });
    let says = "The second receipt of a chain, after the first that the archive lists.";
    book.holds(
        "second-of-a-chain",
        says,
        jcs(&second),
        By::Archive(story.archive),
    );

    let story = Story::es256().with(|story| story.archive["delivery_grace_s"] = json!(86_400));
    let late = story.receipted_with(|receipt| receipt["received_at"] = json!(at(80_000)));
    let says = "Sealed in time, and delivered a day later.";
    book.holds(
        "delivered-late",
        says,
        jcs(&late),
        By::Archive(story.archive),
    );

    let mut story = Story::es256();
    let stamped = story.stamped_by(&Tsa::honest());
    let says = "The receipt is time-stamped.";
    book.holds(
        "timestamped",
        says,
        jcs(&stamped),
        By::Archive(story.archive.clone()),
    );
    story.archive["timestamped_from"] = json!(at(0));
    let says = "The receipt is time-stamped, as it has to be.";
    book.holds(
        "timestamped-as-demanded",
        says,
        jcs(&stamped),
        By::Archive(story.archive),
    );
}

fn before_the_receipt(book: &mut Book) {
    let story = Story::es256();
    let says = "Before the records API commits, with all that it knows.";
    book.holds(
        "online",
        says,
        jcs(&story.bundle()),
        By::Facts(story.facts.clone()),
    );
    let mut facts = story.facts.clone();
    for name in ["challenge", "amendments", "authority", "session"] {
        object_of(&mut facts).remove(name);
    }
    let says = "A client that checks its own work, and leaves open what it cannot know.";
    book.holds(
        "online-knowing-little",
        says,
        jcs(&story.bundle()),
        By::Facts(facts),
    );
    let story = Story::es256().with(|story| {
        story.claims.insert("iat".to_owned(), epoch(-60));
        story.claims.insert("auth_time".to_owned(), epoch(-60));
    });
    let says = "Authenticated a minute before the challenge, which is within the skew of clocks.";
    book.holds(
        "online-within-the-skew",
        says,
        jcs(&story.bundle()),
        By::Facts(story.facts),
    );
}
