//! Why an authentication is not accepted: one table that code, tests, audit entries and documents share.

use crate::named::named;

named! {
    /// A reason for which an authentication is not accepted.
    Refusal:
    /// The token's issuer is not, octet for octet, the issuer of the policy (OIDC Core 3.1.3.7, 2).
    IssuerMismatch = "issuer_mismatch",
    /// The provider promises an issuer in its authorization response and sent none (RFC 9207, 2.4).
    ResponseIssuerMissing = "response_issuer_missing",
    /// The authorization response names another issuer (RFC 9207, 2.4).
    ResponseIssuerMismatch = "response_issuer_mismatch",
    /// The callback's state is not the one of this request (RFC 6749, 10.12).
    StateMismatch = "state_mismatch",
    /// The callback is not this request's address, or repeats or mixes parameters (RFC 6749, 3.1).
    CallbackMalformed = "callback_malformed",
    /// The token is not meant for this client (OIDC Core 3.1.3.7, 3).
    AudienceMismatch = "audience_mismatch",
    /// The token is meant for others as well (OIDC Core 3.1.3.7, 3).
    AudienceUntrusted = "audience_untrusted",
    /// The token was issued to another party (OIDC Core 3.1.3.7, 4 and 5).
    AzpMismatch = "azp_mismatch",
    /// The token's nonce is absent or not the one of this request (OIDC Core 3.1.3.7, 11).
    NonceMismatch = "nonce_mismatch",
    /// The token, or its signature, is not well formed or does not verify (OIDC Core 3.1.3.7, 6).
    SignatureInvalid = "signature_invalid",
    /// The token's algorithm is none, symmetric, not advertised, not in the policy, or does not fit the key.
    AlgorithmNotAllowed = "algorithm_not_allowed",
    /// The issuer publishes no key that fits the token, not even after a second look.
    KeyNotFound = "key_not_found",
    /// More than one key of the issuer fits the token (OIDC Core 10.1).
    KeyAmbiguous = "key_ambiguous",
    /// The issuer's RSA key has fewer than 2048 bits.
    KeyTooSmall = "key_too_small",
    /// The token's header asks for something that is not understood: crit, b64, a nested or foreign type.
    HeaderUnsupported = "header_unsupported",
    /// The token is longer than 64 KiB.
    TokenTooLarge = "token_too_large",
    /// The token has expired, or names no expiry (OIDC Core 3.1.3.7, 9).
    Expired = "expired",
    /// The token expires more than 31 days from now, so that nothing bounds a copy of it.
    ExpiryTooFar = "expiry_too_far",
    /// The token was issued in the future.
    IssuedInFuture = "issued_in_future",
    /// The token was issued too long ago, or does not say when (OIDC Core 3.1.3.7, 10).
    IssuedTooOld = "issued_too_old",
    /// The token is not valid yet.
    NotYetValid = "not_yet_valid",
    /// The token names no subject, or one that is empty or longer than 255 ASCII characters (OIDC Core 2).
    SubjectMissing = "subject_missing",
    /// The token names another subject than the one expected.
    SubjectMismatch = "subject_mismatch",
    /// The token does not say when the person authenticated, so nothing proves that they were just asked.
    AuthTimeMissing = "auth_time_missing",
    /// The person authenticated before they were asked to (OIDC Core 3.1.3.7, 13).
    AuthTimeStale = "auth_time_stale",
    /// The person is said to have authenticated in the future.
    AuthTimeFuture = "auth_time_future",
    /// The authentication context is not one of those demanded (OIDC Core 3.1.3.7, 12).
    AcrUnmet = "acr_unmet",
    /// The authentication methods do not include those demanded (RFC 8176).
    AmrUnmet = "amr_unmet",
    /// The access token is not the one that the ID token was issued with (OIDC Core 3.1.3.8).
    AtHashMismatch = "at_hash_mismatch",
    /// Somebody acts in the person's place (RFC 8693, 4.1).
    Delegated = "delegated",
    /// The user-information reply is about another subject (OIDC Core 5.3.2).
    UserinfoSubjectMismatch = "userinfo_subject_mismatch",
}

impl Refusal {
    /// Whether a clock that is wrong would by itself lead to this refusal.
    pub const fn depends_on_clock(self) -> bool {
        matches!(
            self,
            Self::Expired
                | Self::IssuedInFuture
                | Self::IssuedTooOld
                | Self::NotYetValid
                | Self::AuthTimeStale
                | Self::AuthTimeFuture
        )
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Refusal;
    use crate::Obstacle;

    #[test]
    fn every_refusal_and_every_obstacle_has_a_name_of_its_own() {
        let names: BTreeSet<_> = (Refusal::ALL.iter().map(|row| row.name()))
            .chain(Obstacle::ALL.iter().map(|row| row.name()))
            .collect();
        assert_eq!(names.len(), Refusal::ALL.len() + Obstacle::ALL.len());
        assert!(
            names
                .iter()
                .all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        );
    }

    #[test]
    fn every_refusal_and_every_obstacle_explains_itself_in_one_sentence() {
        let explanations = (Refusal::ALL.iter().map(|row| row.explanation()))
            .chain(Obstacle::ALL.iter().map(|row| row.explanation()));
        for text in explanations {
            assert!(text.ends_with('.') && !text.starts_with(' '), "{text}");
        }
    }

    #[test]
    fn only_what_compares_instants_is_blamed_on_a_clock() {
        let blamed: BTreeSet<_> = Refusal::ALL
            .iter()
            .filter(|refusal| refusal.depends_on_clock())
            .map(|refusal| refusal.name())
            .collect();
        let expected = [
            "expired",
            "issued_in_future",
            "issued_too_old",
            "not_yet_valid",
            "auth_time_stale",
            "auth_time_future",
        ];
        assert_eq!(blamed, expected.into());
    }
}
