//! The client verifies its own evidence before anybody else sees it, by the same steps, with what it knows.
//!
//! What only the records API knows (the stored versions, the ledger, the authority) stays unchecked here.

use evidence::keys::{Algorithm, KeySet};
use evidence::receipt::ChallengeLife;
use evidence::{
    ChallengeFacts, LedgerKey, Lookup, NameSource, OnlineTrust, TrustedIssuer, VerificationFailure,
    VerifiedEvidence, verify,
};
use identity::Provider;
use jiff::Timestamp;
use policy::Policy;

use crate::request::Request;

/// Why the evidence is not sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SelfCheckError {
    /// The policy accepts tokens by an algorithm that nobody could verify the evidence with.
    #[error("algorithm_unknown")]
    AlgorithmUnknown,
    /// A step does not hold.
    #[error("{}", .0.reason)]
    Failed(#[from] VerificationFailure),
}

impl SelfCheckError {
    /// The step of the verification, when it came to one.
    pub(crate) fn step(&self) -> Option<evidence::Step> {
        match self {
            Self::AlgorithmUnknown => None,
            Self::Failed(failure) => Some(failure.step),
        }
    }
}

/// What the client knows.
pub(crate) struct Known<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) request: &'a Request,
    pub(crate) challenge: &'a records::Challenge,
    pub(crate) provider: &'a Provider,
    pub(crate) now: Timestamp,
}

impl Known<'_> {
    /// Takes every step for which something is known.
    pub(crate) fn verify(&self, octets: &[u8]) -> Result<VerifiedEvidence, SelfCheckError> {
        let signer = self.request.signer.as_subject();
        let facts = self.facts();
        let trust = OnlineTrust {
            issuers: &[self.issuer()?],
            now: self.now,
            clock_skew_s: self.policy.signing.clock_skew_s,
            delivery_grace_s: 0,
            required_amr: &self.policy.signing.required_amr,
            session: Some(&signer),
            challenge: Lookup::Found(&facts),
            amendments: None,
            authority: None,
            // The session has the name from its own sign-in, where UserInfo may have said it. Whether that is enough
            // is the records API's to decide.
            names: NameSource::Elsewhere,
        };
        Ok(verify::online(octets, &trust)?)
    }

    fn facts(&self) -> ChallengeFacts {
        ChallengeFacts {
            challenge: self.challenge.challenge.clone(),
            life: ChallengeLife {
                issued_at: self.challenge.issued_at,
                expires_at: self.challenge.expires_at,
            },
            subject: self.request.signer.as_subject(),
            amendments: self
                .request
                .amendments
                .iter()
                .map(|amendment| amendment.id.clone())
                .collect(),
            meaning: self.request.meaning.code.clone(),
            acr_values: self.challenge.acr_values.clone(),
            ledger: None,
        }
    }

    fn issuer(&self) -> Result<TrustedIssuer, SelfCheckError> {
        let identity = &self.policy.identity;
        // Keys that cannot be read are keys that verify nothing: the step fails, as it should.
        let keys = KeySet::parse(self.provider.jwks()).unwrap_or_default();
        Ok(TrustedIssuer {
            iss: identity.issuer.clone(),
            client_ids: vec![identity.client_id.clone()],
            algorithms: algorithms(&identity.algorithms)?,
            subject_claims: identity.subject_claims.clone(),
            keys: keys
                .keys
                .into_iter()
                .map(|jwk| LedgerKey {
                    jwk,
                    first_seen: self.provider.fetched_at(),
                    last_seen: self.now,
                    retired_at: None,
                })
                .collect(),
        })
    }
}

fn algorithms(names: &[String]) -> Result<Vec<Algorithm>, SelfCheckError> {
    names
        .iter()
        .map(|name| Algorithm::from_name(name))
        .collect::<Option<_>>()
        .ok_or(SelfCheckError::AlgorithmUnknown)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_that_a_policy_may_name_is_one_that_evidence_is_verified_with() {
        let field = policy::FIELDS
            .iter()
            .find(|field| field.key == "identity.algorithms")
            .unwrap();
        for names in [field.allowed.to_owned(), (field.default)().unwrap()] {
            let names: Vec<String> = names.split(", ").map(str::to_owned).collect();
            assert_eq!(algorithms(&names).unwrap().len(), Algorithm::ALL.len());
        }
    }

    #[test]
    fn an_algorithm_that_is_not_known_is_an_error_and_not_left_out() {
        let names = ["ES256", "ES384"].map(str::to_owned);
        assert!(matches!(
            algorithms(&names),
            Err(SelfCheckError::AlgorithmUnknown)
        ));
    }
}
