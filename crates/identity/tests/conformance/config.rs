//! The Config plan: what the provider publishes, and keys that change.

use demo::idp::{ADAMS, CLIENT_ID, Endpoint, Fault, Faults, RS256_CLIENT_ID};
use identity::Obstacle;
use jiff::Timestamp;

use super::{accepted, times};
use crate::common::{Clinic, attempt::attempt, strict};

#[tokio::test]
async fn oidcc_client_test_discovery_openid_config() {
    let clinic = accepted(CLIENT_ID, Faults::none()).await;
    assert_eq!(clinic.asked().first(), Some(&Endpoint::Discovery));
}

#[tokio::test]
async fn oidcc_client_test_discovery_jwks_uri_keys() {
    let clinic = accepted(RS256_CLIENT_ID, Faults::none()).await;
    assert_eq!(times(&clinic, Endpoint::Keys), 1);
}

#[tokio::test]
async fn oidcc_client_test_discovery_issuer_mismatch() {
    for fault in [Fault::DiscoveryIssuerOther, Fault::DiscoveryIssuerSlash] {
        let clinic = Clinic::with(Faults::only(fault)).await;
        let failed = attempt(&clinic).await.map(|_| "accepted").unwrap_err();
        assert_eq!(failed.obstacle(), Some(Obstacle::DiscoveryIssuerMismatch));
        assert_eq!(clinic.asked(), [Endpoint::Discovery]);
    }
}

/// The keys change between two authentications; the second one has the set fetched again.
#[tokio::test]
async fn oidcc_client_test_signing_key_rotation() {
    let clinic = Clinic::for_client(RS256_CLIENT_ID, Faults::none()).await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let first = clinic
        .authenticate_at(&mut provider, &ADAMS, &strict())
        .await;
    assert!(first.is_ok(), "{first:?}");
    clinic.idp.rotate_keys().unwrap();

    let second = clinic
        .authenticate_at(&mut provider, &ADAMS, &strict())
        .await;

    assert!(second.is_ok(), "{second:?}");
    assert_eq!(times(&clinic, Endpoint::Keys), 2);
}

/// The keys change after the set was fetched and before the token is signed.
#[tokio::test]
async fn oidcc_client_test_signing_key_rotation_just_before_signing() {
    let clinic = accepted(RS256_CLIENT_ID, Faults::only(Fault::KeysRotated)).await;
    assert_eq!(times(&clinic, Endpoint::Keys), 2);
    let after = clinic.asked_after(Endpoint::Token);
    assert_eq!(after.first(), Some(&Endpoint::Keys));
}
