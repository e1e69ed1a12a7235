"""What the documents look like: bundle, statement, CIC and receipt. Step 1 is here."""

import re
import unicodedata
from datetime import datetime

from . import jose
from .strict import Failed, Unreadable, canonical, foreign, from_base64url, is_digest, jcs, sha256_hex

MAX_ID_TOKEN = 64 * 1024


class Wrong(Exception):
    """A member that is missing, unknown or of another type."""


# A form is a function that raises `Wrong`, or a dict of members. A name that ends in "?" may be absent.


def text(value):
    if not isinstance(value, str):
        raise Wrong


def integer(first, last):
    def form(value):
        if type(value) is not int or not first <= value <= last:
            raise Wrong

    return form


def exactly(*values):
    def form(value):
        if value not in values or not isinstance(value, str):
            raise Wrong

    return form


def list_of(form, length=None):
    def inner(value):
        if not isinstance(value, list) or (length is not None and len(value) != length):
            raise Wrong
        for item in value:
            check(form, item)

    return inner


def map_of_text(value):
    if not isinstance(value, dict):
        raise Wrong
    for member in value.values():
        text(member)


def octets(value):
    if from_base64url(value) is None:
        raise Wrong


def uuid(value):
    text(value)
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        raise Wrong
    if value != value.lower():
        raise Unreadable("not_canonical")


def instant(value):
    """RFC 3339 in UTC, written with `Z`, and with a fraction of a second only where there is one."""
    text(value)
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise Wrong from None
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z", value):
        raise Unreadable("not_canonical")


def local_time(value):
    """RFC 3339 to the second, with the offset in figures."""
    text(value)
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", value):
        raise Wrong
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise Wrong from None


RECORD = {"system": text, "type": text, "id": text, "base_version": text}
AMENDMENT = {
    "id": text,
    "record": RECORD,
    "base_sha256": text,
    "proposed_sha256": text,
    "proposed_canonical_sha256": text,
    "canonicalization": exactly("urn:ietf:rfc:8785"),
}
STATEMENT = {
    "type": exactly("urn:countersign:statement:v1"),
    "signature_id": uuid,
    "challenge": text,
    "amendments": list_of(AMENDMENT),
    "signer": {"iss": text, "subject": map_of_text, "name": text},
    "meaning": {"system": exactly("urn:iso-astm:E1762-95:2013"), "code": text, "display": text},
    "reason": {"code": text, "text": text},
    "shown_sha256": text,
    "requested_at": local_time,
    "time_zone": text,
    "authentication": {
        "prompt": text,
        "max_age?": integer(0, 2**32 - 1),
        "acr_values": list_of(text),
        "agent": text,
    },
    "client": {
        "client_id": text,
        "version": text,
        "build": text,
        "device": text,
        "audit_head?": {"seq": integer(0, 2**53 - 1), "sha256": text},
    },
}
SIGNATURE = {"protected": text, "signature": text}
BUNDLE = {
    "type": exactly("urn:countersign:evidence:v1"),
    "statement": STATEMENT,
    "presentation": {"media_type": text, "octets?": octets},
    "pk_token": {"payload": text, "signatures": list_of(SIGNATURE, 2)},
    "signed_statement": text,
    "issuer": {"configuration": octets, "jwks": octets, "fetched_at": instant},
    "authorization": {"parameters": map_of_text, "callback_iss?": text},
    "seal": text,
    "receipt?": text,
    "timestamp?": octets,
}
CIC = {
    "alg": exactly("ES256"),
    "att": text,
    "rz": text,
    "typ": exactly("CIC"),
    "upk": {"alg": exactly("ES256"), "crv": exactly("P-256"), "kty": exactly("EC"), "x": text, "y": text},
}
STEPS_BEFORE_RECEIPT = [
    "parse", "commitment", "holder", "issuer", "id_token", "audience", "time", "freshness", "authentication",
    "signer", "record", "challenge", "authority",
]
RECEIPT = {
    "type": exactly("urn:countersign:receipt:v1"),
    "signature_id": uuid,
    "evidence_sha256": text,
    "sequence": integer(0, 2**53 - 1),
    "previous_receipt_sha256?": text,
    "records": list_of({**RECORD, "new_version": text, "awaiting?": integer(0, 2**32 - 1)}),
    "received_at": instant,
    "challenge": {"issued_at": instant, "expires_at": instant},
    "verified": list_of(exactly(*STEPS_BEFORE_RECEIPT, "receipt")),
    "issuer_key_thumbprint": text,
}


