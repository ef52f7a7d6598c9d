"""How a text capture gets its one document: by a function that the caller hands in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from alerts.evidence.report import Hop


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedText:
    """One document, decoded. `url` is where it was in the end; `chain` how it got there."""

    url: str
    status: int
    content_type: str
    body: str
    headers: tuple[tuple[str, str], ...] = ()
    chain: tuple[Hop, ...] = ()


Fetch = Callable[[str], FetchedText]
"""Asks for one document and nothing else, text/html or text/plain only, in bounds.

Raises NotNow for a fault that may pass, Never for one that will not (refused, not text),
each with a plain sentence.
"""
