"""The words behind a judgement: where the school is named, and what speaks for each flag."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from monitor.domain import ABOUT_SCHOOL, Category, Reason
from nlp.judge import Case, Verdict


def reasons_of(case: Case, verdict: Verdict) -> tuple[Reason, ...]:
    """The words behind every flag and behind about_school, in the order of the text."""
    return _in_order(case, [*_link_reasons(case), *_flag_reasons(case, verdict)])


def link_reasons(case: Case) -> tuple[Reason, ...]:
    """Only the words for and against about_school."""
    return _in_order(case, _link_reasons(case))


_Found = tuple[str, str, int, int]  # category, rule, start and end in the normalised text


def _in_order(case: Case, found: Iterable[_Found]) -> tuple[Reason, ...]:
    reasons = {_reason(case, *one) for one in found}
    return tuple(sorted(reasons, key=lambda r: (r.start, r.end, r.category, r.rule)))


def _link_reasons(case: Case) -> Iterator[_Found]:
    for evidence in case.link.evidence if case.link else ():
        if evidence.end > evidence.start:
            yield ABOUT_SCHOOL, f"relevance.{evidence.name}", evidence.start, evidence.end
    for each in case.heeded:
        yield ABOUT_SCHOOL, each.lesson.rule, *each.span


def _flag_reasons(case: Case, verdict: Verdict) -> Iterator[_Found]:
    """The words that the reader points at, and the phrases and details that rules know; never
    none: then it is the text as a whole that speaks."""
    for category in verdict.categories:
        yield from list(_said(case, category)) or [
            (category.value, f"reader.{category.value}", 0, len(case.text.text))
        ]


def _said(case: Case, category: Category) -> Iterator[_Found]:
    for start, end in case.told(category):
        if says_something(case.text.text[start:end]):
            yield category.value, f"reader.{category.value}", start, end
    for hit in case.hits.get(category, ()):
        yield category.value, hit.rule.id, hit.start, hit.end
    if category is Category.IDENTIFYING:
        for detail in case.details:
            yield category.value, f"people.{detail.kind}", detail.start, detail.end


_SMALL_WORDS = """
all and any are but can did does for from had has have her him his how its just not our out she
that the them then there they this too was were what when who will with you your
"""
_SMALL = frozenset(_SMALL_WORDS.split())


def says_something(words: str) -> bool:
    """Whether a person would see why this is pointed at: not "is", nor a lone apostrophe."""
    long_enough = re.findall(r"[^\W_]{3,}", words.casefold())
    return any(word not in _SMALL for word in long_enough)


def _reason(case: Case, category: str, rule: str, start: int, end: int) -> Reason:
    first, last = case.text.origin(start, end)
    words = case.original[first:last]
    return Reason(category=category, rule=rule, start=first, end=last, text=words)
