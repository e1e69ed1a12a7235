//! Verification: fourteen steps, in order, from the octets alone and from what the verifier itself knows.
//!
//! Nothing in the evidence is believed because the evidence says so: trust comes in as [`OnlineTrust`] (a records
//! API before it commits, or the client checking its own work) or as an [`Archive`] (anybody, later). The first step
//! that does not hold ends it. Steps that need facts which this verifier does not have are reported as
//! [`Status::NotChecked`], never as passed.

mod trust;
mod verified;

use crate::archive::{Archive, LedgerKey, TrustedIssuer};
use crate::bundle::Bundle;
use crate::checks;
use crate::id_token::Claims;
use crate::keys::Jwk;
use crate::receipt::{self, Receipt};
use crate::steps::{Reason, Report, Status, Step, VerificationFailure};

pub use trust::{AmendmentState, ChallengeFacts, LedgerFacts, Lookup, NameSource, OnlineTrust};
pub use verified::VerifiedEvidence;

/// Verifies evidence that has no receipt yet.
pub fn online(
    octets: &[u8],
    trust: &OnlineTrust<'_>,
) -> Result<VerifiedEvidence, VerificationFailure> {
    let mut walk = Walk::new();
    let bundle = walk.take(Step::Parse, Bundle::parse(octets).and_then(without_receipt))?;
    let sha256 = walk.take(
        Step::Parse,
        bundle.sha256().map_err(|_| Reason::NotCanonical),
    )?;
    let claims = walk.take(Step::Parse, bundle.claims())?;
    let signing_key_thumbprint = walk.bound(&bundle, &claims)?;
    let issuer = walk.take(
        Step::Issuer,
        checks::issuer(&bundle, &claims, trust.issuers),
    )?;
    let keys = current_keys(issuer);
    let issuer_key = walk.take(Step::IdToken, checks::id_token(&bundle, issuer, &keys))?;
    walk.take(Step::Audience, checks::audience(&bundle, &claims, issuer))?;
    let clock = checks::Clock {
        at: trust.now,
        skew_s: trust.clock_skew_s,
        grace_s: trust.delivery_grace_s,
    };
    walk.take(Step::Time, checks::time(&claims, &clock))?;
    let challenge = match trust.challenge {
        Lookup::Found(facts) => Some(facts),
        Lookup::NotDone | Lookup::NotFound => None,
    };
    walk.take_if(
        Step::Freshness,
        challenge.map(|facts| {
            checks::freshness(&claims, &facts.life, &clock)?;
            checks::authentication_is_new(facts)
        }),
    )?;
    let demanded = challenge.map_or(&[][..], |facts| &facts.acr_values);
    walk.take(
        Step::Authentication,
        checks::authentication(&bundle, &claims, demanded, trust.required_amr),
    )?;
    let others = [trust.session, challenge.map(|facts| &facts.subject)];
    walk.take(
        Step::Signer,
        checks::signer(&bundle, &claims, issuer, &others)
            .and_then(|()| checks::name(&bundle, &claims, trust.names)),
    )?;
    walk.take_if(
        Step::Record,
        trust
            .amendments
            .map(|stored| checks::records(bundle.statement(), stored)),
    )?;
    walk.take_if(
        Step::Challenge,
        checks::challenge(bundle.statement(), trust.challenge),
    )?;
    walk.take_if(
        Step::Authority,
        trust.authority.map(|may| {
            if may {
                Ok(())
            } else {
                Err(Reason::NotAuthorized)
            }
        }),
    )?;
    walk.skip(Step::Receipt);
    Ok(VerifiedEvidence {
        octets: octets.to_vec(),
        sha256,
        claims,
        issuer_key_thumbprint: issuer_key.thumbprint(),
        signing_key_thumbprint,
        receipt: None,
        timestamped_at: None,
        report: walk.report,
        bundle,
    })
}

/// The steps that only the records API can take.
const AT_THE_RECORDS_API: [Step; 3] = [Step::Record, Step::Challenge, Step::Authority];

