//! Evidence judged by what its identity provider publishes today, where nobody brought an archive.
//!
//! What that can show: that the file is whole (`parse`), bound together (`commitment`, `holder`), from this provider
//! (`issuer`) and signed with a key that it publishes now (`id_token`); that it was meant for a client (`audience`), if
//! somebody names those that count; and that the person named is who signed in (`signer`), where that person is known by
//! `sub` and the provider says the name. A step that does not hold makes the file invalid, as ever.
//!
//! What it cannot show is reported as not checked: `time`, `freshness`, `authentication`, `record`, `challenge`,
//! `authority` and `receipt` are the records service's word, which only its receipt keys prove. So the best outcome is
//! that nothing speaks against the file, and that is not "valid". A key that is not published any more decides nothing
//! either. Keys come over TLS as they are trusted by this computer, so whoever controls that controls the outcome.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Args;
use evidence::canonical::{self, CanonicalError};
use evidence::keys::{Algorithm, Jwk, KeySet};
use evidence::{
    Bundle, LedgerKey, Lookup, NameSource, OnlineTrust, Reason, Report, Status, Step,
    TrustedIssuer, VerificationFailure, VerifiedEvidence, verify,
};
use jiff::Timestamp;
use serde_json::Value;
use transport::{Rules, Transport};
use url::Url;

use super::{Partly, Verdict};
use crate::archive;

/// How far clocks may differ, in seconds.
const CLOCK_SKEW_S: u32 = 60;

#[derive(Args)]
pub struct IssuerArguments {
    /// A client of the identity provider whose signatures count. Without one, step `audience` is not checked.
    #[arg(long, value_name = "ID", requires = "issuer")]
    client_id: Vec<String>,
    /// A PEM file with certificate authorities to trust beside those of the system.
    #[arg(long, value_name = "FILE", requires = "issuer")]
    ca_file: Option<PathBuf>,
    /// Allows http to a loopback address. For development.
    #[arg(long, requires = "issuer")]
    development_http: bool,
}

/// An identity provider as it is today.
pub struct LiveIssuer {
    iss: String,
    /// None if nobody said which count.
    client_ids: Option<Vec<String>>,
    algorithms: Vec<Algorithm>,
    keys: Vec<Jwk>,
}

impl LiveIssuer {
    /// Asks it. `iss` is its name, letter by letter.
    pub fn fetch(iss: &str, arguments: IssuerArguments) -> anyhow::Result<Self> {
        let transport = Transport::new(Rules {
            development_http: arguments.development_http,
            ca_file: arguments.ca_file,
            ..Rules::default()
        })?;
        let octets = archive::fetch(&configuration_url(iss)?, &transport)?;
        let configuration = canonical::parse_foreign(&octets, canonical::MAX_OCTETS)
            .context("the identity provider's configuration is no JSON object")?;
        ensure!(
            configuration["issuer"].as_str() == Some(iss),
            "the identity provider's configuration names another issuer"
        );
        let jwks_uri = configuration["jwks_uri"]
            .as_str()
            .and_then(|uri| Url::parse(uri).ok())
            .context("the identity provider's configuration does not say where its keys are")?;
        let keys = KeySet::parse(&archive::fetch(&jwks_uri, &transport)?)
            .context("the identity provider's keys cannot be read")?
            .keys;
        ensure!(
            !keys.is_empty(),
            "the identity provider publishes no key that could be used"
        );
        let client_ids = arguments.client_id;
        Ok(Self {
            iss: iss.to_owned(),
            client_ids: (!client_ids.is_empty()).then_some(client_ids),
            algorithms: algorithms(&configuration),
            keys,
        })
    }

    /// How far evidence can be followed.
    pub fn check(&self, octets: &[u8]) -> Verdict {
        let Ok(bundle) = Bundle::parse(octets) else {
            return match self.verify(octets, None, &self.algorithms) {
                Err(failure) => Verdict::Invalid {
                    failure,
                    claimed: None,
                },
                // The same octets cannot fail and pass the same reading.
                Ok(_) => Verdict::Unchecked("the file was read in two ways".to_owned()),
            };
        };
        let bare = match without_receipt(octets) {
            Ok(bare) => bare,
            Err(error) => return Verdict::Unchecked(error.to_string()),
        };
        match self.verify(&bare, Some(&bundle), &self.algorithms) {
            Ok(evidence) => Verdict::Partly(Box::new(Partly {
                report: self.report(evidence.report(), Some(&evidence)),
                claims: Some(evidence.claims().clone()),
                undecided: None,
                bundle,
            })),
            Err(failure) if self.may_have_changed(&failure, &bare, &bundle) => {
                Verdict::Partly(Box::new(Partly {
                    report: undecided(self.report(&failure.report, None)),
                    claims: None,
                    undecided: Some(failure.reason),
                    bundle,
                }))
            }
            Err(failure) => Verdict::Invalid {
                failure: VerificationFailure {
                    report: self.report(&failure.report, None),
                    ..failure
                },
                claimed: Some(Box::new(bundle)),
            },
        }
    }

