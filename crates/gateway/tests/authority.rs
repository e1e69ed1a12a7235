//! Who may sign and decline, by the rules of a file, and that the service does not start without any.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::process::Command;
use std::sync::Arc;

use clinic::{ADAMS, BAKER, Clinic, SESSION};
use evidence::Subject;
use gateway::{Authority, Rules, RulesError};
use records::CallError;
use records::fields::Kind;
use records::wire::{Decline, Meaning};
use rstest::rstest;

const ADDENDUM: &str = "1.2.840.10065.1.12.1.15";
const RULES: &str = r#"
[[may_sign]]
claim = "sub"
values = ["adams-7d1"]
kinds = ["laboratory-result", "vital-signs"]
meanings = ["1.2.840.10065.1.12.1.15"]
"#;

#[rstest]
#[case::as_the_rule_says(ADAMS, Kind::VitalSigns, ADDENDUM, true)]
#[case::somebody_else(BAKER, Kind::VitalSigns, ADDENDUM, false)]
#[case::another_kind(ADAMS, Kind::InformedConsent, ADDENDUM, false)]
#[case::another_meaning(ADAMS, Kind::VitalSigns, "1.2.840.10065.1.12.1.5", false)]
fn what_no_rule_permits_is_forbidden(
    #[case] sub: &str,
    #[case] kind: Kind,
    #[case] code: &str,
    #[case] permitted: bool,
) {
    let subject = Subject {
        iss: "https://id.example".to_owned(),
        claims: [("sub".to_owned(), sub.to_owned())].into(),
    };

    assert_eq!(
        rules(RULES)
            .unwrap()
            .may_sign(&subject, kind, &meaning(code)),
        permitted
    );
}

#[rstest]
#[case::none("may_sign = []")]
#[case::a_word_nobody_knows(&format!("{RULES}everything = true\n"))]
#[case::a_kind_nobody_knows(&RULES.replace("vital-signs", "poem"))]
#[case::a_claim_that_names_nobody(&RULES.replace("\"sub\"", "\"role\""))]
#[case::nobody(&RULES.replace("\"adams-7d1\"", ""))]
#[case::no_kind(&RULES.replace("\"laboratory-result\", \"vital-signs\"", ""))]
#[case::a_meaning_that_is_not_accepted(&RULES.replace("12.1.15", "12.1.99"))]
fn rules_that_cannot_be_meant_are_refused(#[case] text: &str) {
    let refused = rules(text);

    assert!(
        matches!(
            refused,
            Err(RulesError::Empty | RulesError::Malformed(_) | RulesError::PermitsNothing { .. })
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_amendment_is_declined_only_by_those_who_may_sign_it_and_only_as_they_read_it() {
    let authority = Arc::new(rules(RULES).unwrap());
    let clinic = Clinic::open_with(|config| config.authority = authority).await;
    let etag = clinic.amendment("hb-1", ADAMS).await.etag;
    let other = clinic.amendment("hb-2", ADAMS).await.etag;
    let decline = async |sub: &str, etag: &str| {
        let decline = Decline {
            reason: "The first value was right.".to_owned(),
        };
        let token = clinic.token(sub, SESSION);
        clinic.client.decline("hb-1", etag, &decline, &token).await
    };

    assert!(matches!(
        decline(BAKER, &etag).await,
        Err(CallError::Forbidden)
    ));
    assert!(matches!(
        decline(ADAMS, &other).await,
        Err(CallError::RecordChanged { amendment: Some(id) }) if id == "hb-1"
    ));
    assert!(matches!(
        decline(ADAMS, "*").await,
        Err(CallError::Unexpected { status: 428 })
    ));
    decline(ADAMS, &etag).await.unwrap();
}

#[test]
fn the_service_does_not_start_without_being_told_who_may_sign() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("records.sqlite");

    let output = Command::new(env!("CARGO_BIN_EXE_countersign-gateway"))
        .arg("--store")
        .arg(&store)
        .arg("--signing-key")
        .arg(folder.path().join("receipts.p8"))
        .args(["--issuer", "https://id.example", "--client-id", "desktop"])
        .env_remove("COUNTERSIGN_AUTHORITY")
        .output()
        .unwrap();

    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        said.contains("--authority") && said.contains("--anyone-may-sign"),
        "{said}"
    );
    assert!(!store.exists());
}

fn rules(text: &str) -> Result<Rules, RulesError> {
    Rules::parse(text, &["sub".to_owned()], &[meaning(ADDENDUM)])
}

fn meaning(code: &str) -> Meaning {
    Meaning {
        code: code.to_owned(),
        display: "Addendum Signature".to_owned(),
    }
}
