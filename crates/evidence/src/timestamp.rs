//! Time-stamps (RFC 3161): a third party's word for when a receipt existed.
//!
//! What is stamped is the receipt's compact octets, by their SHA-256. [`request`] asks, [`accept`] judges the answer,
//! and [`verify`] judges a stored token, years later, by the certificates of authorities that the verifier trusts.
//!
//! A stored token has one normal form: [`accept`] drops what no signature covers and nobody reads (certificates off
//! the path, unsigned attributes, revocation lists), and [`verify`] refuses a token that differs from that form. So
//! no octet of it is free.
//!
//! The path is judged as of the time in the token. Whether a certificate was revoked is not asked: there is nobody to
//! ask offline, and whoever keeps the archive takes an authority out of it that is not trusted any more.

mod scheme;
mod token;

use cms::cert::x509::Certificate;
use der::asn1::{Int, Null, OctetString};
use der::{Any, Decode, DecodePem, Encode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use x509_tsp::{MessageImprint, TimeStampReq, TimeStampResp, TspVersion};

use crate::digest::{as_base64url, sha256};
use crate::error::EvidenceError;
use crate::steps::Reason;

/// Tokens and answers over this size are refused unread.
pub const MAX_OCTETS: usize = 64 * 1024;

/// A certificate authority whose time-stamps are believed: a root, or any certificate that is to count as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Encoded", into = "Encoded")]
pub struct TimestampAuthority(Vec<u8>);

impl TimestampAuthority {
    /// Reads one X.509 certificate in DER.
    pub fn from_der(certificate: &[u8]) -> Option<Self> {
        Certificate::from_der(certificate).ok()?;
        Some(Self(certificate.to_vec()))
    }

    /// Reads one X.509 certificate in PEM.
    pub fn from_pem(certificate: &str) -> Option<Self> {
        let der = Certificate::from_pem(certificate).ok()?.to_der().ok()?;
        Some(Self(der))
    }

    /// The certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.0
    }
}

/// The certificate as it stands in an archive.
#[derive(Serialize, Deserialize)]
struct Encoded(#[serde(with = "as_base64url")] Vec<u8>);

impl TryFrom<Encoded> for TimestampAuthority {
    type Error = &'static str;

    fn try_from(Encoded(der): Encoded) -> Result<Self, Self::Error> {
        Self::from_der(&der).ok_or("not a certificate")
    }
}

impl From<TimestampAuthority> for Encoded {
    fn from(TimestampAuthority(der): TimestampAuthority) -> Self {
        Self(der)
    }
}

/// A token as it is stored beside the receipt, and the time in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The `TimeStampToken` in its normal form, in DER.
    pub token: Vec<u8>,
    /// When the authority says that the receipt existed.
    pub at: Timestamp,
}

/// A number that ties an answer to its question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce([u8; 8]);

impl Nonce {
    /// From random octets. Two bits are fixed, so that the number is positive and always eight octets long.
    pub const fn new(mut random: [u8; 8]) -> Self {
        random[0] = (random[0] & 0x3f) | 0x40;
        Self(random)
    }
}

/// The question (`application/timestamp-query`): a time-stamp for this receipt, with the authority's certificates.
pub fn request(receipt: &str, nonce: Nonce) -> Result<Vec<u8>, EvidenceError> {
    let refused = |_| EvidenceError::Timestamp(Reason::TimestampMalformed);
    TimeStampReq {
        version: TspVersion::V1,
        message_imprint: MessageImprint {
            hash_algorithm: der_algorithm(),
            hashed_message: OctetString::new(sha256(receipt.as_bytes())).map_err(refused)?,
        },
        req_policy: None,
        nonce: Some(Int::new(&nonce.0).map_err(refused)?),
        cert_req: true,
        extensions: None,
    }
    .to_der()
    .map_err(refused)
}

/// SHA-256 as RFC 3161 requests name it: with explicit `NULL` parameters.
fn der_algorithm() -> cms::cert::x509::spki::AlgorithmIdentifier<Any> {
    cms::cert::x509::spki::AlgorithmIdentifier {
        oid: scheme::SHA_256,
        parameters: Some(Any::from(Null)),
    }
}

/// Judges an answer (`application/timestamp-reply`) to [`request`], and keeps of it what is worth storing.
pub fn accept(
    reply: &[u8],
    receipt: &str,
    nonce: Nonce,
    authorities: &[TimestampAuthority],
) -> Result<Accepted, EvidenceError> {
    if reply.len() > MAX_OCTETS {
        return Err(EvidenceError::Timestamp(Reason::TimestampMalformed));
    }
    let malformed = |_| EvidenceError::Timestamp(Reason::TimestampMalformed);
    // PKIStatus 0 and 1 alone bring a token (RFC 3161 §2.4.2).
    let token = TimeStampResp::from_der(reply)
        .map_err(malformed)?
        .time_stamp_token
        .ok_or(EvidenceError::TimestampRefused)?
        .to_der()
        .map_err(malformed)?;
    let judged = token::judge(&token, receipt, authorities).map_err(EvidenceError::Timestamp)?;
    if judged.nonce.as_deref() != Some(&nonce.0[..]) {
        return Err(EvidenceError::Timestamp(Reason::TimestampMismatch));
    }
    Ok(Accepted {
        token: judged.normal,
        at: judged.at,
    })
}

/// Judges a stored token: by an authority that is trusted, over exactly this receipt. Gives the time in it.
pub fn verify(
    token: &[u8],
    receipt: &str,
    authorities: &[TimestampAuthority],
) -> Result<Timestamp, Reason> {
    let judged = token::judge(token, receipt, authorities)?;
    if judged.normal == token {
        Ok(judged.at)
    } else {
        Err(Reason::TimestampMalformed)
    }
}
