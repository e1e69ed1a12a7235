//! Steps 4 to 6: whose ID token this is, by whose key, and for whom.

use crate::archive::TrustedIssuer;
use crate::bundle::Bundle;
use crate::id_token::{self, Claims};
use crate::keys::{Jwk, KeySet};
use crate::receipt::Receipt;
use crate::steps::Reason;

/// 4: one issuer, by its exact name everywhere, and a trusted one.
pub(crate) fn issuer<'a>(
    bundle: &Bundle,
    claims: &Claims,
    trusted: &'a [TrustedIssuer],
) -> Result<&'a TrustedIssuer, Reason> {
    let iss = claims.iss().ok_or(Reason::IssuerMismatch)?;
    let configured = bundle
        .issuer()
        .configured_issuer()
        .map_err(|_| Reason::IssuerSnapshotMalformed)?;
    let returned = bundle.authorization().callback_iss.as_deref();
    if bundle.statement().signer.iss != iss
        || configured != iss
        || returned.is_some_and(|returned| returned != iss)
    {
        return Err(Reason::IssuerMismatch);
    }
    let mut named = trusted.iter().filter(|issuer| issuer.iss == iss).peekable();
    let first = named.peek().copied().ok_or(Reason::IssuerUntrusted)?;
    let client_id = &bundle.statement().client.client_id;
    Ok(named
        .find(|issuer| issuer.client_ids.contains(client_id))
        .unwrap_or(first))
}

/// The issuer's key that a receipt names, if it was in use when the receipt was given and not yet retired when the
/// challenge was issued. Naming one key also settles
/// which of several with the same `kid` is meant, long after the issuer took it down.
pub(crate) fn keys_at<'a>(
    issuer: &'a TrustedIssuer,
    receipt: &Receipt,
    skew_s: u32,
) -> Result<Vec<&'a Jwk>, Reason> {
    let named: Vec<_> = issuer
        .keys
        .iter()
        .filter(|key| key.jwk.thumbprint() == receipt.issuer_key_thumbprint)
        .collect();
    if named.is_empty() {
        return Err(Reason::KeyNotFound);
    }
    let in_use: Vec<_> = named
        .into_iter()
        .filter(|key| key.may_stand_behind(receipt, skew_s))
        .map(|key| &key.jwk)
        .collect();
    if in_use.is_empty() {
        Err(Reason::KeyOutsideItsTime)
    } else {
        Ok(in_use)
    }
}

/// 5: signed by a key of that issuer, and by one that the client saw it publish.
pub(crate) fn id_token<'a>(
    bundle: &Bundle,
    issuer: &TrustedIssuer,
    keys: &[&'a Jwk],
) -> Result<&'a Jwk, Reason> {
    let key = id_token::verify(&bundle.pk_token().id_token(), &issuer.algorithms, keys)?;
    let published =
        KeySet::parse(&bundle.issuer().jwks).map_err(|_| Reason::IssuerSnapshotMalformed)?;
    let thumbprint = key.thumbprint();
    if published
        .keys
        .iter()
        .any(|one| one.thumbprint() == thumbprint)
    {
        Ok(key)
    } else {
        Err(Reason::KeyNotInSnapshot)
    }
}

/// 6: for this client and nobody else.
pub(crate) fn audience(
    bundle: &Bundle,
    claims: &Claims,
    issuer: &TrustedIssuer,
) -> Result<(), Reason> {
    let client_id = bundle.statement().client.client_id.as_str();
    let audiences = claims.audiences().ok_or(Reason::AudienceMismatch)?;
    if !audiences.contains(&client_id)
        || !issuer.client_ids.iter().any(|trusted| trusted == client_id)
    {
        return Err(Reason::AudienceMismatch);
    }
    if audiences.iter().any(|audience| *audience != client_id) {
        return Err(Reason::AudienceUntrusted);
    }
    if claims.has("azp") && claims.azp() != Some(client_id) {
        return Err(Reason::AzpMismatch);
    }
    Ok(())
}
