"""The second step of signing in: codes of an authenticator app (RFC 6238), and recovery codes
for whoever has lost the phone. Pure: remembers nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import datetime

from pyotp import TOTP, random_base32
from pyotp.exceptions import OTPVerificationError

ISSUER = "Reputation monitor"  # as apps list it
RECOVERY_CODES = 10
_DRIFT = 1  # codes before and after the present one, for clocks that differ
_CODE = re.compile(r"[0-9]{6}")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none looks like another; 59 bits in twelve
_GROUP, _GROUPS = 4, 3


def new_secret() -> str:
    """160 bits, in base32."""
    return random_base32()


def moment_of(secret: str, typed: str, now: datetime) -> int | None:
    """Which half-minute since 1970 the code belongs to; None where it belongs to none near *now*.

    A code that was used must not be taken again: keep the number, and take later ones only.
    """
    code = re.sub(r"\s", "", typed)
    if not _CODE.fullmatch(code):
        return None
    try:
        return TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=_DRIFT)
    except OTPVerificationError:
        return None


def app_address(secret: str, email: str) -> str:
    """otpauth://, as the picture holds it and as a phone opens it."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def by_hand(secret: str) -> str:
    """In groups of four, to be typed."""
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))


def recovery_codes() -> list[str]:
    return ["-".join(_groups()) for _ in range(RECOVERY_CODES)]


def plain(recovery_code: str) -> str:
    """However it was typed."""
    return re.sub(r"[^a-z0-9]", "", recovery_code.casefold())


def _groups() -> Iterator[str]:
    for _ in range(_GROUPS):
        yield "".join(secrets.choice(_LETTERS) for _ in range(_GROUP))
