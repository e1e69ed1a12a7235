//! AES-256-GCM under keys drawn from the vault's one key (HKDF-SHA-256, RFC 5869), one for each purpose.
//!
//! A sealed box is `version ‖ nonce ‖ ciphertext ‖ tag`. Its associated data says what it is and where it belongs, so a
//! box from another device, account or purpose does not open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

const VERSION: u8 = 1;

/// What a key of the vault is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The session's tokens.
    Session,
    /// Sealed evidence that waits for delivery.
    Outbox,
    /// Tokens of sessions that are over, until the provider took them back.
    Owed,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::Session => "countersign/vault/session/v1",
            Self::Outbox => "countersign/vault/outbox/v1",
            Self::Owed => "countersign/vault/owed/v1",
        }
    }
}

/// Why a box does not close or open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoxError {
    /// Not a box of ours, or of a later version.
    #[error("vault_unknown_format")]
    UnknownFormat,
    /// Another key, device or account, or changed octets.
    #[error("vault_not_ours")]
    NotOurs,
    /// The operating system gave no randomness, or the key is unusable.
    #[error("vault_crypto_failed")]
    Crypto,
}

/// Fresh octets for a new key.
pub(super) fn fresh_key() -> Result<Zeroizing<[u8; 32]>, BoxError> {
    let mut key = Zeroizing::new([0; 32]);
    SystemRandom::new()
        .fill(key.as_mut_slice())
        .map_err(|_| BoxError::Crypto)?;
    Ok(key)
}

/// Closes a box.
pub(super) fn seal(
    root: &[u8; 32],
    purpose: Purpose,
    place: &[&[u8]],
    plain: &[u8],
) -> Result<Vec<u8>, BoxError> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new()
        .fill(&mut nonce)
        .map_err(|_| BoxError::Crypto)?;
    let mut body = Zeroizing::new(plain.to_vec());
    let tag = key(root, purpose)?
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(associated(purpose, place)),
            body.as_mut_slice(),
        )
        .map_err(|_| BoxError::Crypto)?;
    let mut sealed = Vec::with_capacity(1 + NONCE_LEN + body.len() + tag.as_ref().len());
    sealed.push(VERSION);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&body);
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

/// Opens a box that was closed for the same purpose and place.
pub(super) fn open(
    root: &[u8; 32],
    purpose: Purpose,
    place: &[&[u8]],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, BoxError> {
    let (&version, rest) = sealed.split_first().ok_or(BoxError::UnknownFormat)?;
    if version != VERSION || rest.len() < NONCE_LEN + AES_256_GCM.tag_len() {
        return Err(BoxError::UnknownFormat);
    }
    let (nonce, body) = rest.split_at(NONCE_LEN);
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| BoxError::UnknownFormat)?;
    let mut body = Zeroizing::new(body.to_vec());
    let length = key(root, purpose)?
        .open_in_place(
            nonce,
            Aad::from(associated(purpose, place)),
            body.as_mut_slice(),
        )
        .map_err(|_| BoxError::NotOurs)?
        .len();
    body.truncate(length);
    Ok(body)
}

fn key(root: &[u8; 32], purpose: Purpose) -> Result<LessSafeKey, BoxError> {
    Salt::new(HKDF_SHA256, b"countersign")
        .extract(root)
        .expand(&[purpose.label().as_bytes()], &AES_256_GCM)
        .map(|drawn| LessSafeKey::new(UnboundKey::from(drawn)))
        .map_err(|_| BoxError::Crypto)
}

/// Every part with its length before it, so that no two places read alike.
fn associated(purpose: Purpose, place: &[&[u8]]) -> Vec<u8> {
    let mut data = purpose.label().as_bytes().to_vec();
    for part in place {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part);
    }
    data
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ROOT: [u8; 32] = [7; 32];
    const HERE: &[&[u8]] = &[b"ward-3", b"adams"];

    #[test]
    fn what_was_sealed_opens_at_the_same_place() {
        let sealed = seal(&ROOT, Purpose::Session, HERE, b"tokens").unwrap();
        let opened = open(&ROOT, Purpose::Session, HERE, &sealed).unwrap();
        assert_eq!(opened.as_slice(), b"tokens");
    }

    #[test]
    fn the_plain_text_is_not_in_the_box() {
        let sealed = seal(&ROOT, Purpose::Session, HERE, b"a-refresh-token").unwrap();
        assert!(!sealed.windows(15).any(|part| part == b"a-refresh-token"));
    }

    #[test]
    fn a_box_from_another_device_does_not_open() {
        let sealed = seal(&ROOT, Purpose::Session, &[b"ward-4", b"adams"], b"t").unwrap();
        assert_eq!(
            open(&ROOT, Purpose::Session, HERE, &sealed).unwrap_err(),
            BoxError::NotOurs
        );
    }

    #[test]
    fn parts_of_a_place_do_not_run_together() {
        let sealed = seal(&ROOT, Purpose::Session, &[b"ward-3a", b"dams"], b"t").unwrap();
        assert!(open(&ROOT, Purpose::Session, HERE, &sealed).is_err());
    }

    #[test]
    fn a_box_of_the_outbox_is_no_session() {
        let sealed = seal(&ROOT, Purpose::Outbox, HERE, b"t").unwrap();
        assert_eq!(
            open(&ROOT, Purpose::Session, HERE, &sealed).unwrap_err(),
            BoxError::NotOurs
        );
    }

    #[test]
    fn every_changed_octet_is_noticed() {
        let sealed = seal(&ROOT, Purpose::Session, HERE, b"tokens").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&ROOT, Purpose::Session, HERE, &changed).is_err());
        }
    }

    #[test]
    fn a_cut_box_is_no_box() {
        let sealed = seal(&ROOT, Purpose::Session, HERE, b"tokens").unwrap();
        for length in 0..sealed.len() {
            assert!(open(&ROOT, Purpose::Session, HERE, &sealed[..length]).is_err());
        }
    }
}
