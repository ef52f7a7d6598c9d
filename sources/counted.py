"""How often a post was liked, shared and answered, where its source says so. Never worth a fault:
what is no plain number counts as not said."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

_MOST = 10**12


def _tally(value: object) -> int | None:
    """Some services write their numbers as words: "12"."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,13}", value, re.ASCII):
        value = int(value)
    return value if type(value) is int and 0 <= value <= _MOST else None


Tally = Annotated[int | None, BeforeValidator(_tally)]
AsText = BeforeValidator(lambda value: value if isinstance(value, str) else "")
AsFacts = BeforeValidator(lambda value: value if isinstance(value, dict) else {})


def counted(**tallies: int | None) -> tuple[tuple[str, int], ...]:
    """As a mention has them, without those that were not said."""
    return tuple((name, number) for name, number in tallies.items() if number is not None)


_THOUSANDS = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_ABOUT = "_about"


def shown(what: str, number: str) -> tuple[tuple[str, int], ...]:
    """As pages write it for people: "1,234" or "987" is exact; "1.2K" is not, and what was
    counted is then called "..._about"."""
    plain = number.strip().replace(",", "")
    read = re.fullmatch(r"(\d{1,13})(\.\d{1,3})?([KMB]?)", plain.upper(), re.ASCII)
    if read is None or (read[2] and not read[3]):
        return ()
    times = _THOUSANDS[read[3]]
    counted_ = round(float(f"{read[1]}{read[2] or ''}") * times)
    return counted(**{what if times == 1 else f"{what}{_ABOUT}": _tally(counted_)})