    /// The steps that need no records service. Those that [`Self::report`] takes back are judged by what the evidence
    /// says of itself, so that they fail only where it contradicts itself.
    fn verify(
        &self,
        bare: &[u8],
        bundle: Option<&Bundle>,
        algorithms: &[Algorithm],
    ) -> Result<VerifiedEvidence, VerificationFailure> {
        let issued = bundle.and_then(Bundle::issued_at);
        let now = issued
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let issuers = [self.trusted(bundle, algorithms, now)];
        verify::online(
            bare,
            &OnlineTrust {
                issuers: &issuers,
                now,
                clock_skew_s: CLOCK_SKEW_S,
                delivery_grace_s: 0,
                required_amr: &[],
                session: None,
                challenge: Lookup::NotDone,
                amendments: None,
                authority: None,
                names: NameSource::Elsewhere,
            },
        )
    }

    fn trusted(
        &self,
        bundle: Option<&Bundle>,
        algorithms: &[Algorithm],
        now: Timestamp,
    ) -> TrustedIssuer {
        let statement = bundle.map(Bundle::statement);
        let claimed_client = || {
            let client = statement.map(|statement| statement.client.client_id.clone());
            client.into_iter().collect()
        };
        let claimed_names = statement.map(|statement| statement.signer.subject.keys().cloned());
        TrustedIssuer {
            iss: self.iss.clone(),
            client_ids: self.client_ids.clone().unwrap_or_else(claimed_client),
            algorithms: algorithms.to_vec(),
            subject_claims: claimed_names.into_iter().flatten().collect(),
            keys: self
                .keys
                .iter()
                .map(|jwk| LedgerKey {
                    jwk: jwk.clone(),
                    first_seen: now,
                    last_seen: now,
                    retired_at: None,
                })
                .collect(),
        }
    }

    /// Whether the provider may only have changed its keys or its algorithms since. What no provider may ever have
    /// signed with stays a failure.
    fn may_have_changed(
        &self,
        failure: &VerificationFailure,
        bare: &[u8],
        bundle: &Bundle,
    ) -> bool {
        match (failure.step, failure.reason) {
            (Step::IdToken, Reason::KeyNotFound | Reason::KeyAmbiguous) => true,
            (Step::IdToken, Reason::AlgorithmNotAllowed) => {
                let by_any = self.verify(bare, Some(bundle), &Algorithm::ALL);
                by_any.map_or_else(
                    |failure| failure.reason != Reason::AlgorithmNotAllowed,
                    |_| true,
                )
            }
            _ => false,
        }
    }

    /// The report without what was not really checked.
    fn report(&self, report: &Report, evidence: Option<&VerifiedEvidence>) -> Report {
        let mut report = report.clone();
        for outcome in &mut report.steps {
            let checked = match outcome.name {
                Step::Audience => self.client_ids.is_some(),
                Step::Signer => evidence.is_some_and(names_its_signer),
                Step::Time | Step::Freshness | Step::Authentication => false,
                _ => true,
            };
            if outcome.status == Status::Passed && !checked {
                outcome.status = Status::NotChecked;
            }
        }
        report
    }
}

/// By `sub`, which is a person's identifier at every provider (OpenID Connect Core 5.7), and by name.
fn names_its_signer(evidence: &VerifiedEvidence) -> bool {
    let mut claims = evidence.statement().signer.subject.keys();
    claims.any(|claim| claim == "sub") && evidence.claims().name().is_some()
}

/// The report where the provider's keys do not decide: nothing failed, and nothing beyond was looked at.
fn undecided(mut report: Report) -> Report {
    for outcome in &mut report.steps {
        if matches!(outcome.status, Status::Failed | Status::NotReached) {
            outcome.status = Status::NotChecked;
        }
    }
    report
}

/// The same evidence: its identity does not cover what was added later.
fn without_receipt(octets: &[u8]) -> Result<Vec<u8>, CanonicalError> {
    let mut bundle = canonical::parse(octets)?;
    if let Some(members) = bundle.as_object_mut() {
        members.remove("receipt");
        members.remove("timestamp");
    }
    canonical::to_octets(&bundle)
}

/// OpenID Connect Discovery 4.
fn configuration_url(iss: &str) -> anyhow::Result<Url> {
    let url = Url::parse(&format!(
        "{}/.well-known/openid-configuration",
        iss.trim_end_matches('/')
    ))
    .context("the identity provider's name is no address")?;
    ensure!(
        url.query().is_none() && url.fragment().is_none(),
        "the identity provider's name has a query or a fragment"
    );
    Ok(url)
}

fn algorithms(configuration: &Value) -> Vec<Algorithm> {
    let named = configuration["id_token_signing_alg_values_supported"].as_array();
    let named = named.into_iter().flatten().filter_map(Value::as_str);
    named.filter_map(Algorithm::from_name).collect()
}
