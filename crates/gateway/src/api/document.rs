//! The OpenAPI document, made from the handlers. `docs/openapi.json` is this, and a test says when it is stale.

use records::wire::SessionRevoked;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{amendments, capabilities, challenges, receipts, reports, sessions, signatures};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Countersign Records API",
        description = "Amendments to clinical records, and the signatures that commit them. See records-api.md.",
        license(name = "MIT OR Apache-2.0")
    ),
    paths(
        capabilities::capabilities,
        amendments::list,
        amendments::one,
        challenges::make,
        signatures::submit,
        signatures::fate,
        signatures::one,
        receipts::list,
        receipts::head,
        receipts::keys,
        receipts::issuer_keys,
        receipts::archive,
        reports::decline,
        reports::audit_events,
        reports::security_event,
        sessions::open,
        sessions::one,
        sessions::close,
        sessions::close_others,
        sessions::events,
    ),
    components(schemas(SessionRevoked)),
    modifiers(&AccessTokens)
)]
struct Document;

/// Says how callers show who they are.
struct AccessTokens;

impl Modify for AccessTokens {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "An RFC 9068 access token of a trusted issuer. One that is bound to a key comes under the scheme `DPoP`, \
                 with a proof of possession in the header of the same name (RFC 9449).",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The OpenAPI 3.1 document as pretty JSON with a final line break.
pub fn openapi() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&Document::openapi()).map(|json| json + "\n")
}
