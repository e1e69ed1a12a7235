//! The bundle: everything that a stranger needs, in one canonical JSON document.
//!
//! Its identity, [`Bundle::sha256`], is the SHA-256 of the canonical form without `receipt`, without
//! `timestamp` and without the presented octets. So a receipt and its time-stamp can be attached later, and the
//! presented content, which may hold health data, can be taken out ([`Bundle::without_content`]), and it is still the
//! same evidence.
//!
//! The `seal` is an OpenPubkey signed message over that identity (made without the seal itself). It binds what no
//! other signature covers: the provider's documents as the client saw them, and the authorization request.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::canonical::{self, CanonicalError};
use crate::digest::{as_base64url, sha256_hex};
use crate::error::EvidenceError;
use crate::id_token::{self, Claims};
use crate::pk_token::PkToken;
use crate::statement::Statement;
use crate::steps::Reason;

/// The media type of a bundle.
pub const MEDIA_TYPE: &str = "application/vnd.countersign.evidence+json;version=1";

/// The evidence for one signature. Reading one proves nothing: see [`crate::verify`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    #[serde(rename = "type")]
    kind: BundleType,
    pub(crate) statement: Statement,
    pub(crate) presentation: Presentation,
    pub(crate) pk_token: PkToken,
    pub(crate) signed_statement: String,
    pub(crate) issuer: IssuerSnapshot,
    pub(crate) authorization: Authorization,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) seal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) receipt: Option<String>,
    #[serde(
        with = "as_base64url::option",
        skip_serializing_if = "Option::is_none",
        default
    )]
    pub(crate) timestamp: Option<Vec<u8>>,
}

/// The bundle's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
enum BundleType {
    #[default]
    #[serde(rename = "urn:countersign:evidence:v1")]
    V1,
}

/// What the signer was shown, exactly.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presentation {
    /// What the octets are, for example `text/plain;charset=utf-8`.
    pub media_type: String,
    /// The octets, unless the content was taken out. The statement holds their digest.
    #[serde(
        with = "as_base64url::option",
        skip_serializing_if = "Option::is_none",
        default
    )]
    pub octets: Option<Vec<u8>>,
}

impl Presentation {
    /// A plain text that was shown.
    pub fn text(text: &str) -> Self {
        Self {
            media_type: "text/plain;charset=utf-8".to_owned(),
            octets: Some(text.as_bytes().to_vec()),
        }
    }

    /// The digest for [`Statement::shown_sha256`]. `None` if the content was taken out.
    pub fn sha256(&self) -> Option<String> {
        self.octets.as_deref().map(sha256_hex)
    }
}

impl fmt::Debug for Presentation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Presentation")
            .field("media_type", &self.media_type)
            .finish_non_exhaustive()
    }
}

/// The identity provider's documents as the client received them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerSnapshot {
    /// The discovery document's octets.
    #[serde(with = "as_base64url")]
    pub configuration: Vec<u8>,
    /// The key set's octets, with the key that verified the ID token in it.
    #[serde(with = "as_base64url")]
    pub jwks: Vec<u8>,
    /// When the key set was fetched, by the client's clock.
    pub fetched_at: Timestamp,
}

impl IssuerSnapshot {
    /// The issuer that the discovery document names, without believing it.
    pub fn configured_issuer(&self) -> Result<String, CanonicalError> {
        #[derive(Deserialize)]
        struct Configuration {
            issuer: String,
        }
        let document = canonical::parse_foreign(&self.configuration, canonical::MAX_OCTETS)?;
        canonical::shape::<Configuration>(document).map(|configuration| configuration.issuer)
    }
}

/// How the provider was asked. Whatever of `nonce`, `client_id`, `prompt`, `max_age` and `acr_values` stands in
/// `parameters` has to agree with the statement and the commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorization {
    /// The request's parameters.
    pub parameters: BTreeMap<String, String>,
    /// The `iss` of the callback (RFC 9207), where the provider sends one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub callback_iss: Option<String>,
}

impl Bundle {
    pub(crate) fn unsealed(
        statement: Statement,
        presentation: Presentation,
        pk_token: PkToken,
        signed_statement: String,
        issuer: IssuerSnapshot,
        authorization: Authorization,
    ) -> Self {
        Self {
            kind: BundleType::V1,
            statement,
            presentation,
            pk_token,
            signed_statement,
            issuer,
            authorization,
            seal: None,
            receipt: None,
            timestamp: None,
        }
    }

    /// Reads a bundle and checks its form: the first step of verification. Nothing in it is to be believed yet;
    /// a records API needs it to look up the facts that the later steps judge.
    pub fn parse(octets: &[u8]) -> Result<Self, Reason> {
        let bundle: Self = canonical::parse_as(octets).map_err(|error| parse_reason(&error))?;
        bundle
            .statement
            .check()
            .map_err(|_| Reason::StatementInvalid)?;
        bundle.seal.as_ref().ok_or(Reason::WrongShape)?;
        // A time-stamp is of a receipt.
        if bundle.timestamp.is_some() && bundle.receipt.is_none() {
            return Err(Reason::WrongShape);
        }
        bundle.claims()?;
        Ok(bundle)
    }

