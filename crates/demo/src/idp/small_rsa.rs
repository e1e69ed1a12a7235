//! A 1024-bit RSA key, which exists only to be refused.
//!
//! The house's cryptographic provider rightly makes no such key, hence another crate for this one fault.

use aws_lc_rs::{digest, rand};
use rsa::{Pkcs1v15Sign, RsaPrivateKey, rand_core, traits::PublicKeyParts as _};

/// The DER prefix of a SHA-256 `DigestInfo` (RFC 8017 §9.2).
const SHA256_PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

pub(super) struct SmallRsa(RsaPrivateKey);

impl SmallRsa {
    pub fn generate() -> rsa::Result<Self> {
        RsaPrivateKey::new(&mut Random, 1024).map(Self)
    }

    pub fn modulus(&self) -> Vec<u8> {
        self.0.n().to_bytes_be()
    }

    pub fn exponent(&self) -> Vec<u8> {
        self.0.e().to_bytes_be()
    }

    /// RS256.
    pub fn sign(&self, message: &[u8]) -> rsa::Result<Vec<u8>> {
        let digest = digest::digest(&digest::SHA256, message);
        let encoded = [&SHA256_PREFIX[..], digest.as_ref()].concat();
        self.0.sign(Pkcs1v15Sign::new_unprefixed(), &encoded)
    }
}

/// The operating system's randomness in the shape that `rsa` asks for.
struct Random;

impl rand_core::RngCore for Random {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        // The trait leaves no way to report a failure, and the operating system's source does not fail once seeded.
        #[allow(clippy::expect_used)]
        rand::fill(bytes).expect("the operating system gives random bytes");
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rand_core::CryptoRng for Random {}
