//! From the seal to the receipt: nobody can be asked again.

use evidence::{IssuerSnapshot, Receipt, VerifiedEvidence};
use identity::Provider;
use jiff::Timestamp;
use records::Waiting;
use uuid::Uuid;

use super::{
    Ceremony, Challenged, IdentityVerified, Kept, NotSealed, Recorded, Sealed, Standing, Submitting,
};
use crate::ending::Unconfirmed;
use crate::self_check;

impl Ceremony<IdentityVerified> {
    /// Step 9: signed, sealed, and verified by ourselves as far as we know the facts. The key is dropped.
    pub fn sealed(
        self,
        provider: &Provider,
        now: Timestamp,
    ) -> Result<Ceremony<Sealed>, NotSealed> {
        let Self { plan, state } = self;
        let snapshot = IssuerSnapshot {
            configuration: provider.configuration().to_vec(),
            jwks: provider.jwks().to_vec(),
            fetched_at: provider.fetched_at(),
        };
        let Challenged {
            challenge,
            committed,
            ..
        } = state.challenged;
        let sealed = committed
            .seal(
                plan.request.presentation.clone(),
                state.id_token.raw(),
                snapshot,
                state.authorization,
            )
            .map_err(|error| NotSealed {
                step: None,
                why: error.to_string(),
            })?;
        let known = self_check::Known {
            policy: &plan.policy,
            request: &plan.request,
            challenge: &challenge,
            provider,
            now,
        };
        let evidence = known.verify(sealed.octets()).map_err(|error| NotSealed {
            step: error.step(),
            why: error.to_string(),
        })?;
        Ok(plan.with(Sealed { evidence }))
    }
}

impl Ceremony<Sealed> {
    /// The verified evidence.
    pub fn evidence(&self) -> &VerifiedEvidence {
        &self.state.evidence
    }

    /// The evidence as the outbox takes it.
    pub fn waiting(&self, reference: String, idempotency_key: Uuid, now: Timestamp) -> Waiting {
        let request = &self.plan.request;
        Waiting::new(
            &self.state.evidence,
            request.etags.clone(),
            idempotency_key.to_string(),
            reference,
            request.title.clone(),
            now,
        )
    }

    /// The evidence is safe: it may be sent.
    pub fn submitting(self, kept: Kept) -> Ceremony<Submitting> {
        let Self { plan, state } = self;
        plan.with(Submitting {
            evidence: state.evidence,
            waiting: kept.0,
        })
    }
}

impl Ceremony<Submitting> {
    /// What is being delivered.
    pub fn evidence(&self) -> &VerifiedEvidence {
        &self.state.evidence
    }

    /// How it is delivered.
    pub fn waiting(&self) -> &Waiting {
        &self.state.waiting
    }

    /// What is known when nobody answers.
    pub fn unconfirmed(&self) -> Unconfirmed {
        let note = &self.state.waiting.note;
        Unconfirmed {
            signature_id: note.signature_id,
            idempotency_key: note.idempotency_key.clone(),
            evidence_sha256: note.evidence_sha256.clone(),
        }
    }

    /// The receipt's signature verified: is it for exactly this evidence? If not, the evidence stays as it is. A time-stamp
    /// is kept with it; whoever verifies the evidence judges it.
    pub fn recorded(
        self,
        jws: &str,
        timestamp: Option<&[u8]>,
        receipt: Receipt,
    ) -> Result<Ceremony<Recorded>, Box<Self>> {
        if receipt.answers(&self.state.evidence).is_err() {
            return Err(Box::new(self));
        }
        let mut bundle = self.state.evidence.bundle().clone().with_receipt(jws);
        if let Some(token) = timestamp {
            bundle = bundle.with_timestamp(token);
        }
        let Ok(octets) = bundle.octets() else {
            return Err(Box::new(self));
        };
        let standing = Standing {
            signature_id: receipt.signature_id,
            evidence: octets,
            evidence_sha256: receipt.evidence_sha256.clone(),
            receipt,
        };
        Ok(self.plan.with(Recorded { standing }))
    }
}

impl Ceremony<Recorded> {
    /// The signature that stands.
    pub fn into_standing(self) -> Standing {
        self.state.standing
    }
}
