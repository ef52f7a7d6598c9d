"""What was said, whatever its case, spacing and stops."""

from __future__ import annotations

import hashlib
import re

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def fingerprint(text: str) -> str:
    """Equal for texts of equal words."""
    return hashlib.sha256(" ".join(words(text)).encode()).hexdigest()
