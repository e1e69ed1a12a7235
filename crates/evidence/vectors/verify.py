#!/usr/bin/env python3
"""A second, independent verifier of Countersign evidence, written from docs/evidence.md alone.

    verify.py                           judges every vector beside it and says where it disagrees with the index
    verify.py FILE --archive ARCHIVE    judges one file: exit 0 valid, 2 invalid (the step is named)

It shares no code with the product. It is small so that it can be read in one sitting, and therefore knows only what
evidence may contain; it is no general JOSE, CMS or X.509 library.
"""

import argparse
import json
import sys
from pathlib import Path

from verifier import binding, facts, forms, people, providers, receipts, strict
from verifier.strict import Failed

STEPS = (
    "parse", "commitment", "holder", "issuer", "id_token", "audience", "time", "freshness", "authentication",
    "signer", "record", "challenge", "authority", "receipt",
)


def offline(octets: bytes, archive: dict) -> None:
    """Evidence with its receipt, from an archive alone."""
    bundle = forms.bundle(octets)
    claims = bound(bundle)
    issuer = providers.issuer(bundle, claims, archive["issuers"])
    receipt = receipts.read_or_none(bundle.get("receipt"))
    skew, grace = archive["clock_skew_s"], archive["delivery_grace_s"]
    keys = providers.all_keys(issuer) if receipt is None else providers.keys_at(issuer, receipt, skew)
    key = providers.id_token(bundle, issuer, keys)
    providers.audience(bundle, claims, issuer)
    if receipt is not None:
        at = strict.seconds_of(receipt["received_at"])
        people.time(claims, at, skew, grace)
        people.freshness(claims, receipt["challenge"], at, skew)
    people.authentication(bundle, claims, [], [])
    people.signer(bundle, claims, issuer, [])
    people.name(bundle, claims, "elsewhere")
    receipts.check(bundle, key.thumbprint, archive)


def online(octets: bytes, known: dict) -> None:
    """Evidence without a receipt, with what a records API knows. A fact that is absent leaves its step unchecked."""
    bundle = forms.bundle(octets)
    if "receipt" in bundle or "timestamp" in bundle:
        raise Failed("parse", "receipt_unexpected")
    claims = bound(bundle)
    issuer = providers.issuer(bundle, claims, known["issuers"])
    providers.id_token(bundle, issuer, providers.all_keys(issuer))
    providers.audience(bundle, claims, issuer)
    at, skew = strict.seconds_of(known["now"]), known["clock_skew_s"]
    people.time(claims, at, skew, known["delivery_grace_s"])
    challenge = known.get("challenge")
    found = challenge if isinstance(challenge, dict) else None
    if found:
        people.freshness(claims, found["life"], at, skew)
        facts.authentication_is_new(found)
    people.authentication(bundle, claims, found["acr_values"] if found else [], known["required_amr"])
    subjects = [known.get("session"), found["subject"] if found else None]
    people.signer(bundle, claims, issuer, [subject for subject in subjects if subject])
    people.name(bundle, claims, known["names"])
    facts.records(bundle, known.get("amendments"))
    facts.challenge(bundle, challenge)
    facts.authority(known.get("authority"))


def bound(bundle: dict) -> dict:
    """Steps 2 and 3, which need nothing but the bundle."""
    claims = forms.claims(bundle)
    holder = binding.commitment(bundle, claims)
    binding.holder(bundle, holder)
    return claims


def judged(octets: bytes, archive: dict | None, known: dict | None) -> tuple[str, str] | None:
    """The step and the reason of the failure, or nothing if the evidence holds."""
    try:
        if archive is not None:
            offline(octets, archive)
        else:
            online(octets, known)
    except Failed as failed:
        assert failed.step in STEPS, failed.step
        return failed.step, failed.reason
    return None


def all_vectors(folder: Path) -> int:
    """Judges every vector of the index. Gives how many ended otherwise than it says."""
    index = json.loads((folder / "index.json").read_bytes())
    if not index:
        raise SystemExit("there was nothing to judge")
    wrong = 0
    for entry in index:
        octets = (folder / entry["file"]).read_bytes() + b" " * entry.get("spaces_after", 0)
        beside = {name: json.loads((folder / entry[name]).read_bytes()) for name in ("archive", "facts") if name in entry}
        ended = judged(octets, beside.get("archive"), beside.get("facts"))
        expected = (entry["step"], entry["reason"]) if "step" in entry else None
        if ended != expected:
            wrong += 1
            print(f"{entry['file']}: ended as {ended}, the index says {expected}")
    holding = sum("step" not in entry for entry in index)
    print(f"{len(index)} vectors ({holding} hold, {len(index) - holding} fail): {wrong} disagreements")
    return wrong


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file", nargs="?", type=Path)
    arguments.add_argument("--archive", type=Path)
    asked = arguments.parse_args()
    if asked.file is None:
        return 1 if all_vectors(Path(__file__).parent) else 0
    if asked.archive is None:
        arguments.error("a file is judged by an archive")
    ended = judged(asked.file.read_bytes(), json.loads(asked.archive.read_bytes()), None)
    print("valid" if ended is None else f"invalid at {ended[0]}: {ended[1]}")
    return 0 if ended is None else 2


if __name__ == "__main__":
    sys.exit(main())
