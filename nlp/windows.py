"""Long texts are judged piece by piece: a word far from the school's name is not about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from monitor.domain import Assessment, Category, Sentiment

WINDOW = 8_000  # characters; a long newspaper article is about 6,000
OVERLAP = 800  # so that no sentence is only ever seen cut in two
MOST = 15  # windows; the sources hand over at most 100,000 characters


def windows(text: str) -> Iterator[tuple[int, str]]:
    """Pieces of *text* with where each begins, the last of them short; one for a short text."""
    return islice(_all_windows(text), MOST)


def _all_windows(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    while True:
        yield start, text[start : start + WINDOW]
        start += WINDOW - OVERLAP
        if start + OVERLAP >= len(text):
            return


def covered(text: str) -> bool:
    """Whether the windows reach the end."""
    return len(text) <= MOST * (WINDOW - OVERLAP) + OVERLAP


def merged(judged: Sequence[tuple[int, Assessment]]) -> Assessment:
    """The gravest of it all: what is said of the school in any piece is said of it."""
    readable = [(at, a) for at, a in judged if a.not_assessed is None or a.because] or judged
    ours = [a for _, a in readable if a.about_school] or [a for _, a in readable]
    return replace(
        max(ours, key=lambda a: a.severity.rank),
        about_school=any(a.about_school for a in ours),
        relevance=max(a.relevance for a in ours),
        categories=frozenset().union(*(a.categories for a in ours)),
        scores={c: max(a.scores.get(c, 0.0) for a in ours) for c in _scored(ours)},
        sentiment=_overall({a.sentiment for a in ours}),
        because=tuple(
            dict.fromkeys(
                replace(reason, start=reason.start + at, end=reason.end + at)
                for at, a in readable
                for reason in a.because
            )
        ),
        not_assessed=next((a.not_assessed for a in ours if a.not_assessed), None),
        about_head=any(a.about_head for a in ours),
        child_safety=any(a.child_safety for a in ours),
        criticism=any(a.criticism for a in ours) and not any(a.categories for a in ours),
    )


def _scored(judged: Sequence[Assessment]) -> list[Category]:
    return [c for c in Category if any(c in a.scores for a in judged)]


def _overall(found: set[Sentiment]) -> Sentiment:
    felt = found - {Sentiment.NEUTRAL}
    if not felt:
        return Sentiment.NEUTRAL
    return felt.pop() if len(felt) == 1 else Sentiment.MIXED
