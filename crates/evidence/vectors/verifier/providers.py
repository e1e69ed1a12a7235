"""Steps 4 to 6: whose ID token it is, by whose key, and for whom."""

from datetime import timedelta

from . import forms, jose
from .strict import Failed, Unreadable, foreign, from_base64url, instant_of

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")


def issuer(bundle: dict, claims: dict, trusted: list) -> dict:
    """Step 4."""
    iss = claims.get("iss")
    if not isinstance(iss, str):
        raise Failed("issuer", "issuer_mismatch")
    try:
        configuration = foreign(from_base64url(bundle["issuer"]["configuration"]))
    except Unreadable:
        configuration = None
    configured = configuration.get("issuer") if isinstance(configuration, dict) else None
    if not isinstance(configured, str):
        raise Failed("issuer", "issuer_snapshot_malformed")
    returned = bundle["authorization"].get("callback_iss", iss)
    if not bundle["statement"]["signer"]["iss"] == configured == returned == iss:
        raise Failed("issuer", "issuer_mismatch")
    named = [one for one in trusted if one["iss"] == iss]
    if not named:
        raise Failed("issuer", "issuer_untrusted")
    client = bundle["statement"]["client"]["client_id"]
    return next((one for one in named if client in one["client_ids"]), named[0])


def all_keys(trusted: dict) -> list[jose.Key]:
    return [jose.key(entry["jwk"]) for entry in trusted["keys"]]


def keys_at(trusted: dict, receipt: dict, skew: int) -> list[jose.Key]:
    """Step 5, offline: the key that the receipt names, if it could stand behind it."""
    named = [
        (entry, key)
        for entry, key in zip(trusted["keys"], all_keys(trusted))
        if key.thumbprint == receipt["issuer_key_thumbprint"]
    ]
    if not named:
        raise Failed("id_token", "key_not_found")
    at, asked = instant_of(receipt["received_at"]), instant_of(receipt["challenge"]["issued_at"])
    tolerance = timedelta(seconds=skew)
    in_use = [
        key
        for entry, key in named
        if instant_of(entry["first_seen"]) - at <= tolerance
        and at - instant_of(entry["last_seen"]) <= tolerance
        and ("retired_at" not in entry or asked - instant_of(entry["retired_at"]) <= tolerance)
    ]
    if not in_use:
        raise Failed("id_token", "key_outside_its_time")
    return in_use


def id_token(bundle: dict, trusted: dict, keys: list[jose.Key]) -> jose.Key:
    """Step 5. Gives the key that signed."""
    jws = jose.compact(forms.id_token(bundle))
    algorithm = jws.header.get("alg")
    if algorithm not in ALGORITHMS or algorithm not in trusted["algorithms"]:
        raise Failed("id_token", "algorithm_not_allowed")
    typ, kid = jws.header.get("typ", "JWT"), jws.header.get("kid", "")
    well_typed = isinstance(typ, str) and typ.isascii() and typ.upper() == "JWT" and isinstance(kid, str)
    if "crit" in jws.header or "b64" in jws.header or not well_typed:
        raise Failed("id_token", "header_unsupported")
    key = choose(keys, jws.header.get("kid"), algorithm)
    if key.kty == "RSA" and key.bits < 2048:
        raise Failed("id_token", "key_too_small")
    if not key.verifies(algorithm, jws.signing_input, jws.signature):
        raise Failed("id_token", "signature_invalid")
    try:
        published = jose.key_set(from_base64url(bundle["issuer"]["jwks"]))
    except Unreadable:
        raise Failed("id_token", "issuer_snapshot_malformed") from None
    if key.thumbprint not in [one.thumbprint for one in published]:
        raise Failed("id_token", "key_not_in_snapshot")
    return key


def choose(keys: list[jose.Key], kid: str | None, algorithm: str) -> jose.Key:
    named = [key for key in keys if kid is None or key.kid == kid]
    if not named:
        raise Failed("id_token", "key_not_found")
    fitting = [key for key in named if key.fits(algorithm)]
    if not fitting:
        raise Failed("id_token", "key_not_found" if kid is None else "algorithm_not_allowed")
    if len({key.thumbprint for key in fitting}) > 1:
        raise Failed("id_token", "key_ambiguous")
    return fitting[0]


def audience(bundle: dict, claims: dict, trusted: dict) -> None:
    """Step 6."""
    client = bundle["statement"]["client"]["client_id"]
    found = claims.get("aud")
    audiences = [found] if isinstance(found, str) else found
    if not isinstance(audiences, list) or not all(isinstance(one, str) for one in audiences):
        raise Failed("audience", "audience_mismatch")
    if client not in audiences or client not in trusted["client_ids"]:
        raise Failed("audience", "audience_mismatch")
    if any(one != client for one in audiences):
        raise Failed("audience", "audience_untrusted")
    if "azp" in claims and claims["azp"] != client:
        raise Failed("audience", "azp_mismatch")
