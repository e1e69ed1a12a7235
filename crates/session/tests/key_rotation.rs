//! The provider changes its signing keys while somebody is signed in: that is its right, and ends no session.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use demo::idp::{ADAMS, Fault, Faults};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use support::Home;
use support::robot_agent::Person;

#[tokio::test]
async fn renewals_between_which_the_keys_change_again_and_again_end_no_session() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;
    home.idp.set_faults(Faults::only(Fault::KeysRotated));
    let now = Timestamp::now();

    // The first has the keys fetched; for the others that was too short a while ago.
    for _ in 0..3 {
        session.renew(now).await.unwrap();
    }

    assert_eq!(session.end(), None);
    assert!(home.vault_file().exists());
    let later = now + SignedDuration::from_secs(31);
    let token = session.renew(later).await.unwrap();
    assert!(home.idp.is_token_active(token.expose_secret()));
}
