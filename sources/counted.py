"""How often a post was liked, shared and answered, where its source says so. Never worth a fault:
what is no plain number counts as not said."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

_MOST = 10**12


def _tally(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST else None


Tally = Annotated[int | None, BeforeValidator(_tally)]


def counted(**tallies: int | None) -> tuple[tuple[str, int], ...]:
    """As a mention has them, without those that were not said."""
    return tuple((name, number) for name, number in tallies.items() if number is not None)
