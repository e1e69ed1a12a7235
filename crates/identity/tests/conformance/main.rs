//! The relying-party modules of the OpenID conformance suite, re-created under their own names (with `_` for `-`).
//!
//! The plans are Basic, Config, Refresh Token and RP-Initiated Logout of OpenID Connect, and the FAPI 2.0 Security
//! Profile's client plan. A module that wants an ID token rejected also wants nothing used that came with it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/mod.rs"]
mod common;

mod basic;
mod config;
mod fapi2;
mod logout;
mod refresh;

use common::Clinic;
use common::attempt::attempt;
use demo::idp::{Endpoint, Faults};
use identity::Refusal;

/// A module that wants the ID token rejected, and no further call but the one that gives the tokens back.
async fn rejected(client_id: &str, faults: Faults, refusal: Refusal) {
    let clinic = Clinic::for_client(client_id, faults).await;
    let failed = attempt(&clinic).await.map(|_| "accepted").unwrap_err();
    assert_eq!(failed.refusal(), Some(refusal.name()));
    assert_eq!(clinic.asked_after_the_token(), [Endpoint::Revocation]);
    assert!(clinic.idp.active_tokens().is_empty());
}

/// A module that wants the authorization response rejected, and its code never redeemed.
async fn response_rejected(faults: Faults, refusal: Refusal) {
    let clinic = Clinic::with(faults).await;
    let failed = attempt(&clinic).await.map(|_| "accepted").unwrap_err();
    assert_eq!(failed.refusal(), Some(refusal.name()));
    assert_eq!(clinic.asked_after_the_pages(), []);
}

/// A module that wants everything accepted, to the user information at the end.
async fn accepted(client_id: &str, faults: Faults) -> Clinic {
    let clinic = Clinic::for_client(client_id, faults).await;
    let authenticated = attempt(&clinic).await;
    assert!(authenticated.is_ok(), "{authenticated:?}");
    assert_eq!(clinic.asked().last(), Some(&Endpoint::Userinfo));
    clinic
}

fn times(clinic: &Clinic, endpoint: Endpoint) -> usize {
    let asked = clinic.asked();
    asked.iter().filter(|at| **at == endpoint).count()
}

/// The suite's modules that stand here.
const MODULES: &[&str] = &[
    "oidcc-client-test",
    "oidcc-client-test-discovery-issuer-mismatch",
    "oidcc-client-test-discovery-jwks-uri-keys",
    "oidcc-client-test-discovery-openid-config",
    "oidcc-client-test-idtoken-sig-none",
    "oidcc-client-test-idtoken-sig-rs256",
    "oidcc-client-test-invalid-athash",
    "oidcc-client-test-invalid-aud",
    "oidcc-client-test-invalid-iss",
    "oidcc-client-test-invalid-sig-es256",
    "oidcc-client-test-invalid-sig-hs256",
    "oidcc-client-test-invalid-sig-rs256",
    "oidcc-client-test-kid-absent-multiple-jwks",
    "oidcc-client-test-kid-absent-single-jwks",
    "oidcc-client-test-missing-aud",
    "oidcc-client-test-missing-iat",
    "oidcc-client-test-missing-sub",
    "oidcc-client-test-nonce-invalid",
    "oidcc-client-test-refresh-token",
    "oidcc-client-test-refresh-token-invalid-issuer",
    "oidcc-client-test-refresh-token-invalid-sub",
    "oidcc-client-test-rp-init-logout",
    "oidcc-client-test-rp-init-logout-no-state",
    "oidcc-client-test-rp-init-logout-other-state",
    "oidcc-client-test-scope-userinfo-claims",
    "oidcc-client-test-signing-key-rotation",
    "oidcc-client-test-signing-key-rotation-just-before-signing",
    "oidcc-client-test-userinfo-bearer-header",
    "oidcc-client-test-userinfo-invalid-sub",
    "fapi2-security-profile-final-client-test-discovery-issuer-mismatch",
    "fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-missing-state-fails",
    "fapi2-security-profile-final-client-test-ensure-authorization-response-with-invalid-state-fails",
    "fapi2-security-profile-final-client-test-happy-path",
    "fapi2-security-profile-final-client-test-happy-path-no-dpop-nonce",
    "fapi2-security-profile-final-client-test-invalid-alternate-alg",
    "fapi2-security-profile-final-client-test-invalid-aud",
    "fapi2-security-profile-final-client-test-invalid-authorization-response-iss",
    "fapi2-security-profile-final-client-test-invalid-expired-exp",
    "fapi2-security-profile-final-client-test-invalid-iss",
    "fapi2-security-profile-final-client-test-invalid-missing-aud",
    "fapi2-security-profile-final-client-test-invalid-missing-exp",
    "fapi2-security-profile-final-client-test-invalid-missing-iss",
    "fapi2-security-profile-final-client-test-invalid-missing-nonce",
    "fapi2-security-profile-final-client-test-invalid-nonce",
    "fapi2-security-profile-final-client-test-invalid-null-alg",
    "fapi2-security-profile-final-client-test-invalid-secondary-aud",
    "fapi2-security-profile-final-client-test-remove-authorization-response-iss",
    "fapi2-security-profile-final-client-test-token-endpoint-response-without-expires_in",
    "fapi2-security-profile-final-client-test-token-type-case-insensitivity",
    "fapi2-security-profile-final-client-test-valid-aud-as-array",
];

// Not here: client secrets and keys (a native app has none), form_post, hybrid and implicit responses, request objects,
// signed user information and JARM (never asked for), webfinger and registration (the policy names issuer and client),
// front- and back-channel logout and session management (nobody can call a native app).

#[test]
fn every_module_of_the_list_is_a_test() {
    let sources = [
        include_str!("basic.rs"),
        include_str!("config.rs"),
        include_str!("fapi2.rs"),
        include_str!("logout.rs"),
        include_str!("refresh.rs"),
    ];
    for module in MODULES {
        let test = format!("#[tokio::test]\nasync fn {}()", module.replace('-', "_"));
        let found = sources.iter().any(|source| source.contains(&test));
        assert!(found, "{module} is not here");
    }
}
