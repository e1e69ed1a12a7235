//! What the table of refusals means for a session: nobody is signed in, and a renewal that earns a row is its end.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use demo::idp::{ADAMS, Endpoint, Fault, Faults};
use identity::Refusal;
use jiff::Timestamp;
use rstest::rstest;
use session::{AccessError, SessionEnd, SignInError};
use support::Home;
use support::robot_agent::Person;

#[rstest]
#[case::issuer(Fault::IssuerWrong)]
#[case::subject(Fault::SubjectOther)]
#[case::audience(Fault::AudienceOther)]
#[case::signature(Fault::SignatureBad)]
#[tokio::test]
async fn a_renewed_id_token_that_is_refused_ends_the_session_and_wipes_it(#[case] fault: Fault) {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;
    home.idp.set_faults(Faults::only(fault));
    let before = home.idp.requests().len();

    let refused = session.renew(Timestamp::now()).await;

    let end = SessionEnd::RenewalUnacceptable;
    assert_eq!(refused.err(), Some(AccessError::Ended(end)));
    assert_eq!(session.ended().await, end);
    assert!(!home.vault_file().exists());
    assert!(home.idp.active_tokens().is_empty());
    assert!(session.access_token(Timestamp::now()).await.is_err());
    // Asked for tokens, then nothing but what gives them back.
    let mut asked = home.idp.requests().split_off(before).into_iter();
    assert_eq!(asked.next().unwrap().endpoint, Endpoint::Token);
    assert!(asked.all(|request| request.endpoint == Endpoint::Revocation));
}

#[rstest]
#[case::somebody_else(Fault::UserinfoOther)]
#[case::nobody(Fault::UserinfoNobody)]
#[tokio::test]
async fn user_information_about_somebody_else_refuses_the_sign_in(#[case] fault: Fault) {
    let mut home = Home::new(Person::SignsInAs(&ADAMS)).await;
    // Without the scope profile, the name is asked for there.
    home.policy.identity.session_scopes = vec!["openid".to_owned()];
    home.idp.set_faults(Faults::only(fault));

    let refused = home.sign_in().await.err().unwrap();

    let expected = Refusal::UserinfoSubjectMismatch;
    assert!(
        matches!(refused, SignInError::Refused(found) if found == expected),
        "{refused:?}"
    );
    assert!(home.idp.active_tokens().is_empty());
    assert!(!home.vault_file().exists());
    let asked = home.idp.requests();
    let userinfo = asked.iter().rposition(|r| r.endpoint == Endpoint::Userinfo);
    let mut after = asked[userinfo.unwrap() + 1..].iter();
    assert!(after.all(|request| request.endpoint == Endpoint::Revocation));
}

#[tokio::test]
async fn user_information_about_the_person_gives_the_name_that_the_id_token_leaves_out() {
    let mut home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.policy.identity.session_scopes = vec!["openid".to_owned()];
    let signed_in = home.sign_in().await.unwrap();
    assert_eq!(signed_in.session.person().name, ADAMS.name);
}
