"""What a school's lessons say of a text, and how far that counts. Pure.

The bounds (docs/judging.md): a lesson moves the reader's doubt and nothing else. What names the
school beyond doubt stays ours, and what speaks of danger comes before a person as if nothing had
been learnt (nlp/judge.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.lessons import ClueKind, Lesson, Sense
from nlp.clues import Seen, Span, clues_in, holds
from nlp.relevance import Link
from nlp.rules import lesson_weights

_BESIDE = (ClueKind.AFTER, ClueKind.BEFORE)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A lesson that says something of a text, and where: a span of the normalised text."""

    lesson: Lesson
    span: Span


def speaking(lessons: Sequence[Lesson], seen: Seen, of: Link) -> tuple[Spoken, ...]:
    """Those that say something of this text. *of*: how it is linked to the school."""
    if not lessons:
        return ()
    found = clues_in(seen)
    at = {lesson: spans for lesson in lessons if (spans := holds(lesson.clue, seen, found))}
    silent = _silent(seen, at, {each.name for each in of.evidence})
    return tuple(Spoken(one, spans[0]) for one, spans in at.items() if one not in silent)


def _silent(seen: Seen, at: Mapping[Lesson, list[Span]], evidence: set[str]) -> set[Lesson]:
    """Lessons that say "somebody else" of one place, where another place or a member of staff
    says that it is us; and those of another town, where ours is named, too."""
    against = [lesson for lesson in at if lesson.sense is Sense.NOT_US]
    explained = [span for one in against if one.clue.kind in _BESIDE for span in at[one]]
    named_otherwise = any(
        not any(start <= hit.start and hit.end <= end for start, end in explained)
        for hit in seen.names
    )
    staff = any(name.startswith("staff_") for name in evidence)
    silenced = {ClueKind.PLACE} if "town" in evidence else set()
    if named_otherwise or staff:
        silenced |= {*_BESIDE}
    if staff:
        silenced |= {ClueKind.NAME}
    return {lesson for lesson in against if lesson.clue.kind in silenced}


def shifted(relevance: float, spoken: Iterable[Spoken]) -> float:
    """A probability, moved by what lessons say: in log-odds, and no further than the bound."""
    weights = lesson_weights()
    moved = sum(
        weights[each.lesson.clue.kind] * (1 if each.lesson.sense is Sense.OURS else -1)
        for each in spoken
    )
    if not moved:
        return relevance
    p = min(max(relevance, 1e-6), 1 - 1e-6)
    odds = math.log(p / (1 - p)) + max(-weights["most"], min(weights["most"], moved))
    return 1 / (1 + math.exp(-odds))
