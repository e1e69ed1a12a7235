//! A proof key that outlives the program: drawn once, kept with the tokens that are bound to it.

use std::fmt;
use std::sync::Arc;

use evidence::OneTimeKey;
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

    /// The seed with these octets. `None` unless they make a key.
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        let mut scalar = Zeroizing::new([0; LENGTH]);
        if octets.len() != LENGTH {
            return None;
        }
        scalar.copy_from_slice(octets);
        let seed = Self(scalar);
        seed.key().is_some().then_some(seed)
    }

    /// The octets, for an encrypted place alone.
    pub fn octets(&self) -> &[u8] {
        self.0.as_ref()
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

    use super::Seed;

    #[test]
    fn a_kept_seed_is_the_same_key_again() {
        let (seed, key) = Seed::draw().unwrap();
        let again = Seed::from_octets(seed.octets()).unwrap();
        assert_eq!(again.key().unwrap().thumbprint(), key.thumbprint());
        assert_eq!(format!("{seed:?}"), "Seed(..)");
    }

    #[test]
    fn octets_that_make_no_key_are_no_seed() {
        for octets in [&[0; 32][..], &[0xff; 32], &[1; 31], &[1; 33], &[]] {
            assert!(Seed::from_octets(octets).is_none());
        }
    }
}
