"""What `monitor check` says of one part."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part, whether it works, and a sentence on it that says what to do if not."""

    part: str
    ok: bool
    sentence: str