    /// What is said to be signed.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// What is said to have been shown.
    pub fn presentation(&self) -> &Presentation {
        &self.presentation
    }

    /// The PK token.
    pub fn pk_token(&self) -> &PkToken {
        &self.pk_token
    }

    /// The statement as an OpenPubkey signed message.
    pub fn signed_statement(&self) -> &str {
        &self.signed_statement
    }

    /// The provider's documents.
    pub fn issuer(&self) -> &IssuerSnapshot {
        &self.issuer
    }

    /// How the provider was asked.
    pub fn authorization(&self) -> &Authorization {
        &self.authorization
    }

    /// The receipt, as a compact JWS, once there is one.
    pub fn receipt(&self) -> Option<&str> {
        self.receipt.as_deref()
    }

    /// The receipt's time-stamp, as a `TimeStampToken` in DER, where there is one.
    pub fn timestamp(&self) -> Option<&[u8]> {
        self.timestamp.as_deref()
    }

    /// The nonce that is said to commit to all this, for a ledger of those seen.
    pub fn nonce(&self) -> Option<String> {
        self.claims()
            .ok()
            .and_then(|claims| claims.nonce().map(str::to_owned))
    }

    /// When the signer is said to have authenticated, in seconds since the epoch, for a ledger of those seen.
    pub fn auth_time(&self) -> Option<i64> {
        self.claims()
            .ok()
            .and_then(|claims| claims.seconds("auth_time"))
    }

    /// When the ID token is said to have been issued, in seconds since the epoch, for rules of a verifier's own.
    pub fn issued_at(&self) -> Option<i64> {
        self.claims().ok().and_then(|claims| claims.seconds("iat"))
    }

    /// The one-time key that is said to have signed, as its RFC 7638 thumbprint, for a ledger of those seen.
    pub fn key_thumbprint(&self) -> Option<String> {
        self.pk_token.cic().map(|cic| cic.key().thumbprint())
    }

    /// With the records API's receipt attached. A time-stamp of another receipt does not stay.
    #[must_use]
    pub fn with_receipt(self, receipt: &str) -> Self {
        Self {
            receipt: Some(receipt.to_owned()),
            timestamp: None,
            ..self
        }
    }

    /// With the receipt's time-stamp attached, as [`crate::timestamp::accept`] gives it.
    #[must_use]
    pub fn with_timestamp(self, token: &[u8]) -> Self {
        Self {
            timestamp: Some(token.to_vec()),
            ..self
        }
    }

    /// Without what the signer was shown. It verifies as before.
    #[must_use]
    pub fn without_content(self) -> Self {
        Self {
            presentation: Presentation {
                octets: None,
                ..self.presentation
            },
            ..self
        }
    }

    /// The canonical octets.
    pub fn octets(&self) -> Result<Vec<u8>, EvidenceError> {
        Ok(canonical::to_octets(self)?)
    }

    /// The evidence's identity, which the receipt names.
    pub fn sha256(&self) -> Result<String, EvidenceError> {
        let core = Self {
            receipt: None,
            timestamp: None,
            ..self.clone()
        }
        .without_content();
        Ok(sha256_hex(&core.octets()?))
    }

    /// The identity of the evidence as it was before it was sealed.
    pub(crate) fn unsealed_sha256(&self) -> Result<String, EvidenceError> {
        Self {
            seal: None,
            ..self.clone()
        }
        .sha256()
    }

    pub(crate) fn claims(&self) -> Result<Claims, Reason> {
        id_token::read_claims(&self.pk_token.id_token())
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Bundle")
            .field("signature_id", &self.statement.signature_id)
            .finish_non_exhaustive()
    }
}

fn parse_reason(error: &CanonicalError) -> Reason {
    match error {
        CanonicalError::TooLarge => Reason::TooLarge,
        CanonicalError::NotUtf8 | CanonicalError::NotJson | CanonicalError::TrailingBytes => {
            Reason::NotJson
        }
        CanonicalError::TooDeep => Reason::TooDeep,
        CanonicalError::DuplicateMember => Reason::DuplicateMember,
        CanonicalError::NotAnInteger | CanonicalError::IntegerTooLarge | CanonicalError::Null => {
            Reason::ValueNotAllowed
        }
        CanonicalError::NotCanonical => Reason::NotCanonical,
        CanonicalError::WrongShape { .. } => Reason::WrongShape,
    }
}

/// The content of the seal.
#[derive(Serialize)]
struct Seal<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    evidence_sha256: &'a str,
}

/// What the one-time key signs to seal a bundle.
pub(crate) fn seal_message(unsealed_sha256: &str) -> Result<Vec<u8>, EvidenceError> {
    Ok(canonical::to_octets(&Seal {
        kind: "urn:countersign:seal:v1",
        evidence_sha256: unsealed_sha256,
    })?)
}
