//! The OpenID Connect relying party: discovery, request, loopback, token exchange, refusals.
