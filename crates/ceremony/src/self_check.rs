//! The client verifies its own evidence before anybody else sees it, by the same steps, with what it knows.
//!
//! What only the records API knows (the stored versions, the ledger, the authority) stays unchecked here.

use evidence::keys::{Algorithm, KeySet};
use evidence::receipt::ChallengeLife;
use evidence::{
    ChallengeFacts, LedgerKey, Lookup, OnlineTrust, TrustedIssuer, VerificationFailure,
    VerifiedEvidence, verify,
};
use identity::Provider;
use jiff::Timestamp;
use policy::Policy;

use crate::request::Request;

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
    pub(crate) fn verify(&self, octets: &[u8]) -> Result<VerifiedEvidence, VerificationFailure> {
        let signer = self.request.signer.as_subject();
        let facts = self.facts();
        let trust = OnlineTrust {
            issuers: &[self.issuer()],
            now: self.now,
            clock_skew_s: self.policy.signing.clock_skew_s,
            delivery_grace_s: 0,
            required_amr: &self.policy.signing.required_amr,
            session: Some(&signer),
            challenge: Lookup::Found(&facts),
            amendments: None,
            authority: None,
        };
        verify::online(octets, &trust)
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

    fn issuer(&self) -> TrustedIssuer {
        let identity = &self.policy.identity;
        // Keys that cannot be read are keys that verify nothing: the step fails, as it should.
        let keys = KeySet::parse(self.provider.jwks()).unwrap_or_default();
        TrustedIssuer {
            iss: identity.issuer.clone(),
            client_ids: vec![identity.client_id.clone()],
            algorithms: identity
                .algorithms
                .iter()
                .filter_map(|name| Algorithm::from_name(name))
                .collect(),
            subject_claims: identity.subject_claims.clone(),
            keys: keys
                .keys
                .into_iter()
                .map(|jwk| LedgerKey {
                    jwk,
                    first_seen: self.provider.fetched_at(),
                    last_seen: self.now,
                })
                .collect(),
        }
    }
}
