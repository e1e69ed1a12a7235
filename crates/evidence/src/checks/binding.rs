//! Steps 2 and 3: what the bundle alone shows. Everything in it hangs together, and one key holds it.

use crate::bundle::{self, Bundle};
use crate::commitment::Cic;
use crate::id_token::Claims;
use crate::jws::Compact;
use crate::key::PublicJwk;
use crate::keys::Algorithm;
use crate::osm;
use crate::steps::Reason;

/// 2: the claims commit to the statement, the nonce to the claims, the statement to what was shown, and the request
/// was made for exactly that.
pub(crate) fn commitment(bundle: &Bundle, claims: &Claims) -> Result<Cic, Reason> {
    let cic = bundle.pk_token().cic().ok_or(Reason::CommitmentMalformed)?;
    let statement = bundle
        .statement()
        .sha256()
        .map_err(|_| Reason::StatementInvalid)?;
    if cic.statement_sha256() != statement {
        return Err(Reason::StatementMismatch);
    }
    let nonce = cic.nonce().map_err(|_| Reason::CommitmentMalformed)?;
    if claims.nonce() != Some(&nonce) {
        return Err(Reason::NonceMismatch);
    }
    let shown = bundle.presentation().sha256();
    if shown.is_some_and(|shown| shown != bundle.statement().shown_sha256) {
        return Err(Reason::PresentationMismatch);
    }
    if !request_agrees(bundle, &nonce) {
        return Err(Reason::RequestMismatch);
    }
    Ok(cic)
}

fn request_agrees(bundle: &Bundle, nonce: &str) -> bool {
    let statement = bundle.statement();
    let asked = &statement.authentication;
    let expected = [
        ("nonce", Some(nonce.to_owned())),
        ("client_id", Some(statement.client.client_id.clone())),
        ("prompt", Some(asked.prompt.clone())),
        ("max_age", asked.max_age.map(|seconds| seconds.to_string())),
        ("acr_values", Some(asked.acr_values.join(" "))),
    ];
    let parameters = &bundle.authorization().parameters;
    expected.into_iter().all(|(name, value)| {
        parameters
            .get(name)
            .is_none_or(|sent| Some(sent) == value.as_ref())
    })
}

/// 3: the committed key signed the ID token's payload, the statement and the bundle.
pub(crate) fn holder(bundle: &Bundle, key: &PublicJwk) -> Result<(), Reason> {
    let key = key.to_jwk().ok_or(Reason::HolderSignatureInvalid)?;
    let pk_token = bundle.pk_token();
    let cic = Compact::read(&pk_token.cic_token()).ok_or(Reason::HolderSignatureInvalid)?;
    if !key.verifies(Algorithm::Es256, &cic.signing_input, &cic.signature) {
        return Err(Reason::HolderSignatureInvalid);
    }
    let hash = pk_token
        .hash()
        .map_err(|_| Reason::HolderSignatureInvalid)?;
    let statement = bundle
        .statement()
        .octets()
        .map_err(|_| Reason::StatementSignatureInvalid)?;
    if !osm::verifies(bundle.signed_statement(), &key, &hash, &statement) {
        return Err(Reason::StatementSignatureInvalid);
    }
    let seal = bundle.seal.as_deref().ok_or(Reason::SealInvalid)?;
    let sealed = bundle
        .unsealed_sha256()
        .and_then(|sha256| bundle::seal_message(&sha256))
        .map_err(|_| Reason::SealInvalid)?;
    if osm::verifies(seal, &key, &hash, &sealed) {
        Ok(())
    } else {
        Err(Reason::SealInvalid)
    }
}
