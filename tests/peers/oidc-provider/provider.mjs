// An OpenID provider as a hospital might run one, on loopback: node-oidc-provider with this clinic's clients and people.
//
//   node provider.mjs [port]
//
// It prints its issuer as one line of JSON when it is ready, and ends when its standard input closes, so that it cannot
// outlive who started it. Everything is in memory, keys included. It is a peer for tests: its passwords stand in people.mjs.

import http from 'node:http';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import Provider, { interactionPolicy } from 'oidc-provider';
import { clients } from './clients.mjs';
import { interact } from './pages.mjs';
import { ONE_FACTOR, TWO_FACTORS, accountOf } from './people.mjs';

const RESOURCE = 'urn:countersign:records';
const SCOPES = 'records:read records:sign';
const HOUR = 3600;

const server = http.createServer();
await new Promise((listening) => server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, configuration());

const protocol = provider.callback();
server.on('request', (request, response) => {
  const { pathname } = new URL(request.url, issuer);
  if (pathname.startsWith('/interaction/')) interact(provider, request, response);
  else protocol(request, response);
});

console.log(JSON.stringify({ issuer }));
process.stdin.resume().on('end', () => process.exit(0));

function configuration() {
  return {
    clients,
    jwks: { keys: [key('ES256'), key('RS256'), key('PS256'), key('EdDSA')] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256', 'PS256', 'EdDSA'] },
    cookies: { keys: [randomBytes(32).toString('hex')] },

    findAccount: (_, id) => accountOf(id),
    scopes: ['openid', 'offline_access', 'profile'],
    claims: { openid: ['sub'], profile: ['name', 'role', 'preferred_username'], acr: null, amr: null, auth_time: null },
    // The printed name of a signature is the ID token's, so the claims of a scope stand in the ID token too.
    conformIdTokenClaims: false,
    acrValues: [ONE_FACTOR, TWO_FACTORS],

    pkce: { required: () => true },
    interactions: { policy: askingAgainForStrongerMethods(), url: (_, interaction) => `/interaction/${interaction.uid}` },
    // The clinic's own applications: nobody is asked to consent, so that prompt=none has an answer.
    loadExistingGrant: grantWithoutConsent,
    // `offline_access` needs prompt=consent here, which would end prompt=login. The session is told by its scope instead.
    issueRefreshToken: (_, client, code) => client.grantTypeAllowed('refresh_token') && code.scopes.has('records:read'),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      IdToken: 300,
      Interaction: 600,
      RefreshToken: 8 * HOUR,
      Session: 8 * HOUR,
      Grant: 8 * HOUR,
    },

    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      dPoP: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: askBeforeLogout },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: recordsApi,
      },
    },
    renderError: (context, error) => {
      context.type = 'json';
      context.body = error;
    },
  };
}

// RFC 9068 access tokens that the records API verifies by itself.
function recordsApi(_, resource) {
  if (resource !== RESOURCE) throw new Error('there is no such resource');
  return {
    audience: RESOURCE,
    scope: SCOPES,
    accessTokenFormat: 'jwt',
    accessTokenTTL: 300,
    jwt: { sign: { alg: 'ES256' } },
  };
}

// Left to itself, the library takes `acr_values` as a wish and asks nobody. A step-up has to be a rule of the interaction.
function askingAgainForStrongerMethods() {
  const policy = interactionPolicy.base();
  policy.get('login').checks.add(
    new interactionPolicy.Check('acr_unmet', 'a stronger authentication is needed', ({ oidc }) => {
      const wanted = oidc.params.acr_values?.split(' ') ?? [];
      return wanted.length > 0 && !wanted.includes(oidc.acr);
    }),
  );
  // Otherwise a native client would always be interrupted, and prompt=none would never say that somebody is signed in.
  policy.get('consent').checks.remove('native_client_prompt');
  return policy;
}

async function grantWithoutConsent({ oidc }) {
  const { clientId } = oidc.client;
  const { accountId } = oidc.session;
  const known = await provider.Grant.find(oidc.session.grantIdFor(clientId) ?? 'none');
  const grant = known?.accountId === accountId ? known : new provider.Grant({ clientId, accountId });
  grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(' '));
  const claims = [...oidc.requestParamClaims].filter((claim) => claim !== 'sub');
  if (claims.length > 0) grant.addOIDCClaims(claims);
  for (const [resource, { scopes }] of Object.entries(oidc.resourceServers ?? {})) {
    const asked = [...oidc.requestParamScopes].filter((scope) => scopes.has(scope));
    grant.addResourceScope(resource, asked.join(' '));
  }
  await grant.save();
  return grant;
}

function askBeforeLogout(context, form) {
  context.body = `<!doctype html><html lang="en"><title>Sign out</title><h1>Sign out?</h1>${form}
    <button form="op.logoutForm" name="logout" value="yes">Sign out</button>`;
}

function key(alg) {
  const kinds = {
    ES256: ['ec', { namedCurve: 'P-256' }],
    EdDSA: ['ed25519'],
    RS256: ['rsa', { modulusLength: 2048 }],
    PS256: ['rsa', { modulusLength: 2048 }],
  };
  const { privateKey } = generateKeyPairSync(...kinds[alg]);
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg, kid: alg.toLowerCase() };
}
