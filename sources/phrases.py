"""Whether a text names the school at all: many searches for a phrase find its single words."""

from __future__ import annotations

import re
from collections.abc import Iterable


def names_any(text: str, phrases: Iterable[str]) -> bool:
    """Whether one of *phrases* stands in *text*, whole and in order; capitals, apostrophes
    and hyphens do not matter, nor a final s, nor whether it is one word (#wexcombepark)."""
    words = f" {_plain(text)} "
    forms = {form for phrase in phrases for form in _forms(phrase)}
    return any(f" {form}{end} " in words for form in forms for end in ("", "s"))


def _forms(phrase: str) -> set[str]:
    plain = _plain(phrase)
    return {plain, plain.replace(" ", "")} - {""}


def _plain(text: str) -> str:
    text = re.sub(r"['\u2019\u02bc]", "", text.casefold().replace("&", " and "))
    return " ".join(re.findall(r"\w+", text))
