"""Octets and JSON, read strictly: canonical documents of ours, and documents of others."""

import base64
import hashlib
import json
import math
import re
from datetime import datetime

import rfc8785

MAX_OCTETS = 1024 * 1024
MAX_DEPTH = 32
FIRST_INEXACT = 2**53


class Failed(Exception):
    """A step that does not hold."""

    def __init__(self, step: str, reason: str):
        super().__init__(f"{step}: {reason}")
        self.step, self.reason = step, reason


class Unreadable(Exception):
    """Octets that are not what they should be, by one of the reasons of the first step."""


def canonical(octets: bytes):
    """A document of ours: restricted JSON. Whether it is canonical is asked once its form is known."""
    return _read(octets, MAX_OCTETS, restricted=True)


def foreign(octets: bytes, limit: int = MAX_OCTETS):
    """A document of somebody else: any spacing, order and numbers, but no ambiguity."""
    return _read(octets, limit, restricted=False)


def jcs(value) -> bytes:
    return rfc8785.dumps(value)


def _read(octets: bytes, limit: int, restricted: bool):
    if len(octets) > limit:
        raise Unreadable("too_large")
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("not_json") from None
    _measure(text)

    def members(pairs):
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            raise Unreadable("duplicate_member")
        return dict(pairs)

    def integer(digits):
        if restricted and (digits == "-0" or abs(int(digits)) >= FIRST_INEXACT):
            raise Unreadable("value_not_allowed")
        return int(digits) if len(digits) < 19 else _float(digits)

    def fraction(digits):
        if restricted:
            raise Unreadable("value_not_allowed")
        return _float(digits)

    def constant(_):
        raise Unreadable("not_json")

    try:
        value = json.loads(
            text, object_pairs_hook=members, parse_int=integer, parse_float=fraction, parse_constant=constant
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # lone surrogates have no octets
    except ValueError:
        raise Unreadable("not_json") from None
    if restricted and _says_null(value):
        raise Unreadable("value_not_allowed")
    return value


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise Unreadable("not_json")
    return value


def _measure(text: str) -> None:
    """Refuses what is nested too deeply, before anything recurses into it."""
    depth = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text, re.DOTALL):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Unreadable("too_deep")
        elif token[0] in "]}":
            depth -= 1


def _says_null(value) -> bool:
    if isinstance(value, dict):
        return any(map(_says_null, value.values()))
    if isinstance(value, list):
        return any(map(_says_null, value))
    return value is None


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes | None:
    """RFC 7515 §2: no padding, no other alphabet, no stray bits."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return octets if base64url(octets) == text else None


def sha256_hex(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def sha3_base64url(octets: bytes) -> str:
    return base64url(hashlib.sha3_256(octets).digest())


def is_digest(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None


def seconds_of(instant: str) -> int:
    """Whole seconds since the epoch; fractions are dropped."""
    return math.floor(datetime.fromisoformat(instant).timestamp())


def instant_of(instant: str) -> datetime:
    return datetime.fromisoformat(instant)
