"""Compact JWS, public keys, and signatures by them."""

from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from .strict import Unreadable, base64url, foreign, from_base64url, jcs


@dataclass
class Compact:
    protected: str
    header: dict
    payload: bytes
    signature: bytes
    signing_input: bytes


def compact(token: str) -> Compact | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    header, payload, signature = map(from_base64url, parts)
    if header is None or payload is None or signature is None:
        return None
    try:
        members = foreign(header)
    except Unreadable:
        return None
    if not isinstance(members, dict):
        return None
    return Compact(parts[0], members, payload, signature, f"{parts[0]}.{parts[1]}".encode("ascii"))


@dataclass
class Key:
    """A public key that can verify signatures."""

    kty: str
    numbers: dict
    kid: str | None = None
    alg: str | None = None

    @property
    def thumbprint(self) -> str:
        """RFC 7638."""
        required = {"kty": self.kty, **{name: base64url(octets) for name, octets in self.numbers.items()}}
        if self.kty == "EC":
            required["crv"] = "P-256"
        if self.kty == "OKP":
            required["crv"] = "Ed25519"
        return base64url(sha256(jcs(required)).digest())

    @property
    def bits(self) -> int:
        return int.from_bytes(self.numbers["n"], "big").bit_length() if self.kty == "RSA" else 0

    def fits(self, algorithm: str) -> bool:
        kinds = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
        return kinds.get(algorithm) == self.kty and self.alg in (None, algorithm)

    def verifies(self, algorithm: str, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's, by the algorithm's kind of key alone."""
        if not Key(self.kty, self.numbers).fits(algorithm):
            return False
        numbers = {name: int.from_bytes(octets, "big") for name, octets in self.numbers.items()}
        try:
            if algorithm == "ES256":
                if len(signature) != 64:
                    return False
                halves = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
                public = ec.EllipticCurvePublicNumbers(numbers["x"], numbers["y"], ec.SECP256R1()).public_key()
                public.verify(encode_dss_signature(*halves), message, ec.ECDSA(hashes.SHA256()))
            elif algorithm == "EdDSA":
                ed25519.Ed25519PublicKey.from_public_bytes(self.numbers["x"]).verify(signature, message)
            else:
                if not 2048 <= self.bits <= 8192:
                    return False
                pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
                scheme = pss if algorithm == "PS256" else padding.PKCS1v15()
                public = rsa.RSAPublicNumbers(numbers["e"], numbers["n"]).public_key()
                public.verify(signature, message, scheme, hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True


def key(jwk) -> Key | None:
    """A JWK, if it is a public key for signatures of a kind that is used here."""
    if not isinstance(jwk, dict) or jwk.get("d") is not None or jwk.get("use") not in (None, "sig"):
        return None
    if not all(jwk.get(name) is None or isinstance(jwk[name], str) for name in ("kid", "alg")):
        return None
    kinds = {("RSA", None): ("n", "e"), ("EC", "P-256"): ("x", "y"), ("OKP", "Ed25519"): ("x",)}
    kty = jwk.get("kty")
    names = kinds.get((kty, None if kty == "RSA" else jwk.get("crv")))
    if names is None:
        return None
    numbers = {name: from_base64url(jwk.get(name)) for name in names}
    if any(octets is None or (kty != "RSA" and len(octets) != 32) for octets in numbers.values()):
        return None
    return Key(kty, numbers, jwk.get("kid"), jwk.get("alg"))


def key_set(octets: bytes) -> list[Key]:
    document = foreign(octets)
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or not all(isinstance(one, dict) for one in keys) or len(keys) > 100:
        raise Unreadable("wrong_shape")
    return [found for found in map(key, keys) if found]
