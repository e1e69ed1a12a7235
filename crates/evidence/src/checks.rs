//! What each step of verification asks. [`crate::verify`] decides the order and brings the facts.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::archive::{Archive, TrustedIssuer};
use crate::bundle::{self, Bundle};
use crate::canonical::{self, CanonicalError};
use crate::commitment::Cic;
use crate::id_token::{self, Claims};
use crate::jws::Compact;
use crate::key::PublicJwk;
use crate::keys::{Algorithm, Jwk, KeySet};
use crate::osm;
use crate::receipt::{self, ChallengeLife, Receipt};
use crate::statement::Statement;
use crate::steps::Reason;
use crate::subject::{self, Subject};
use crate::verify::{AmendmentState, ChallengeFacts, Lookup, NameSource};

/// The time that a verification judges by, and its tolerances.
pub(crate) struct Clock {
    pub at: Timestamp,
    pub skew_s: u32,
    pub grace_s: u32,
}

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

/// 4: one issuer, by its exact name everywhere, and a trusted one.
pub(crate) fn issuer<'a>(
    bundle: &Bundle,
    claims: &Claims,
    trusted: &'a [TrustedIssuer],
) -> Result<&'a TrustedIssuer, Reason> {
    let iss = claims.iss().ok_or(Reason::IssuerMismatch)?;
    let configured = configured_issuer(&bundle.issuer().configuration)
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

