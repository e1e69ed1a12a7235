//! What a records API knows while a signature is being made, as the vectors write it.

use evidence::receipt::ChallengeLife;
use evidence::{
    AmendmentState, ChallengeFacts, LedgerFacts, Lookup, NameSource, OnlineTrust, RecordRef,
    Subject, TrustedIssuer,
};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    issuers: Vec<TrustedIssuer>,
    now: Timestamp,
    clock_skew_s: u32,
    delivery_grace_s: u32,
    required_amr: Vec<String>,
    names: Names,
    session: Option<Subject>,
    /// Absent: there was nowhere to look. The text `unknown`: it is not there.
    challenge: Option<Found>,
    #[serde(default, deserialize_with = "states")]
    amendments: Option<Vec<AmendmentState>>,
    authority: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Names {
    IdToken,
    Elsewhere,
}

struct Found(Option<ChallengeFacts>);

impl Facts {
    pub fn trust(&self) -> OnlineTrust<'_> {
        OnlineTrust {
            issuers: &self.issuers,
            now: self.now,
            clock_skew_s: self.clock_skew_s,
            delivery_grace_s: self.delivery_grace_s,
            required_amr: &self.required_amr,
            session: self.session.as_ref(),
            challenge: match &self.challenge {
                None => Lookup::NotDone,
                Some(Found(None)) => Lookup::NotFound,
                Some(Found(Some(facts))) => Lookup::Found(facts),
            },
            amendments: self.amendments.as_deref(),
            authority: self.authority,
            names: match self.names {
                Names::IdToken => NameSource::IdToken,
                Names::Elsewhere => NameSource::Elsewhere,
            },
        }
    }
}

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Unknown(Unknown),
            Known(Box<Issued>),
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Unknown {
            Unknown,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Issued {
            challenge: String,
            life: ChallengeLife,
            subject: Subject,
            amendments: Vec<String>,
            meaning: String,
            acr_values: Vec<String>,
            ledger: Option<Ledger>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Ledger {
            challenge_spent: bool,
            commitment_seen: bool,
            authentication_seen: bool,
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Unknown(Unknown::Unknown) => None,
            Written::Known(known) => Some(ChallengeFacts {
                challenge: known.challenge,
                life: known.life,
                subject: known.subject,
                amendments: known.amendments,
                meaning: known.meaning,
                acr_values: known.acr_values,
                ledger: known.ledger.map(|ledger| LedgerFacts {
                    challenge_spent: ledger.challenge_spent,
                    commitment_seen: ledger.commitment_seen,
                    authentication_seen: ledger.authentication_seen,
                }),
            }),
        }))
    }
}

fn states<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<AmendmentState>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct State {
        id: String,
        record: RecordRef,
        base_sha256: String,
        proposed_sha256: String,
        proposed_canonical_sha256: String,
    }
    let states = Vec::<State>::deserialize(deserializer)?;
    Ok(Some(
        states
            .into_iter()
            .map(|state| AmendmentState {
                id: state.id,
                record: state.record,
                base_sha256: state.base_sha256,
                proposed_sha256: state.proposed_sha256,
                proposed_canonical_sha256: state.proposed_canonical_sha256,
            })
            .collect(),
    ))
}
