//! The provider's metadata: OpenID Connect Discovery 1.0, with the members of later specifications that we use.

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, ProviderMetadata};
use serde::{Deserialize, Serialize};
use url::Url;

/// Everything that Discovery 1.0 and [`Later`] describe.
pub(crate) type Metadata = ProviderMetadata<
    Later,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Members from RFC 8414, RFC 9126, RFC 9207, RFC 9449 and RP-Initiated Logout.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Later {
    #[serde(default)]
    pub(crate) code_challenge_methods_supported: Vec<String>,
    pub(crate) pushed_authorization_request_endpoint: Option<Url>,
    pub(crate) revocation_endpoint: Option<Url>,
    pub(crate) end_session_endpoint: Option<Url>,
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    pub(crate) dpop_signing_alg_values_supported: Vec<String>,
}

impl AdditionalProviderMetadata for Later {}
