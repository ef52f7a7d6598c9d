"""Words of praise, of complaint, and of grave complaint."""

from __future__ import annotations

import re
from functools import cache

from nlp.rules import word_list

_NOT = re.compile(r"(?:\bnot|n't|\bnever|\bno|\bhardly|\bwithout) (?:\w+ )?$")


def praise_and_complaint(lower: str) -> tuple[int, int]:
    """How many words of praise and of complaint; a negated word counts for the other side."""
    praise, complaint = _count(lower, "positive"), _count(lower, "negative")
    return praise[0] + complaint[1], complaint[0] + praise[1]


def grave(lower: str) -> bool:
    return _regex("grave").search(lower) is not None


def _count(lower: str, name: str) -> tuple[int, int]:
    plain = negated = 0
    for match in _regex(name).finditer(lower):
        if _NOT.search(lower[max(0, match.start() - 25) : match.start()]):
            negated += 1
        else:
            plain += 1
    return plain, negated


@cache
def _regex(name: str) -> re.Pattern[str]:
    words = sorted(word_list("sentiment", name), key=len, reverse=True)
    letters = "|".join(re.escape(w) for w in words if w[0].isalnum())
    signs = "|".join(re.escape(w) for w in words if not w[0].isalnum())
    return re.compile(
        rf"(?<!\w)(?:{letters})(?!\w)|{signs}" if signs else rf"(?<!\w)(?:{letters})(?!\w)"
    )
