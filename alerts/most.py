"""Which of several numbers is the largest, in words that are true where several are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def leading(counts: Mapping[str, int]) -> tuple[list[str], str]:
    """The names of those with the largest number, and that number: "17", or "17 each".
    *counts* has one at least."""
    largest = max(counts.values())
    names = [name for name, count in counts.items() if count == largest]
    return names, f"{largest:,}" if len(names) == 1 else f"{largest:,} each"


def quoted(names: Sequence[str]) -> str:
    """As a sentence lists them."""
    return listed([f"“{name}”" for name in names])


def listed(parts: Sequence[str]) -> str:
    """As in: a; a and b; a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
