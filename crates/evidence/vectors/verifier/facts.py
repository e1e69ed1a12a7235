"""Steps 11 to 13, and what step 8 asks of the ledger: what only the records API knows."""

from .strict import Failed


def authentication_is_new(challenge: dict) -> None:
    """Step 8, where the ledger is known."""
    if challenge.get("ledger", {}).get("authentication_seen"):
        raise Failed("freshness", "authentication_reused")


def records(bundle: dict, stored: list | None) -> None:
    """Step 11."""
    if stored is None:
        return
    for signed in bundle["statement"]["amendments"]:
        state = next((one for one in stored if one["id"] == signed["id"]), None)
        if state is None or any(state["record"][name] != signed["record"][name] for name in ("system", "type", "id")):
            raise Failed("record", "record_unknown")
        if state["record"]["base_version"] != signed["record"]["base_version"]:
            raise Failed("record", "record_version_changed")
        digests = ("base_sha256", "proposed_sha256", "proposed_canonical_sha256")
        if any(state[name] != signed[name] for name in digests):
            raise Failed("record", "record_digest_mismatch")


def challenge(bundle: dict, known) -> None:
    """Step 12."""
    if known is None:
        return
    if known == "unknown":
        raise Failed("challenge", "challenge_unknown")
    statement = bundle["statement"]
    signed = {one["id"] for one in statement["amendments"]}
    same = (
        known["challenge"] == statement["challenge"]
        and known["meaning"] == statement["meaning"]["code"]
        and set(known["amendments"]) == signed
    )
    if not same:
        raise Failed("challenge", "challenge_unknown")
    ledger = known.get("ledger", {})
    if ledger.get("challenge_spent"):
        raise Failed("challenge", "challenge_spent")
    if ledger.get("commitment_seen"):
        raise Failed("challenge", "commitment_reused")


def authority(may: bool | None) -> None:
    """Step 13."""
    if may is False:
        raise Failed("authority", "not_authorized")