fn configured_issuer(configuration: &[u8]) -> Result<String, CanonicalError> {
    #[derive(serde::Deserialize)]
    struct Configuration {
        issuer: String,
    }
    let document = canonical::parse_foreign(configuration, canonical::MAX_OCTETS)?;
    canonical::shape::<Configuration>(document).map(|configuration| configuration.issuer)
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

/// 7: valid when it was received, allowing for late delivery.
pub(crate) fn time(claims: &Claims, clock: &Clock) -> Result<(), Reason> {
    let (at, skew) = (clock.at.as_second(), i64::from(clock.skew_s));
    let issued = claims.seconds("iat").ok_or(Reason::TimeMissing)?;
    let expires = claims.seconds("exp").ok_or(Reason::TimeMissing)?;
    if issued > at + skew {
        return Err(Reason::IssuedInFuture);
    }
    if claims.has("nbf") && claims.seconds("nbf").ok_or(Reason::TimeMissing)? > at + skew {
        return Err(Reason::NotYetValid);
    }
    if expires <= issued || at > expires + skew + i64::from(clock.grace_s) {
        return Err(Reason::Expired);
    }
    Ok(())
}

/// 8: authenticated within the challenge's life. `iat` is never taken for `auth_time`.
pub(crate) fn freshness(
    claims: &Claims,
    challenge: &ChallengeLife,
    clock: &Clock,
) -> Result<(), Reason> {
    let skew = i64::from(clock.skew_s);
    let authenticated = claims.seconds("auth_time").ok_or(Reason::AuthTimeMissing)?;
    let earliest = challenge.issued_at.as_second() - skew;
    if authenticated < earliest {
        return Err(Reason::AuthTimeStale);
    }
    if authenticated > clock.at.as_second() + skew {
        return Err(Reason::AuthTimeFuture);
    }
    if authenticated > challenge.expires_at.as_second() + skew {
        return Err(Reason::AuthTimeLate);
    }
    if claims.seconds("iat").is_none_or(|issued| issued < earliest) {
        return Err(Reason::IssuedTooOld);
    }
    Ok(())
}

/// 8, where the ledger is known: one authentication stands behind one signature (21 CFR 11.200 (a)(1)).
pub(crate) fn authentication_is_new(challenge: &ChallengeFacts) -> Result<(), Reason> {
    if challenge
        .ledger
        .is_some_and(|ledger| ledger.authentication_seen)
    {
        Err(Reason::AuthenticationReused)
    } else {
        Ok(())
    }
}

/// 9: as strong as the statement and the challenge demanded.
pub(crate) fn authentication(
    bundle: &Bundle,
    claims: &Claims,
    demanded: &[String],
    required_amr: &[String],
) -> Result<(), Reason> {
    let meets = |any_of: &[String]| {
        any_of.is_empty()
            || claims
                .acr()
                .is_some_and(|acr| any_of.iter().any(|one| one == acr))
    };
    if !meets(&bundle.statement().authentication.acr_values) || !meets(demanded) {
        return Err(Reason::AcrUnmet);
    }
    let methods = claims.amr();
    if required_amr
        .iter()
        .any(|required| !methods.contains(&required.as_str()))
    {
        return Err(Reason::AmrUnmet);
    }
    Ok(())
}

/// 10: who authenticated is who signs, whose session this is, and to whom the challenge was issued; for themselves.
pub(crate) fn signer(
    bundle: &Bundle,
    claims: &Claims,
    issuer: &TrustedIssuer,
    others: &[Option<&Subject>],
) -> Result<(), Reason> {
    if !claims
        .sub()
        .is_some_and(|sub| subject::acceptable("sub", sub))
    {
        return Err(Reason::SubjectMissing);
    }
    let authenticated = Subject::from_claims(&issuer.iss, &issuer.subject_claims, claims.all())
        .ok_or(Reason::SubjectMissing)?;
    if claims.has("act") {
        return Err(Reason::Delegated);
    }
    let same = bundle.statement().signer.as_subject() == authenticated
        && others
            .iter()
            .flatten()
            .all(|other| **other == authenticated);
    if same {
        Ok(())
    } else {
        Err(Reason::SubjectMismatch)
    }
}

/// 10, the printed name: the identity provider's word, letter by letter, never the client's alone.
pub(crate) fn name(bundle: &Bundle, claims: &Claims, names: NameSource) -> Result<(), Reason> {
    if claims.has("name") {
        let same = claims.name() == Some(bundle.statement().signer.name.as_str());
        return if same {
            Ok(())
        } else {
            Err(Reason::NameMismatch)
        };
    }
    match names {
        NameSource::IdToken => Err(Reason::NameUnproven),
        NameSource::Elsewhere => Ok(()),
    }
}

/// 11: the records are as they were when they were signed.
pub(crate) fn records(statement: &Statement, stored: &[AmendmentState]) -> Result<(), Reason> {
    for signed in &statement.amendments {
        let state = stored
            .iter()
            .find(|state| state.id == signed.id)
            .ok_or(Reason::RecordUnknown)?;
        let (record, now) = (&signed.record, &state.record);
        if (&record.system, &record.kind, &record.id) != (&now.system, &now.kind, &now.id) {
            return Err(Reason::RecordUnknown);
        }
        if record.base_version != now.base_version {
            return Err(Reason::RecordVersionChanged);
        }
        let same = signed.base_sha256 == state.base_sha256
            && signed.proposed_sha256 == state.proposed_sha256
            && signed.proposed_canonical_sha256 == state.proposed_canonical_sha256;
        if !same {
            return Err(Reason::RecordDigestMismatch);
        }
    }
    Ok(())
}

/// 12: issued here, for exactly this, and not used before. `None` where only the keeper of the ledger could tell.
pub(crate) fn challenge(
    statement: &Statement,
    lookup: Lookup<&ChallengeFacts>,
) -> Option<Result<(), Reason>> {
    let facts = match lookup {
        Lookup::NotDone => return None,
        Lookup::NotFound => return Some(Err(Reason::ChallengeUnknown)),
        Lookup::Found(facts) => facts,
    };
    let signed: BTreeSet<&str> = statement
        .amendments
        .iter()
        .map(|amendment| amendment.id.as_str())
        .collect();
    let challenged: BTreeSet<&str> = facts.amendments.iter().map(String::as_str).collect();
    if facts.challenge != statement.challenge
        || facts.meaning != statement.meaning.code
        || signed != challenged
    {
        return Some(Err(Reason::ChallengeUnknown));
    }
    facts.ledger.map(
        |ledger| match (ledger.challenge_spent, ledger.commitment_seen) {
            (true, _) => Err(Reason::ChallengeSpent),
            (false, true) => Err(Reason::CommitmentReused),
            (false, false) => Ok(()),
        },
    )
}

/// 14: the records API says, with its signature, that it received exactly this.
pub(crate) fn receipt(
    bundle: &Bundle,
    sha256: &str,
    issuer_key: &str,
    archive: &Archive,
) -> Result<Receipt, Reason> {
    let signed = bundle.receipt().ok_or(Reason::ReceiptMissing)?;
    let receipt = receipt::verify(signed, &archive.receipt_keys)?;
    receipt.is_for(bundle, sha256, issuer_key)?;
    archive.check_chain(
        signed,
        receipt.sequence,
        receipt.previous_receipt_sha256.as_deref(),
    )?;
    Ok(receipt)
}
