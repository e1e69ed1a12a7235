"""Steps 7 to 10: when somebody authenticated, how strongly, and who that is."""

from .strict import Failed, seconds_of

END_OF_9999 = 253_402_300_799


def claimed_seconds(claims: dict, name: str) -> int | None:
    """A time claim. Fractions are dropped; zero, negative and absurd values are no time."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1 <= value <= END_OF_9999:
        return None
    return int(value)


def time(claims: dict, at: int, skew: int, grace: int) -> None:
    """Step 7."""
    issued, expires = claimed_seconds(claims, "iat"), claimed_seconds(claims, "exp")
    if issued is None or expires is None:
        raise Failed("time", "time_missing")
    if issued > at + skew:
        raise Failed("time", "issued_in_future")
    if "nbf" in claims:
        begins = claimed_seconds(claims, "nbf")
        if begins is None:
            raise Failed("time", "time_missing")
        if begins > at + skew:
            raise Failed("time", "not_yet_valid")
    if expires <= issued or at > expires + skew + grace:
        raise Failed("time", "expired")


def freshness(claims: dict, life: dict, at: int, skew: int) -> None:
    """Step 8."""
    authenticated = claimed_seconds(claims, "auth_time")
    if authenticated is None:
        raise Failed("freshness", "auth_time_missing")
    earliest = seconds_of(life["issued_at"]) - skew
    if authenticated < earliest:
        raise Failed("freshness", "auth_time_stale")
    if authenticated > at + skew:
        raise Failed("freshness", "auth_time_future")
    if authenticated > seconds_of(life["expires_at"]) + skew:
        raise Failed("freshness", "auth_time_late")
    issued = claimed_seconds(claims, "iat")
    if issued is None or issued < earliest:
        raise Failed("freshness", "issued_too_old")


def authentication(bundle: dict, claims: dict, demanded: list, required_amr: list) -> None:
    """Step 9."""
    for any_of in (bundle["statement"]["authentication"]["acr_values"], demanded):
        acr = claims.get("acr")
        if any_of and not (isinstance(acr, str) and acr in any_of):
            raise Failed("authentication", "acr_unmet")
    methods = claims.get("amr") if isinstance(claims.get("amr"), list) else []
    if any(method not in methods for method in required_amr):
        raise Failed("authentication", "amr_unmet")


def signer(bundle: dict, claims: dict, issuer: dict, others: list) -> None:
    """Step 10."""
    names = issuer["subject_claims"]
    if not acceptable("sub", claims.get("sub")) or not names:
        raise Failed("signer", "subject_missing")
    if not all(acceptable(name, claims.get(name)) for name in names):
        raise Failed("signer", "subject_missing")
    if "act" in claims:
        raise Failed("signer", "delegated")
    authenticated = {"iss": issuer["iss"], "claims": {name: claims[name] for name in names}}
    stated = bundle["statement"]["signer"]
    if any(subject != authenticated for subject in [{"iss": stated["iss"], "claims": stated["subject"]}, *others]):
        raise Failed("signer", "subject_mismatch")


def acceptable(name: str, value) -> bool:
    return (
        isinstance(value, str) and 0 < len(value.encode("utf-8")) <= 255 and (name != "sub" or value.isascii())
    )


def name(bundle: dict, claims: dict, source: str) -> None:
    """Step 10, the printed name."""
    if "name" in claims:
        if claims["name"] != bundle["statement"]["signer"]["name"]:
            raise Failed("signer", "name_mismatch")
    elif source == "id_token":
        raise Failed("signer", "name_unproven")
