//! What an authentication has to be for the evidence to count: strong enough, recent enough, used once, and with a name.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use clinic::draft::{Draft, shift};
use clinic::{ADAMS, BAKER, Clinic};
use jiff::SignedDuration;

#[tokio::test]
async fn a_weaker_authentication_is_told_what_is_needed() {
    let clinic =
        Clinic::open_with(|config| config.issuers[0].acr_values = vec!["urn:smartcard".into()])
            .await;
    let draft = clinic.draft("hb-1", ADAMS).await;

    let answer = clinic.hand_in(&draft).await;

    answer.refused(401, "authentication", "acr_unmet");
    let challenge = answer.header("www-authenticate").unwrap();
    assert_eq!(
        challenge,
        "Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:smartcard\""
    );
}

#[tokio::test]
async fn a_missing_method_is_an_insufficient_authentication() {
    let clinic =
        Clinic::open_with(|config| config.issuers[0].required_amr = vec!["hwk".into()]).await;
    let draft = clinic.draft("hb-1", ADAMS).await;

    let answer = clinic.hand_in(&draft).await;

    answer.refused(401, "authentication", "amr_unmet");
}

#[tokio::test]
async fn an_authentication_older_than_the_challenge_allows_is_insufficient() {
    let clinic = Clinic::open_with(|config| {
        config.issuers[0].max_age = Some(10);
        config.clock_skew_s = 1;
    })
    .await;
    let draft = clinic.draft("hb-1", ADAMS).await.with(|d| {
        shift(d, "iat", 120);
        shift(d, "exp", 120);
    });
    clinic.clock.forward(SignedDuration::from_secs(130));

    let answer = clinic.hand_in(&draft).await;

    assert_eq!(answer.status(), 401);
    assert!(
        answer
            .header("www-authenticate")
            .unwrap()
            .ends_with("max_age=\"10\"")
    );
}

#[tokio::test]
async fn one_authentication_does_not_stand_behind_two_signatures() {
    let clinic = Clinic::open().await;
    let first = clinic.draft("hb-1", ADAMS).await;
    let octets = first.seal(&clinic.issuer);
    clinic
        .submit(&first, octets.clone(), "key-1")
        .await
        .accepted();
    let auth_time = first.claims["auth_time"].clone();
    let again = |draft: &mut Draft| {
        draft
            .claims
            .insert("auth_time".to_owned(), auth_time.clone());
    };

    let second = clinic.draft("hb-2", ADAMS).await.with(again);
    let answer = clinic.hand_in(&second).await;
    // Somebody else may authenticate in the same second.
    let other = clinic.draft("hb-3", BAKER).await.with(again);
    let others = clinic.hand_in(&other).await;
    let repeated = clinic.submit(&first, octets, "key-1").await;

    answer.refused(409, "freshness", "authentication_reused");
    others.accepted();
    repeated.accepted();
}

#[tokio::test]
async fn what_was_signed_earlier_may_arrive_later() {
    let clinic = Clinic::open().await;
    let (earlier, later) = (
        clinic.draft("hb-1", ADAMS).await,
        clinic.draft("hb-2", ADAMS).await,
    );

    for draft in [&later, &earlier] {
        clinic.hand_in(draft).await.accepted();
    }
}

#[tokio::test]
async fn the_printed_name_is_the_identity_providers_word() {
    let clinic = Clinic::open().await;
    let another = clinic
        .draft("hb-1", ADAMS)
        .await
        .with(|draft| draft.statement.signer.name = "B. Baker".to_owned());
    let unproven = clinic.draft("hb-1", ADAMS).await.with(|draft| {
        draft.claims.remove("name");
    });

    for (draft, reason) in [(another, "name_mismatch"), (unproven, "name_unproven")] {
        let answer = clinic.hand_in(&draft).await;
        answer.refused(422, "signer", reason);
    }
}

#[tokio::test]
async fn names_may_come_from_elsewhere_where_the_configuration_says_so() {
    let elsewhere = |config: &mut gateway::Config| {
        config.issuers[0].names = evidence::NameSource::Elsewhere;
    };
    let clinic = Clinic::open_with(elsewhere).await;
    let draft = clinic.draft("hb-1", ADAMS).await.with(|draft| {
        draft.claims.remove("name");
    });

    clinic.hand_in(&draft).await.accepted();
}
