//! A proof key that outlives the program: drawn once, kept with the tokens that are bound to it.

use std::fmt;
use std::sync::Arc;

use evidence::OneTimeKey;
use evidence::digest::{base64url, from_base64url};
use zeroize::Zeroizing;

use crate::{ProofError, ProofKey};

const LENGTH: usize = 32;
/// A random scalar is unusable once in 2^32 draws; so many misses in a row mean a broken source.
const DRAWS: usize = 8;

/// The private scalar of a proof key, wiped when dropped. Whoever has it has the key.
#[derive(Clone)]
pub struct Seed(Zeroizing<[u8; LENGTH]>);

impl Seed {
    /// Draws a key by rejection sampling (FIPS 186-5, A.2.2).
    pub fn draw() -> Result<(Self, ProofKey), ProofError> {
        for _ in 0..DRAWS {
            let mut scalar = Zeroizing::new([0; LENGTH]);
            aws_lc_rs::rand::fill(scalar.as_mut()).map_err(|_| ProofError::NoRandomness)?;
            let seed = Self(scalar);
            if let Some(key) = seed.key() {
                return Ok((seed, key));
            }
        }
        Err(ProofError::NoRandomness)
    }

    /// The seed that [`Seed::to_text`] wrote. `None` for anything that makes no key.
    pub fn from_text(text: &str) -> Option<Self> {
        let octets = Zeroizing::new(from_base64url(text)?);
        let mut scalar = Zeroizing::new([0; LENGTH]);
        if octets.len() != LENGTH {
            return None;
        }
        scalar.copy_from_slice(&octets);
        let seed = Self(scalar);
        seed.key().is_some().then_some(seed)
    }

    /// As text, for an encrypted place alone.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(base64url(self.0.as_ref()))
    }

    /// The key that this is the seed of.
    pub fn key(&self) -> Option<ProofKey> {
        let key = OneTimeKey::from_scalar(&self.0).ok()?;
        Some(ProofKey::new(Arc::new(key)))
    }
}

// By hand: it is a private key.
impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use evidence::digest::base64url;

    use super::Seed;

    #[test]
    fn a_kept_seed_is_the_same_key_again() {
        let (seed, key) = Seed::draw().unwrap();
        let again = Seed::from_text(&seed.to_text()).unwrap();
        assert_eq!(again.key().unwrap().thumbprint(), key.thumbprint());
        assert_eq!(format!("{seed:?}"), "Seed(..)");
    }

    #[test]
    fn what_makes_no_key_is_no_seed() {
        for octets in [&[0; 32][..], &[0xff; 32], &[1; 31], &[1; 33], &[]] {
            assert!(Seed::from_text(&base64url(octets)).is_none());
        }
        assert!(Seed::from_text("not base64url").is_none());
    }
}
