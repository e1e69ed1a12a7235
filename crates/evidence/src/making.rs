//! Making evidence: a statement is committed to a one-time key, authenticated, signed and sealed.
//!
//! Each stage is a type that the next one consumes. Nothing here decides whether the ID token is acceptable: the
//! relying party has, and whoever verifies decides it again.

use std::sync::Arc;

use crate::bundle::{Authorization, Bundle, IssuerSnapshot, Presentation, seal_message};
use crate::commitment::Cic;
use crate::error::EvidenceError;
use crate::id_token;
use crate::key::OneTimeKey;
use crate::osm;
use crate::pk_token::PkToken;
use crate::statement::Statement;

/// A statement and a key, committed to each other: what an authorization request is made from.
pub struct Prepared {
    statement: Statement,
    key: Arc<OneTimeKey>,
    cic: Cic,
    nonce: String,
}

impl Prepared {
    /// Commits. `rz` is 32 random octets. A key that is shared goes when the last who shares it lets it go.
    pub fn new(
        statement: Statement,
        key: impl Into<Arc<OneTimeKey>>,
        rz: [u8; 32],
    ) -> Result<Self, EvidenceError> {
        let key = key.into();
        statement.check().map_err(EvidenceError::Statement)?;
        let cic = Cic::new(statement.sha256()?, key.public().clone(), rz);
        let nonce = cic.nonce()?;
        Ok(Self {
            statement,
            key,
            cic,
            nonce,
        })
    }

    /// The OIDC `nonce` to ask for.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// What is being signed.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The one-time key, which may serve as the ceremony's DPoP key too.
    pub fn key(&self) -> &OneTimeKey {
        &self.key
    }

    /// Signs and seals with the ID token that came back, if it and the presented text are for this statement.
    pub fn seal(
        self,
        presentation: Presentation,
        id_token: &str,
        issuer: IssuerSnapshot,
        authorization: Authorization,
    ) -> Result<Sealed, EvidenceError> {
        if presentation.sha256().as_deref() != Some(self.statement.shown_sha256.as_str()) {
            return Err(EvidenceError::PresentationMismatch);
        }
        let claims =
            id_token::read_claims(id_token).map_err(|_| EvidenceError::IdTokenMalformed)?;
        if claims.nonce() != Some(&self.nonce) {
            return Err(EvidenceError::NonceMismatch);
        }
        let pk_token = PkToken::new(id_token, &self.cic, &self.key)?;
        let pk_token_hash = pk_token.hash()?;
        let signed_statement = osm::sign(&self.key, &pk_token_hash, &self.statement.octets()?)?;
        let mut bundle = Bundle::unsealed(
            self.statement,
            presentation,
            pk_token,
            signed_statement,
            issuer,
            authorization,
        );
        let seal = seal_message(&bundle.unsealed_sha256()?)?;
        bundle.seal = Some(osm::sign(&self.key, &pk_token_hash, &seal)?);
        Sealed::new(bundle, self.key)
    }
}

/// Finished evidence, with the key that made it still at hand to prove possession when it is submitted. Dropping
/// it drops the key.
pub struct Sealed {
    bundle: Bundle,
    octets: Vec<u8>,
    sha256: String,
    key: Arc<OneTimeKey>,
}

impl Sealed {
    fn new(bundle: Bundle, key: Arc<OneTimeKey>) -> Result<Self, EvidenceError> {
        let (octets, sha256) = (bundle.octets()?, bundle.sha256()?);
        Ok(Self {
            bundle,
            octets,
            sha256,
            key,
        })
    }

    /// The evidence.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// Its canonical octets: what is submitted and saved.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Its identity.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The one-time key, for DPoP proofs of the submission.
    pub fn key(&self) -> &OneTimeKey {
        &self.key
    }

    /// Lets the key go and keeps the evidence.
    pub fn into_bundle(self) -> Bundle {
        self.bundle
    }
}
