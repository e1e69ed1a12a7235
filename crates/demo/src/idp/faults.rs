//! What can go wrong at an identity provider: one table, one row a fault.
//!
//! A row names the fault, says where it strikes and what a correct client must make of it. Tests and
//! documents are made from this table. The table does not say how a fault is done: `minting` spoils ID
//! tokens, `discovery` the published documents, `token` and `authorize` their answers.

mod set;

use std::str::FromStr;

pub use set::Faults;

/// Where a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The discovery document.
    Discovery,
    /// The key set.
    Keys,
    /// The redirect back to the client.
    AuthorizationResponse,
    /// The token endpoint's answer, before anyone reads a token.
    TokenResponse,
    /// The JOSE header, signature or size of the ID token.
    IdTokenEnvelope,
    /// The claims of the ID token.
    IdTokenClaims,
    /// The userinfo answer.
    Userinfo,
    /// Revocation or logout, after the outcome is settled.
    Aftermath,
    /// The provider's clock.
    Clock,
}

/// What a correct client makes of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expected {
    /// The named refusal.
    Refusal(&'static str),
    /// The named obstacle: a configuration, a reply or a transport that no token is judged after.
    Obstacle(&'static str),
    /// The ceremony's own ending for sign-ins that nobody typed.
    AmbientSignIn,
    /// An error that names the clocks, since the person can do something about them.
    ClockSkew,
    /// Odd but within the standards: accepted.
    Accepted,
}

macro_rules! faults {
    ($( $(#[$doc:meta])+ $variant:ident, $name:literal, $place:ident, $expected:expr; )+) => {
        /// One thing that the identity provider does wrong when told to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault { $( $(#[$doc])+ $variant, )+ }

        impl Fault {
            /// Every fault, in the order of the table.
            pub const ALL: &'static [Fault] = &[ $( Fault::$variant, )+ ];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $( Fault::$variant => $name, )+ }
            }

            /// Where it strikes.
            pub fn place(self) -> Place {
                match self { $( Fault::$variant => Place::$place, )+ }
            }

            /// What a correct client makes of it.
            pub fn expected(self) -> Expected {
                use Expected::{Accepted, AmbientSignIn, ClockSkew, Obstacle, Refusal};
                match self { $( Fault::$variant => $expected, )+ }
            }
        }
    };
}

faults! {
    // --- discovery -----------------------------------------------------------------------------
    /// The document names another issuer.
    DiscoveryIssuerOther, "discovery_issuer_other", Discovery, Obstacle("discovery_issuer_mismatch");
    /// The document's issuer has a trailing slash that the configured one has not.
    DiscoveryIssuerSlash, "discovery_issuer_slash", Discovery, Obstacle("discovery_issuer_mismatch");
    /// `code_challenge_methods_supported` does not list S256.
    DiscoveryWithoutS256, "discovery_without_s256", Discovery, Obstacle("pkce_not_offered");
    /// The document is a redirect.
    DiscoveryRedirect, "discovery_redirect", Discovery, Obstacle("endpoint_redirects");
    /// The document is HTML.
    DiscoveryHtml, "discovery_html", Discovery, Obstacle("discovery_unreadable");
    /// The token endpoint is plain http on a host that is not loopback.
    DiscoveryPlainEndpoint, "discovery_plain_endpoint", Discovery, Obstacle("endpoint_not_https");

    /// No `token_endpoint`.
    DiscoveryWithoutTokenEndpoint, "discovery_without_token_endpoint", Discovery, Obstacle("endpoint_missing");
    /// `response_types_supported` does not list `code`.
    DiscoveryWithoutCodeFlow, "discovery_without_code_flow", Discovery, Obstacle("code_flow_not_offered");
    /// ID tokens are only signed with shared secrets, or not at all.
    DiscoveryWithoutAlgorithm, "discovery_without_algorithm", Discovery, Obstacle("no_common_algorithm");

    // --- keys ----------------------------------------------------------------------------------
    /// A key set of a thousand keys.
    KeysMany, "keys_many", Keys, Obstacle("too_many_keys");
    /// 50 MB of key set.
    KeysHuge, "keys_huge", Keys, Obstacle("reply_too_large");
    /// The key set is HTML.
    KeysHtml, "keys_html", Keys, Obstacle("discovery_unreadable");
    /// The key set is a redirect.
    KeysRedirect, "keys_redirect", Keys, Obstacle("endpoint_redirects");
    /// The key set cannot be had: status 500.
    KeysError, "keys_error", Keys, Obstacle("reply_unreadable");
    /// The key under the token's `kid` is a symmetric one.
    KeysSymmetric, "keys_symmetric", Keys, Refusal("algorithm_not_allowed");
    /// Neither the published keys nor the token have a `kid`, and one key fits.
    KidNowhere, "kid_nowhere", Keys, Accepted;
    /// The keys were rotated just before signing: the client has to fetch them again.
    KeysRotated, "keys_rotated", Keys, Accepted;

    // --- authorization response ----------------------------------------------------------------
    /// `iss` is missing although advertised (RFC 9207).
    ResponseIssuerMissing, "response_issuer_missing", AuthorizationResponse, Refusal("response_issuer_missing");
    /// `iss` is another provider's (RFC 9207: mix-up).
    ResponseIssuerWrong, "response_issuer_wrong", AuthorizationResponse, Refusal("response_issuer_mismatch");
    /// `state` is another one.
    StateWrong, "state_wrong", AuthorizationResponse, Refusal("state_mismatch");
    /// `state` is missing.
    StateMissing, "state_missing", AuthorizationResponse, Refusal("state_mismatch");
    /// `code` stands there twice.
    CodeTwice, "code_twice", AuthorizationResponse, Refusal("callback_malformed");
    /// `error=server_error` instead of a code.
    AuthorizationServerError, "authorization_server_error", AuthorizationResponse, Obstacle("identity_provider_error");
    /// `prompt=none` is answered with a code although nobody typed anything in this jar.
    AmbientSignIn, "ambient_sign_in", AuthorizationResponse, AmbientSignIn;
    // Only a request with `prompt=none` meets these: an authentication is accepted, a preflight gets no clear answer.
    /// `prompt=none` is answered with a page that leads nowhere.
    PreflightPage, "preflight_page", AuthorizationResponse, Accepted;
    /// `prompt=none` is answered with `server_error`.
    PreflightServerError, "preflight_server_error", AuthorizationResponse, Accepted;
    /// `prompt=none` is refused with `invalid_request` already where it is pushed.
    PreflightInvalidRequest, "preflight_invalid_request", AuthorizationResponse, Accepted;
    /// `prompt=none` is answered with an error that no standard names.
    PreflightUnknownError, "preflight_unknown_error", AuthorizationResponse, Accepted;
    /// `prompt=none` is answered with `consent_required`: somebody is signed in, or nobody could consent.
    PreflightConsentRequired, "preflight_consent_required", AuthorizationResponse, AmbientSignIn;
    /// The pushed-request endpoint answers with an error although it is advertised.
    PushedRequestError, "pushed_request_error", AuthorizationResponse, Obstacle("reply_unreadable");

    // --- token response ------------------------------------------------------------------------
    /// Status 500.
    TokenServerError, "token_server_error", TokenResponse, Obstacle("reply_unreadable");
    /// No answer for a minute.
    TokenSlow, "token_slow", TokenResponse, Obstacle("reply_too_slow");
    /// One octet a second.
    TokenDrip, "token_drip", TokenResponse, Obstacle("reply_too_slow");
    /// A body without an end.
    TokenEndless, "token_endless", TokenResponse, Obstacle("reply_too_large");
    /// An HTML page with status 200.
    TokenHtml, "token_html", TokenResponse, Obstacle("reply_unreadable");
    /// A redirect that would repeat the code elsewhere (307).
    TokenRedirect, "token_redirect", TokenResponse, Obstacle("endpoint_redirects");
    /// `error` in an answer with status 200.
    TokenErrorIn200, "token_error_in_200", TokenResponse, Obstacle("identity_provider_error");
    /// No ID token in the answer.
    IdTokenMissing, "id_token_missing", TokenResponse, Obstacle("reply_unreadable");
    /// Codes are redeemed for whoever brings them: no look at verifier, client or redirect URI.
    CodeUnbound, "code_unbound", TokenResponse, Accepted;
    /// The tokens are not bound to the key that was proved, although that is advertised (RFC 9449 §5).
    TokensNotBound, "tokens_not_bound", TokenResponse, Obstacle("tokens_not_bound");
    /// No nonce in a proof is ever the right one (RFC 9449 §8).
    ProofNonceNeverRight, "proof_nonce_never_right", TokenResponse, Obstacle("identity_provider_error");
    /// `token_type` is `bEARER`: case does not matter (RFC 6749 §5.1).
    TokenTypeCase, "token_type_case", TokenResponse, Accepted;
    /// `expires_in` is left out, as RFC 6749 §5.1 allows.
    ExpiresInMissing, "expires_in_missing", TokenResponse, Accepted;

    // --- the envelope of the ID token ----------------------------------------------------------
    /// The signature has one bit flipped.
    SignatureBad, "signature_bad", IdTokenEnvelope, Refusal("signature_invalid");
    /// A stranger's key signed, under the right `kid`.
    SignatureByStranger, "signature_by_stranger", IdTokenEnvelope, Refusal("signature_invalid");
    /// The header brings the stranger's key along (`jwk`), which has to be ignored.
    HeaderJwk, "header_jwk", IdTokenEnvelope, Refusal("signature_invalid");
    /// The header says where the stranger's key can be fetched (`jku`), which nobody may do.
    HeaderJku, "header_jku", IdTokenEnvelope, Refusal("signature_invalid");
    /// The header says where the stranger's certificate can be fetched (`x5u`), which nobody may do.
    HeaderX5u, "header_x5u", IdTokenEnvelope, Refusal("signature_invalid");
    /// `alg: none` and no signature.
    AlgorithmNone, "algorithm_none", IdTokenEnvelope, Refusal("algorithm_not_allowed");
    /// `alg: HS256`, keyed with the published public key.
    AlgorithmHs256, "algorithm_hs256", IdTokenEnvelope, Refusal("algorithm_not_allowed");
    /// A sound ES384 signature by a published key, but discovery lists no ES384.
    AlgorithmUnadvertised, "algorithm_unadvertised", IdTokenEnvelope, Refusal("algorithm_not_allowed");
    /// The header names an algorithm that does not fit the type of the key under its `kid`.
    AlgorithmOtherKeyType, "algorithm_other_key_type", IdTokenEnvelope, Refusal("algorithm_not_allowed");
    /// A `kid` that the key set does not have, even after fetching it again.
    KidUnknown, "kid_unknown", IdTokenEnvelope, Refusal("key_not_found");
    /// No `kid` while several published keys would fit.
    KidMissingSeveralKeys, "kid_missing_several_keys", IdTokenEnvelope, Refusal("key_ambiguous");
    /// No `kid` while exactly one published key fits.
    KidMissingOneKey, "kid_missing_one_key", IdTokenEnvelope, Accepted;
    /// A published RSA key of 1024 bits signed.
    KeySmall, "key_small", IdTokenEnvelope, Refusal("key_too_small");
    /// The header has a critical extension (`crit`).
    HeaderCritical, "header_critical", IdTokenEnvelope, Refusal("header_unsupported");
    /// The header says `b64: false` (RFC 7797).
    HeaderUnencoded, "header_unencoded", IdTokenEnvelope, Refusal("header_unsupported");
    /// The header's `typ` is that of an access token.
    HeaderTypeWrong, "header_type_wrong", IdTokenEnvelope, Refusal("header_unsupported");
    /// An ID token of 200 KB.
    IdTokenHuge, "id_token_huge", IdTokenEnvelope, Refusal("token_too_large");

    // --- the claims of the ID token ------------------------------------------------------------
    /// `iss` is another provider.
    IssuerWrong, "issuer_wrong", IdTokenClaims, Refusal("issuer_mismatch");
    /// `iss` has a trailing slash.
    IssuerSlash, "issuer_slash", IdTokenClaims, Refusal("issuer_mismatch");
    /// `iss` is missing.
    IssuerMissing, "issuer_missing", IdTokenClaims, Refusal("issuer_mismatch");
    /// `aud` is another client.
    AudienceOther, "audience_other", IdTokenClaims, Refusal("audience_mismatch");
    /// `aud` is missing.
    AudienceMissing, "audience_missing", IdTokenClaims, Refusal("audience_mismatch");
    /// `aud` has another client beside ours.
    AudienceExtra, "audience_extra", IdTokenClaims, Refusal("audience_untrusted");
    /// `aud` is an array with our client alone.
    AudienceArray, "audience_array", IdTokenClaims, Accepted;
    /// `azp` is another client.
    AuthorizedPartyOther, "authorized_party_other", IdTokenClaims, Refusal("azp_mismatch");
    /// `nonce` is another one.
    NonceWrong, "nonce_wrong", IdTokenClaims, Refusal("nonce_mismatch");
    /// `nonce` is missing.
    NonceMissing, "nonce_missing", IdTokenClaims, Refusal("nonce_mismatch");
    /// `exp` was an hour ago.
    Expired, "expired", IdTokenClaims, Refusal("expired");
    /// `exp` is missing.
    ExpiryMissing, "expiry_missing", IdTokenClaims, Refusal("expired");
    /// `exp` is in the year 9999.
    ExpiryFar, "expiry_far", IdTokenClaims, Refusal("expiry_too_far");
    /// `iat` is an hour from now.
    IssuedInFuture, "issued_in_future", IdTokenClaims, Refusal("issued_in_future");
    /// `iat` is a week ago.
    IssuedTooOld, "issued_too_old", IdTokenClaims, Refusal("issued_too_old");
    /// `iat` is missing.
    IssuedMissing, "issued_missing", IdTokenClaims, Refusal("issued_too_old");
    /// `nbf` is an hour from now.
    NotYetValid, "not_yet_valid", IdTokenClaims, Refusal("not_yet_valid");
    /// `sub` is missing.
    SubjectMissing, "subject_missing", IdTokenClaims, Refusal("subject_missing");
    /// `sub` is empty.
    SubjectEmpty, "subject_empty", IdTokenClaims, Refusal("subject_missing");
    /// `sub` has 300 characters.
    SubjectLong, "subject_long", IdTokenClaims, Refusal("subject_missing");
    /// `sub` is somebody who did not sign in.
    SubjectOther, "subject_other", IdTokenClaims, Refusal("subject_mismatch");
    /// `auth_time` is missing.
    AuthTimeMissing, "auth_time_missing", IdTokenClaims, Refusal("auth_time_missing");
    /// `auth_time` is 0.
    AuthTimeZero, "auth_time_zero", IdTokenClaims, Refusal("auth_time_missing");
    /// `auth_time` is a string.
    AuthTimeString, "auth_time_string", IdTokenClaims, Refusal("auth_time_missing");
    /// `auth_time` was yesterday.
    AuthTimeStale, "auth_time_stale", IdTokenClaims, Refusal("auth_time_stale");
    /// `auth_time` is an hour from now.
    AuthTimeFuture, "auth_time_future", IdTokenClaims, Refusal("auth_time_future");
    /// `acr` is below every level asked for.
    AcrLower, "acr_lower", IdTokenClaims, Refusal("acr_unmet");
    /// `acr` is missing.
    AcrMissing, "acr_missing", IdTokenClaims, Refusal("acr_unmet");
    /// `amr` is missing.
    AmrMissing, "amr_missing", IdTokenClaims, Refusal("amr_unmet");
    /// `amr` says password only, whatever was done.
    AmrPoor, "amr_poor", IdTokenClaims, Refusal("amr_unmet");
    /// `at_hash` belongs to another access token.
    AtHashWrong, "at_hash_wrong", IdTokenClaims, Refusal("at_hash_mismatch");
    /// `act`: somebody acts for the subject (RFC 8693).
    Delegated, "delegated", IdTokenClaims, Refusal("delegated");

    // --- userinfo ------------------------------------------------------------------------------
    /// The userinfo answer is about somebody else.
    UserinfoOther, "userinfo_other", Userinfo, Refusal("userinfo_subject_mismatch");
    /// The userinfo answer names nobody.
    UserinfoNobody, "userinfo_nobody", Userinfo, Refusal("userinfo_subject_mismatch");

    // --- aftermath -----------------------------------------------------------------------------
    /// The revocation endpoint answers 503.
    RevocationDown, "revocation_down", Aftermath, Accepted;
    /// Logout asks for confirmation although the hint is valid, as some providers do.
    LogoutAsks, "logout_asks", Aftermath, Accepted;
    /// After logout the agent comes back with another `state`.
    LogoutStateOther, "logout_state_other", Aftermath, Accepted;
    /// After logout the agent comes back without `state`.
    LogoutStateMissing, "logout_state_missing", Aftermath, Accepted;

    // --- clock ---------------------------------------------------------------------------------
    /// The provider's clock is ten minutes ahead.
    ClockAhead, "clock_ahead", Clock, ClockSkew;
    /// The provider's clock is ten minutes behind.
    ClockBehind, "clock_behind", Clock, ClockSkew;
}

/// No fault has this name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no fault is called {0:?}")]
pub struct UnknownFault(pub String);

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        Self::ALL
            .iter()
            .copied()
            .find(|fault| fault.name() == name)
            .ok_or_else(|| UnknownFault(name.to_owned()))
    }
}

#[cfg(test)]
mod tests;
