"""What the rules saw in a text, as numbers for the trained reader (nlp/reader.py).

Names, places, private details and phrases are found by rules that people can read and
correct; the reader weighs them together with the words.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from monitor.domain import Category
from nlp.judge import Case
from nlp.rules import weights
from nlp.sentiment import grave, praise_and_complaint

_MOST = 4.0  # more of the same says nothing new

LINKS = tuple(sorted(set(weights()) - {"always"}))
DETAILS = (
    "birthday", "email", "home_address", "number_plate", "phone", "postcode", "pupil_named",
)  # fmt: skip
PHRASES = tuple(category.value for category in Category if category is not Category.IDENTIFYING)
CONTEXT = (
    "banter", "children_jest", "complaint_process", "condemned", "court", "denial", "game",
    "idiom", "laughter", "lesson", "meant", "opinion", "own_warning", "sport", "stage",
)  # fmt: skip
MOOD = ("praise", "complaint", "grave", "length")
NAMES = (
    *(f"link.{name}" for name in LINKS),
    *(f"detail.{name}" for name in DETAILS),
    *(f"phrase.{name}" for name in PHRASES),
    *(f"context.{name}" for name in CONTEXT),
    *MOOD,
)


def evidence_of(case: Case) -> list[float]:
    """One number for each of NAMES, about 0..1 each."""
    found = dict.fromkeys(NAMES, 0.0)
    for name, value in _found(case):
        found[name] = min(_MOST, found[name] + value)
    return [found[name] / (_MOST if name.startswith("link.") else 1.0) for name in NAMES]


def _found(case: Case) -> Iterator[tuple[str, float]]:
    for evidence in case.link.evidence if case.link else ():
        if f"link.{evidence.name}" in _LINK_NAMES:
            yield f"link.{evidence.name}", evidence.value
    for kind in {detail.kind for detail in case.details}:
        yield f"detail.{kind}", max(d.weight for d in case.details if d.kind == kind)
    for category, hits in case.hits.items():
        missing = math.prod(1.0 - hit.rule.weight for hit in hits)
        yield f"phrase.{category.value}", 1.0 - missing
    for kind in case.context.kinds:
        yield f"context.{kind}", 1.0
    praise, complaint = praise_and_complaint(case.text.lower)
    yield "praise", math.log1p(praise) / 2
    yield "complaint", math.log1p(complaint) / 2
    yield "grave", float(grave(case.text.lower))
    yield "length", math.log1p(len(case.text.text)) / 8


_LINK_NAMES = frozenset(f"link.{name}" for name in LINKS)
