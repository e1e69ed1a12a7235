"""Step 14: the records API's word, and the time-stamp on it."""

from datetime import timedelta

from . import forms, jose, timestamps
from .strict import Failed, Unreadable, from_base64url, instant_of, is_digest, sha256_hex


def read_or_none(token: str | None) -> dict | None:
    """What a receipt says, without believing it."""
    jws = jose.compact(token) if token is not None else None
    try:
        return forms.document(forms.RECEIPT, jws.payload) if jws else None
    except Unreadable:
        return None


def check(bundle: dict, issuer_key: str, archive: dict) -> None:
    token = bundle.get("receipt")
    if token is None:
        raise Failed("receipt", "receipt_missing")
    receipt = read_or_none(token)
    if receipt is None:
        raise Failed("receipt", "receipt_malformed")
    signature(token, receipt, archive["receipt_keys"])
    first = receipt["sequence"] == 1 and "previous_receipt_sha256" not in receipt
    later = receipt["sequence"] > 1 and is_digest(receipt.get("previous_receipt_sha256", ""))
    if not (first or later):
        raise Failed("receipt", "receipt_chain_broken")
    answers(bundle, receipt, issuer_key)
    for entry in archive.get("receipts", []):
        same = entry["sequence"] == receipt["sequence"] and entry["sha256"] != sha256_hex(token.encode("ascii"))
        before = entry["sequence"] + 1 == receipt["sequence"]
        if same or (before and entry["sha256"] != receipt.get("previous_receipt_sha256")):
            raise Failed("receipt", "receipt_chain_broken")
    stamped(bundle, receipt, archive)


def signature(token: str, receipt: dict, keys: list) -> None:
    jws = jose.compact(token)
    if jws.header.keys() != {"alg", "kid", "typ"} or jws.header["typ"] != "countersign-receipt+jws" or jws.header["alg"] != "ES256":
        raise Failed("receipt", "receipt_malformed")
    at = instant_of(receipt["received_at"])
    for entry in keys:
        key = jose.key(entry["jwk"])
        in_use = instant_of(entry["first_seen"]) <= at <= instant_of(entry["last_seen"])
        retired = "retired_at" in entry and at > instant_of(entry["retired_at"])
        if key.thumbprint == jws.header["kid"] and in_use and not retired:
            if key.verifies("ES256", jws.signing_input, jws.signature):
                return
    raise Failed("receipt", "receipt_signature_invalid")


def answers(bundle: dict, receipt: dict, issuer_key: str) -> None:
    statement = bundle["statement"]
    amendments = statement["amendments"]
    same = (
        receipt["evidence_sha256"] == forms.evidence_sha256(bundle)
        and receipt["signature_id"] == statement["signature_id"]
        and receipt["issuer_key_thumbprint"] == issuer_key
        and len(receipt["records"]) == len(amendments)
        and all(commits(record, one["record"]) for record, one in zip(receipt["records"], amendments))
    )
    if not same:
        raise Failed("receipt", "receipt_mismatch")
    if receipt["verified"] != forms.STEPS_BEFORE_RECEIPT:
        raise Failed("receipt", "receipt_incomplete")


def commits(committed: dict, signed: dict) -> bool:
    return (
        all(committed[name] == signed[name] for name in signed)
        and committed["new_version"] not in ("", committed["base_version"])
        and committed.get("awaiting") != 0
    )


def stamped(bundle: dict, receipt: dict, archive: dict) -> None:
    received = instant_of(receipt["received_at"])
    if "timestamp" not in bundle:
        if "timestamped_from" in archive and received >= instant_of(archive["timestamped_from"]):
            raise Failed("receipt", "timestamp_missing")
        return
    authorities = [from_base64url(one) for one in archive.get("timestamp_authorities", [])]
    at = timestamps.check(from_base64url(bundle["timestamp"]), bundle["receipt"].encode("ascii"), authorities)
    if received - at > timedelta(seconds=archive["clock_skew_s"]):
        raise Failed("receipt", "timestamp_too_early")
