// Who is registered at the provider.

// An installed application (RFC 8252): public, PKCE, and a loopback address whose port is left open.
const installed = (client_id, alg, more = {}) => ({
  client_id,
  client_name: 'Countersign',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: ['http://127.0.0.1/callback'],
  id_token_signed_response_alg: alg,
  require_auth_time: true,
  ...more,
});

export const clients = [
  installed('countersign', 'ES256'),
  installed('countersign-rs256', 'RS256'),
  installed('countersign-ps256', 'PS256'),
  installed('countersign-eddsa', 'EdDSA'),
  installed('countersign-dpop', 'ES256', { dpop_bound_access_tokens: true }),
  installed('countersign-par', 'ES256', { require_pushed_authorization_requests: true }),
  // Another application of the same clinic, in the same people's browsers.
  {
    client_id: 'portal',
    client_name: 'Portal',
    application_type: 'web',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: ['http://127.0.0.1:18499/portal'],
    id_token_signed_response_alg: 'ES256',
  },
];
