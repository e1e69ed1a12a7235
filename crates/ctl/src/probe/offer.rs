//! What the identity provider offers, by its own published configuration.

use catalogue::Catalogue;
use identity::{DiscoveryFault, IdentityError, Provider};
use policy::Policy;
use serde::Deserialize;

use super::checks::told;
use super::findings::{Finding, fail, not_reached, ok, skipped, warn};

/// The members of a configuration that are looked at here. What cannot be read counts as not offered; the relying party
/// has read the document strictly before.
#[derive(Clone, Debug, Default, Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "they are named as in the document"
)]
pub struct Offer {
    #[serde(default)]
    pub scopes_supported: Vec<String>,
    #[serde(default)]
    pub dpop_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    id_token_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
}

impl Offer {
    /// What this provider publishes.
    pub fn of(provider: &Provider) -> Self {
        serde_json::from_slice(provider.configuration()).unwrap_or_default()
    }
}

/// The checks that discovery alone decides.
pub fn found(provider: &Provider, policy: &Policy) -> Vec<Finding> {
    let offer = Offer::of(provider);
    vec![
        ok("discovery", "probe-discovery-ok").with("issuer", &policy.identity.issuer),
        s256(&offer),
        algorithms(&offer, policy),
        match provider.pushed_endpoint() {
            Some(_) => ok("par", "probe-par-ok"),
            None => warn("par", "probe-par-warn"),
        },
        clock(provider, policy),
    ]
}

/// The same, when discovery came to nothing.
pub fn not_found(error: &IdentityError, texts: &Catalogue) -> Vec<Finding> {
    let why = match error.obstacle() {
        Some(obstacle) => told(obstacle.name(), texts),
        None => error.to_string(),
    };
    let fault = match error {
        IdentityError::Discovery(fault) => Some(fault),
        _ => None,
    };
    let named = |name, is_it: bool| {
        if is_it {
            fail(name, "probe-because").own("why", why.clone())
        } else {
            not_reached(name)
        }
    };
    vec![
        fail("discovery", "probe-because").own("why", why.clone()),
        named("s256", fault == Some(&DiscoveryFault::PkceNotOffered)),
        named(
            "algorithms",
            fault == Some(&DiscoveryFault::NoCommonAlgorithm),
        ),
        not_reached("par"),
        not_reached("clock"),
    ]
}

fn s256(offer: &Offer) -> Finding {
    let methods = &offer.code_challenge_methods_supported;
    if methods.iter().any(|method| method == "S256") {
        ok("s256", "probe-s256-ok")
    } else {
        warn("s256", "probe-s256-warn")
    }
}

fn algorithms(offer: &Offer, policy: &Policy) -> Finding {
    let allowed = &policy.identity.algorithms;
    let offered = &offer.id_token_signing_alg_values_supported;
    let common: Vec<&str> = allowed
        .iter()
        .filter(|algorithm| offered.contains(algorithm))
        .map(String::as_str)
        .collect();
    ok("algorithms", "probe-algorithms-ok")
        .with("common", common.join(", "))
        .with("offered", offered.join(", "))
}

fn clock(provider: &Provider, policy: &Policy) -> Finding {
    let skew = policy.signing.clock_skew_s;
    let Some(ahead) = provider.clock_ahead_s() else {
        return skipped("clock", "probe-clock-skipped");
    };
    if ahead.unsigned_abs() <= u64::from(skew) {
        ok("clock", "probe-clock-ok")
    } else {
        fail("clock", "probe-clock-fail")
    }
    .with("seconds", ahead)
    .with("skew", skew)
}