def check(form, value) -> None:
    if callable(form):
        form(value)
        return
    if not isinstance(value, dict):
        raise Wrong
    optional = {name[:-1] for name in form if name.endswith("?")}
    required = {name for name in form if not name.endswith("?")}
    if not required <= value.keys() or not value.keys() <= required | optional:
        raise Wrong
    for name, member in value.items():
        check(form[name] if name in form else form[f"{name}?"], member)


def document(form, octets_: bytes):
    """A canonical document of ours, in its form."""
    value = canonical(octets_)
    try:
        check(form, value)
    except Wrong:
        raise Unreadable("wrong_shape") from None
    if jcs(value) != octets_:
        raise Unreadable("not_canonical")
    return value


def bundle(octets_: bytes) -> dict:
    """Step 1."""
    try:
        read = document(BUNDLE, octets_)
    except Unreadable as reason:
        raise Failed("parse", str(reason)) from None
    if not statement_is_sound(read["statement"]):
        raise Failed("parse", "statement_invalid")
    if "timestamp" in read and "receipt" not in read:
        raise Failed("parse", "wrong_shape")
    claims(read)
    return read


def statement_is_sound(statement: dict) -> bool:
    amendments = statement["amendments"]
    ids = [one["id"] for one in amendments]
    records = [(one["record"]["system"], one["record"]["type"], one["record"]["id"]) for one in amendments]
    digests = [statement["shown_sha256"]]
    for one in amendments:
        digests += [one["base_sha256"], one["proposed_sha256"], one["proposed_canonical_sha256"]]
    head = statement["client"].get("audit_head", {"seq": 1, "sha256": "0" * 64})
    digests.append(head["sha256"])
    never_empty = [
        head["seq"], statement["challenge"], amendments, statement["signer"]["iss"], statement["signer"]["subject"],
        statement["meaning"]["code"], statement["meaning"]["display"], statement["reason"]["code"],
        statement["reason"]["text"], statement["time_zone"], statement["client"]["client_id"],
    ]
    return (
        statement["signature_id"][14] == "7"
        and all(never_empty)
        and len(set(ids)) == len(ids)
        and len(set(records)) == len(records)
        and all(map(is_digest, digests))
        and not all(is_white(character) for character in statement["signer"]["name"])
    )


def is_white(character: str) -> bool:
    """Unicode's White_Space."""
    return character in "\t\n\v\f\r\x85" or unicodedata.category(character) in ("Zs", "Zl", "Zp")


def id_token(read: dict) -> str:
    provider = read["pk_token"]["signatures"][0]
    return f"{provider['protected']}.{read['pk_token']['payload']}.{provider['signature']}"


def cic_token(read: dict) -> str:
    holder = read["pk_token"]["signatures"][1]
    return f"{holder['protected']}.{read['pk_token']['payload']}.{holder['signature']}"


def claims(read: dict) -> dict:
    """The ID token's claims, without believing them."""
    token = id_token(read)
    if len(token.encode("utf-8")) > MAX_ID_TOKEN:
        raise Failed("parse", "id_token_too_large")
    jws = jose.compact(token)
    try:
        found = foreign(jws.payload, MAX_ID_TOKEN) if jws else None
    except Unreadable:
        found = None
    if not isinstance(found, dict):
        raise Failed("parse", "id_token_malformed")
    return found


def evidence_sha256(read: dict, sealed: bool = True) -> str:
    """The evidence's identity."""
    left_out = {"receipt", "timestamp"} if sealed else {"receipt", "timestamp", "seal"}
    core = {name: member for name, member in read.items() if name not in left_out}
    core["presentation"] = {"media_type": read["presentation"]["media_type"]}
    return sha256_hex(jcs(core))
