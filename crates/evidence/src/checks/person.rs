//! Steps 7 to 10: when somebody authenticated, how strongly, and who that is.

use super::Clock;
use crate::archive::TrustedIssuer;
use crate::bundle::Bundle;
use crate::id_token::Claims;
use crate::receipt::ChallengeLife;
use crate::steps::Reason;
use crate::subject::{self, Subject};
use crate::verify::{ChallengeFacts, NameSource};

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
