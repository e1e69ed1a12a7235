//! The digests and signature algorithms that time-stamps are read with: RSA (PKCS #1 v1.5), ECDSA on P-256 and P-384,
//! Ed25519, each with SHA-2. RSA-PSS is not among them, because no authority was met that uses it.

use cms::cert::x509::spki::AlgorithmIdentifierOwned;
use cms::signed_data::SignerInfo;
use der::Any;
use der::asn1::{Null, ObjectIdentifier};
use der::oid::db::rfc5912::{
    ECDSA_WITH_SHA_256, ECDSA_WITH_SHA_384, ECDSA_WITH_SHA_512, ID_SHA_1, ID_SHA_256, ID_SHA_384,
    ID_SHA_512, RSA_ENCRYPTION, SHA_256_WITH_RSA_ENCRYPTION, SHA_384_WITH_RSA_ENCRYPTION,
    SHA_512_WITH_RSA_ENCRYPTION,
};
use der::oid::db::rfc8410::ID_ED_25519;
use rustls_pki_types::SignatureVerificationAlgorithm;
use webpki::aws_lc_rs as keys;

use crate::digest::{sha1, sha256, sha384, sha512};

/// SHA-1, which names certificates and is trusted with nothing.
pub(super) const SHA_1: ObjectIdentifier = ID_SHA_1;
/// SHA-256.
pub(super) const SHA_256: ObjectIdentifier = ID_SHA_256;

/// A signature algorithm: its name in normal form, and what the library knows it as, for each kind of key.
pub(super) struct Scheme {
    pub name: AlgorithmIdentifierOwned,
    pub candidates: Vec<&'static dyn SignatureVerificationAlgorithm>,
}

impl Scheme {
    /// The algorithm that a signer used. `rsaEncryption` beside a digest means the same as the two in one
    /// (RFC 5754 §3.2), which is the normal form.
    pub fn of(signer: &SignerInfo) -> Option<Self> {
        match (signer.digest_alg.oid, signer.signature_algorithm.oid) {
            (ID_SHA_256, SHA_256_WITH_RSA_ENCRYPTION | RSA_ENCRYPTION) => Some(Self::rsa(
                SHA_256_WITH_RSA_ENCRYPTION,
                keys::RSA_PKCS1_2048_8192_SHA256,
            )),
            (ID_SHA_384, SHA_384_WITH_RSA_ENCRYPTION | RSA_ENCRYPTION) => Some(Self::rsa(
                SHA_384_WITH_RSA_ENCRYPTION,
                keys::RSA_PKCS1_2048_8192_SHA384,
            )),
            (ID_SHA_512, SHA_512_WITH_RSA_ENCRYPTION | RSA_ENCRYPTION) => Some(Self::rsa(
                SHA_512_WITH_RSA_ENCRYPTION,
                keys::RSA_PKCS1_2048_8192_SHA512,
            )),
            (ID_SHA_256, ECDSA_WITH_SHA_256) => Some(Self::elliptic(
                ECDSA_WITH_SHA_256,
                vec![keys::ECDSA_P256_SHA256, keys::ECDSA_P384_SHA256],
            )),
            (ID_SHA_384, ECDSA_WITH_SHA_384) => Some(Self::elliptic(
                ECDSA_WITH_SHA_384,
                vec![keys::ECDSA_P256_SHA384, keys::ECDSA_P384_SHA384],
            )),
            (ID_SHA_512, ECDSA_WITH_SHA_512) => Some(Self::elliptic(
                ECDSA_WITH_SHA_512,
                vec![keys::ECDSA_P256_SHA512, keys::ECDSA_P384_SHA512],
            )),
            // RFC 8419 §3.1: Ed25519 goes with SHA-512.
            (ID_SHA_512, ID_ED_25519) => Some(Self::elliptic(ID_ED_25519, vec![keys::ED25519])),
            _ => None,
        }
    }

    /// RFC 4055 §5: with explicit `NULL` parameters.
    fn rsa(oid: ObjectIdentifier, key: &'static dyn SignatureVerificationAlgorithm) -> Self {
        Self {
            name: AlgorithmIdentifierOwned {
                oid,
                parameters: Some(Any::from(Null)),
            },
            candidates: vec![key],
        }
    }

    /// RFC 5758 §3.2 and RFC 8410 §3: without parameters.
    fn elliptic(
        oid: ObjectIdentifier,
        candidates: Vec<&'static dyn SignatureVerificationAlgorithm>,
    ) -> Self {
        Self {
            name: AlgorithmIdentifierOwned {
                oid,
                parameters: None,
            },
            candidates,
        }
    }
}

/// A digest by its name. `None` for one that is not used here.
pub(super) fn digest(algorithm: ObjectIdentifier, octets: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        ID_SHA_1 => Some(sha1(octets)),
        ID_SHA_256 => Some(sha256(octets)),
        ID_SHA_384 => Some(sha384(octets)),
        ID_SHA_512 => Some(sha512(octets)),
        _ => None,
    }
}
