"""What can be wrong with evidence."""

from __future__ import annotations

from dataclasses import dataclass

CHANGED, MISSING, ADDED = "changed", "missing", "added"
RENAMED, SWAPPED, REORDERED = "renamed", "swapped", "reordered"
UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was sealed: the file's name, the kind, a sentence."""

    name: str
    kind: str
    sentence: str
