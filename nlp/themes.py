"""What a text is about, of the things that people criticise in a school: themes.toml.

Only for counting: no theme opens an incident, and no text is shown for one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from monitor.counts import Theme
from nlp.normalise import normalise
from nlp.patterns import compile_pattern

OURS = Path(__file__).with_name("themes.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeWords:
    """`examples` are of the theme, `counter_examples` are not."""

    theme: Theme
    words: re.Pattern[str]
    not_words: re.Pattern[str] | None
    reason: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]

    def fits(self, lower: str) -> bool:
        kept = self.not_words.sub(" ", lower) if self.not_words else lower
        return self.words.search(kept) is not None


def themes_of(text: str) -> frozenset[Theme]:
    """None where none of our words is in it."""
    lower = normalise(text).lower
    return frozenset(one.theme for one in word_lists() if one.fits(lower))


@cache
def word_lists() -> tuple[ThemeWords, ...]:
    """Raises ValueError for a theme that we do not know."""
    with OURS.open("rb") as file:
        found = tomllib.load(file)["themes"]
    return tuple(
        ThemeWords(
            theme=Theme(name),
            words=_any(entry["words"]),
            not_words=_any(entry["not_words"]) if "not_words" in entry else None,
            reason=entry["reason"],
            examples=tuple(entry["examples"]),
            counter_examples=tuple(entry["counter_examples"]),
        )
        for name, entry in found.items()
    )


def _any(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{compile_pattern(p, {}).regex.pattern})" for p in phrases))
