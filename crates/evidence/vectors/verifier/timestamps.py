"""RFC 3161 tokens in the one normal form that evidence carries them in."""

import hashlib
from datetime import datetime, timezone

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from .strict import Failed

MAX_OCTETS = 64 * 1024
DIGESTS = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
ALGORITHMS = {
    "sha256": ("sha256_rsa", "sha256_ecdsa"),
    "sha384": ("sha384_rsa", "sha384_ecdsa"),
    "sha512": ("sha512_rsa", "sha512_ecdsa", "ed25519"),
}


def failed(reason: str) -> Failed:
    return Failed("receipt", f"timestamp_{reason}")


def check(octets: bytes, receipt: bytes, authorities: list[bytes]) -> datetime:
    """The time in the token."""
    if len(octets) > MAX_OCTETS:
        raise failed("malformed")
    try:
        return _judged(octets, receipt, authorities)
    except (ValueError, TypeError, KeyError, IndexError):
        raise failed("malformed") from None


def _judged(octets: bytes, receipt: bytes, authorities: list[bytes]) -> datetime:
    outer = cms.ContentInfo.load(octets, strict=True)
    if outer["content_type"].native != "signed_data":
        raise ValueError
    data = outer["content"]
    if data["encap_content_info"]["content_type"].native != "tst_info" or len(data["signer_infos"]) != 1:
        raise ValueError
    content = bytes(data["encap_content_info"]["content"])
    info = tsp.TSTInfo.load(content, strict=True)
    at = _stamped(info, receipt)
    signer = data["signer_infos"][0]
    given = [choice.chosen.dump() for choice in data["certificates"]]
    leaf = _named(signer, given)
    path = _path(leaf, given, authorities, at)
    _signed(signer, content, x509.load_der_x509_certificate(leaf))
    kept = [one for one in given if one in path or one in authorities]
    if _normal(signer, content, leaf, kept) != octets:
        raise ValueError
    return at


def _stamped(info: tsp.TSTInfo, receipt: bytes) -> datetime:
    extensions = info["extensions"]
    critical = not isinstance(extensions, core.Void) and any(one["critical"].native for one in extensions)
    if info["version"].native != "v1" or critical:
        raise ValueError
    imprint = info["message_imprint"]
    same = imprint["hashed_message"].native == hashlib.sha256(receipt).digest()
    if imprint["hash_algorithm"]["algorithm"].native != "sha256" or not same:
        raise failed("mismatch")
    return info["gen_time"].native.astimezone(timezone.utc)


def _attribute(signer: cms.SignerInfo, name: str):
    values = [one["values"] for one in signer["signed_attrs"] if one["type"].native == name]
    if not values:
        return None
    if len(values) != 1 or len(values[0]) != 1:
        raise ValueError
    return values[0][0]


def _named(signer: cms.SignerInfo, given: list[bytes]) -> bytes:
    """The certificate that the signed attributes name by its hash."""
    named = _attribute(signer, "signing_certificate_v2")
    if named is not None:
        first = named["certs"][0]
        algorithm, digest = first["hash_algorithm"]["algorithm"].native, first["cert_hash"].native
    else:
        named = _attribute(signer, "signing_certificate")
        if named is None:
            raise ValueError
        algorithm, digest = "sha1", named["certs"][0]["cert_hash"].native
    for one in given:
        if hashlib.new(algorithm, one).digest() == digest:
            return one
    raise failed("untrusted")


def _path(leaf: bytes, given: list[bytes], authorities: list[bytes], at: datetime) -> list[bytes]:
    """The certificates from the leaf up to, and without, an authority."""
    certificate = x509.load_der_x509_certificate(leaf)
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise failed("untrusted") from None
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise failed("untrusted")
    path = [leaf]
    while len(path) < 8:
        current = x509.load_der_x509_certificate(path[-1])
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            raise failed("untrusted")
        if any(_issued(current, authority) for authority in authorities):
            return path
        above = [one for one in given if one not in path and _issued(current, one)]
        if not above:
            break
        path.append(above[0])
    raise failed("untrusted")


def _issued(certificate: x509.Certificate, issuer: bytes) -> bool:
    above = x509.load_der_x509_certificate(issuer)
    try:
        constraints = above.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.verify_directly_issued_by(above)
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    return constraints.ca


def _signed(signer: cms.SignerInfo, content: bytes, certificate: x509.Certificate) -> None:
    digest = signer["digest_algorithm"]["algorithm"].native
    content_type, message_digest = _attribute(signer, "content_type"), _attribute(signer, "message_digest")
    if digest not in DIGESTS or message_digest is None:
        raise ValueError
    if content_type is None or content_type.native != "tst_info":
        raise failed("signature_invalid")
    if message_digest.native != hashlib.new(digest, content).digest():
        raise failed("signature_invalid")
    if signer["signature_algorithm"]["algorithm"].native not in ALGORITHMS[digest]:
        raise ValueError
    # What is signed is the attributes as a SET, not under their tag in the token.
    message = signer["signed_attrs"].untag().dump(force=True)
    signature, key, hashed = signer["signature"].native, certificate.public_key(), DIGESTS[digest]()
    try:
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
            key.verify(signature, message, padding.PKCS1v15(), hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in ("secp256r1", "secp384r1"):
            key.verify(signature, message, ec.ECDSA(hashed))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        else:
            raise failed("signature_invalid")
    except InvalidSignature:
        raise failed("signature_invalid") from None


def _normal(signer: cms.SignerInfo, content: bytes, leaf: bytes, kept: list[bytes]) -> bytes:
    """The token with nothing in it that is not judged, each part in its one spelling (DER)."""
    certificate = asn1_x509.Certificate.load(leaf)
    digest = _tlv(0x30, signer["digest_algorithm"]["algorithm"].dump())
    named = signer["signature_algorithm"]["algorithm"]
    info = _tlv(
        0x30,
        core.Integer(1).dump(),
        _tlv(0x30, certificate.issuer.dump(), core.Integer(certificate.serial_number).dump()),
        digest,
        _tlv(0xA0, *sorted(one.dump() for one in signer["signed_attrs"])),
        _tlv(0x30, named.dump(), core.Null().dump() if named.native.endswith("_rsa") else b""),
        core.OctetString(signer["signature"].native).dump(),
    )
    data = _tlv(
        0x30,
        core.Integer(3).dump(),
        _tlv(0x31, digest),
        _tlv(0x30, cms.ContentType("tst_info").dump(), _tlv(0xA0, core.OctetString(content).dump())),
        _tlv(0xA0, *sorted(kept)),
        _tlv(0x31, info),
    )
    return _tlv(0x30, cms.ContentType("signed_data").dump(), _tlv(0xA0, data))


def _tlv(tag: int, *parts: bytes) -> bytes:
    """X.690 §8.1: tag, length in the fewest octets, contents."""
    contents = b"".join(parts)
    if len(contents) < 0x80:
        return bytes([tag, len(contents)]) + contents
    length = len(contents).to_bytes((len(contents).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + contents