/// Verifies evidence with its receipt, from an archive alone.
///
/// Time is the receipt's `received_at`, freshness is judged by the challenge's life in it, and the provider's key is
/// the one that it names; all of that counts only because the last step verifies the receipt. Evidence without one
/// fails at that step, with time and freshness not checked. Steps 11 to 13 were
/// the records API's to take: once its receipt is verified, they are reported as attested.
pub fn offline(octets: &[u8], archive: &Archive) -> Result<VerifiedEvidence, VerificationFailure> {
    let mut walk = Walk::new();
    let bundle = walk.take(Step::Parse, Bundle::parse(octets))?;
    let sha256 = walk.take(
        Step::Parse,
        bundle.sha256().map_err(|_| Reason::NotCanonical),
    )?;
    let claims = walk.take(Step::Parse, bundle.claims())?;
    let signing_key_thumbprint = walk.bound(&bundle, &claims)?;
    let issuer = walk.take(
        Step::Issuer,
        checks::issuer(&bundle, &claims, &archive.issuers),
    )?;
    let said = bundle
        .receipt()
        .and_then(|signed| receipt::read(signed).ok());
    let said = said.as_ref();
    let keys = match said {
        Some(said) => walk.take(
            Step::IdToken,
            checks::keys_at(issuer, said, archive.clock_skew_s),
        )?,
        None => current_keys(issuer),
    };
    let issuer_key = walk.take(Step::IdToken, checks::id_token(&bundle, issuer, &keys))?;
    walk.take(Step::Audience, checks::audience(&bundle, &claims, issuer))?;
    let clock = |said: &Receipt| checks::Clock {
        at: said.received_at,
        skew_s: archive.clock_skew_s,
        grace_s: archive.delivery_grace_s,
    };
    let time = said.map(|said| checks::time(&claims, &clock(said)));
    walk.take_if(Step::Time, time)?;
    let freshness = said.map(|said| checks::freshness(&claims, &said.challenge, &clock(said)));
    walk.take_if(Step::Freshness, freshness)?;
    walk.take(
        Step::Authentication,
        checks::authentication(&bundle, &claims, &[], &[]),
    )?;
    // Where an ID token without a name is good enough was the records API's to say, and it did.
    walk.take(
        Step::Signer,
        checks::signer(&bundle, &claims, issuer, &[])
            .and_then(|()| checks::name(&bundle, &claims, NameSource::Elsewhere)),
    )?;
    for step in AT_THE_RECORDS_API {
        walk.skip(step);
    }
    let issuer_key_thumbprint = issuer_key.thumbprint();
    let (receipt, timestamped_at) = walk.take(
        Step::Receipt,
        checks::receipt(&bundle, &sha256, &issuer_key_thumbprint, archive),
    )?;
    for step in AT_THE_RECORDS_API {
        walk.report.set(step, Status::Attested);
    }
    Ok(VerifiedEvidence {
        octets: octets.to_vec(),
        sha256,
        claims,
        issuer_key_thumbprint,
        signing_key_thumbprint,
        receipt: Some(receipt),
        timestamped_at,
        report: walk.report,
        bundle,
    })
}

fn without_receipt(bundle: Bundle) -> Result<Bundle, Reason> {
    if bundle.receipt().is_some() || bundle.timestamp().is_some() {
        Err(Reason::ReceiptUnexpected)
    } else {
        Ok(bundle)
    }
}

fn current_keys(issuer: &TrustedIssuer) -> Vec<&Jwk> {
    issuer
        .keys
        .iter()
        .map(|LedgerKey { jwk, .. }| jwk)
        .collect()
}

/// Keeps the report while the steps are taken.
struct Walk {
    report: Report,
}

impl Walk {
    fn new() -> Self {
        Self {
            report: Report::new(),
        }
    }

    /// Steps 2 and 3, which need nothing but the bundle. Gives the one-time key's thumbprint.
    fn bound(&mut self, bundle: &Bundle, claims: &Claims) -> Result<String, VerificationFailure> {
        let cic = self.take(Step::Commitment, checks::commitment(bundle, claims))?;
        self.take(Step::Holder, checks::holder(bundle, cic.key()))?;
        Ok(cic.key().thumbprint())
    }

    fn take<T>(&mut self, step: Step, result: Result<T, Reason>) -> Result<T, VerificationFailure> {
        match result {
            Ok(value) => {
                self.report.set(step, Status::Passed);
                Ok(value)
            }
            Err(reason) => Err(self.fail(step, reason)),
        }
    }

    fn take_if(
        &mut self,
        step: Step,
        result: Option<Result<(), Reason>>,
    ) -> Result<(), VerificationFailure> {
        if let Some(result) = result {
            return self.take(step, result);
        }
        self.skip(step);
        Ok(())
    }

    fn skip(&mut self, step: Step) {
        self.report.set(step, Status::NotChecked);
    }

    fn fail(&mut self, step: Step, reason: Reason) -> VerificationFailure {
        self.report.set(step, Status::Failed);
        VerificationFailure {
            step,
            reason,
            report: self.report.clone(),
        }
    }
}
