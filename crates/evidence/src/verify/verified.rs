//! The proof that evidence was verified, as a type.

use jiff::Timestamp;

use crate::bundle::Bundle;
use crate::id_token::Claims;
use crate::receipt::Receipt;
use crate::statement::Statement;
use crate::steps::Report;

/// Evidence that was verified. There is no other way to make one.
#[derive(Debug, Clone)]
pub struct VerifiedEvidence {
    pub(super) bundle: Bundle,
    pub(super) octets: Vec<u8>,
    pub(super) sha256: String,
    pub(super) claims: Claims,
    pub(super) issuer_key_thumbprint: String,
    pub(super) signing_key_thumbprint: String,
    pub(super) receipt: Option<Receipt>,
    pub(super) timestamped_at: Option<Timestamp>,
    pub(super) report: Report,
}

impl VerifiedEvidence {
    /// What was signed.
    pub fn statement(&self) -> &Statement {
        self.bundle.statement()
    }

    /// All of it.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// The octets that were verified.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The evidence's identity.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The ID token's claims.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// RFC 7638 thumbprint of the provider's key that signed the ID token.
    pub fn issuer_key_thumbprint(&self) -> &str {
        &self.issuer_key_thumbprint
    }

    /// RFC 7638 thumbprint of the one-time key.
    pub fn signing_key_thumbprint(&self) -> &str {
        &self.signing_key_thumbprint
    }

    /// The receipt, verified, where one is attached.
    pub fn receipt(&self) -> Option<&Receipt> {
        self.receipt.as_ref()
    }

    /// When an authority says that the receipt existed, where it is time-stamped.
    pub fn timestamped_at(&self) -> Option<Timestamp> {
        self.timestamped_at
    }

    /// Which steps were taken.
    pub fn report(&self) -> &Report {
        &self.report
    }
}
