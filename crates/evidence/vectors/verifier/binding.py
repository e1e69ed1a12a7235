"""Steps 2 and 3: everything hangs together, and one key holds it."""

from . import forms, jose
from .strict import Failed, Unreadable, from_base64url, is_digest, jcs, sha3_base64url, sha256_hex


def commitment(bundle: dict, claims: dict) -> dict:
    """Step 2. Gives the client instance claims."""
    octets = from_base64url(bundle["pk_token"]["signatures"][1]["protected"])
    try:
        cic = forms.document(forms.CIC, octets) if octets is not None else None
    except Unreadable:
        cic = None
    if cic is None or not is_digest(cic["att"]) or not is_digest(cic["rz"]):
        raise Failed("commitment", "commitment_malformed")
    statement = bundle["statement"]
    if cic["att"] != sha256_hex(jcs(statement)):
        raise Failed("commitment", "statement_mismatch")
    nonce = sha3_base64url(jcs(cic))
    if claims.get("nonce") != nonce:
        raise Failed("commitment", "nonce_mismatch")
    shown = bundle["presentation"].get("octets")
    if shown is not None and sha256_hex(from_base64url(shown)) != statement["shown_sha256"]:
        raise Failed("commitment", "presentation_mismatch")
    asked = statement["authentication"]
    expected = {
        "nonce": nonce,
        "client_id": statement["client"]["client_id"],
        "prompt": asked["prompt"],
        "max_age": str(asked["max_age"]) if "max_age" in asked else None,
        "acr_values": " ".join(asked["acr_values"]),
    }
    sent = bundle["authorization"]["parameters"]
    if any(name in sent and sent[name] != value for name, value in expected.items()):
        raise Failed("commitment", "request_mismatch")
    return cic


def holder(bundle: dict, cic: dict) -> None:
    """Step 3."""
    key = jose.key({"kty": "EC", "crv": "P-256", "x": cic["upk"]["x"], "y": cic["upk"]["y"]})
    token = jose.compact(forms.cic_token(bundle))
    if not key or not token or not key.verifies("ES256", token.signing_input, token.signature):
        raise Failed("holder", "holder_signature_invalid")
    under = sha3_base64url(jcs(bundle["pk_token"]))
    if not signed_message(bundle["signed_statement"], key, under, jcs(bundle["statement"])):
        raise Failed("holder", "statement_signature_invalid")
    sealed = {"type": "urn:countersign:seal:v1", "evidence_sha256": forms.evidence_sha256(bundle, sealed=False)}
    if not signed_message(bundle["seal"], key, under, jcs(sealed)):
        raise Failed("holder", "seal_invalid")


def signed_message(token: str, key: jose.Key, under: str, content: bytes) -> bool:
    """An OpenPubkey signed message, whose header has one spelling."""
    jws = jose.compact(token)
    header = jcs({"alg": "ES256", "kid": under, "typ": "osm"})
    return (
        jws is not None
        and from_base64url(jws.protected) == header
        and jws.payload == content
        and key.verifies("ES256", jws.signing_input, jws.signature)
    )
