"""The one door to the judging stage: a mention and a school in, an assessment out."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.domain import Assessment, Mention, School
from monitor.lessons import Lesson
from nlp.judge import Case, Verdict, doubt_of, verdict_of
from nlp.language import why_not_english
from nlp.normalise import normalise
from nlp.profile import profile_of
from nlp.reasons import link_reasons, reasons_of
from nlp.relevance import link
from nlp.rules import words_hash
from nlp.windows import covered, merged, windows

if TYPE_CHECKING:
    from nlp.pipeline import Pipeline

WEIGHTS = Path(__file__).parent / "model"
REVIEW = "review"  # the channel, as a line of `monitor assess` names it
BATCH = 32  # texts judged together: the reader is twice as fast, and memory stays small

log = logging.getLogger(__name__)

Pair = tuple[Mention, School]


def model_version() -> str:
    """Of the weights, the words and what finds names together, told without loading them."""
    facts = json.loads((WEIGHTS / "reader.json").read_text(encoding="utf-8"))
    return f"{facts['version']}+{words_hash(WEIGHTS / 'persons.npz')}"


class Assessor:
    """Judges texts. Building it loads spaCy, all words and the reader; use one for many texts."""

    def __init__(self) -> None:
        from nlp.pipeline import Pipeline  # spaCy takes a second to load: only when needed

        self._pipeline: Pipeline = Pipeline()
        self.model = model_version()

    def __call__(
        self, mention: Mention, school: School, lessons: Sequence[Lesson] = ()
    ) -> Assessment:
        """Never raises: what cannot be judged is `not_assessed`, with the reason. *lessons*: of
        the school, as far as they are in force."""
        return self._batch([(mention, school)], tuple(lessons))[0]

    def many(self, pairs: Iterable[Pair]) -> Iterator[Assessment]:
        """One assessment for each pair, in order; reads a batch ahead, memory does not grow."""
        rest = iter(pairs)
        while batch := list(islice(rest, BATCH)):
            yield from self._batch(batch)

    def _batch(self, pairs: Sequence[Pair], lessons: tuple[Lesson, ...] = ()) -> list[Assessment]:
        try:
            return self._assess(pairs, lessons)
        except Exception as error:  # noqa: BLE001  # a mention must never be lost to our mistake
            if len(pairs) > 1:
                return [
                    self._batch([pair], lessons)[0] for pair in pairs
                ]  # only the one that fails
            log.error("a mention could not be judged: %s", type(error).__name__)
            return [self._unjudged(f"our own mistake ({type(error).__name__})")]

    def _assess(self, pairs: Sequence[Pair], lessons: tuple[Lesson, ...]) -> list[Assessment]:
        """Every text in pieces, all pieces read together, and put together again."""
        pieces = [list(self._pieces(mention, school, lessons)) for mention, school in pairs]
        flat = [case for cases in pieces for _, case in cases]
        self._pipeline.run([case for case in flat if case.unreadable is None])
        return [
            self._whole(mention, cases) for (mention, _), cases in zip(pairs, pieces, strict=True)
        ]

    def _pieces(
        self, mention: Mention, school: School, lessons: tuple[Lesson, ...]
    ) -> Iterator[tuple[int, Case]]:
        if not any(map(str.isalpha, mention.text)):
            return
        for at, piece in windows(mention.text):
            text = normalise(piece)
            yield (
                at,
                Case(
                    profile=profile_of(school),
                    original=piece,
                    text=text,
                    author=mention.author,
                    url=mention.url,
                    review=mention.source == REVIEW,
                    lessons=lessons,
                    unreadable=why_not_english(text.lower),
                ),
            )

    def _whole(self, mention: Mention, cases: Sequence[tuple[int, Case]]) -> Assessment:
        if not cases:
            return self._unjudged("there are no words to read, perhaps only a picture")
        judged = [(at, self._assessment(case)) for at, case in cases]
        assessment = merged(judged) if len(judged) > 1 else judged[0][1]
        if assessment.about_school and not covered(mention.text):
            return replace(assessment, not_assessed="longer than we judge; read the rest")
        return assessment

    def _assessment(self, case: Case) -> Assessment:
        if case.unreadable is not None:
            return self._by_name_only(case, case.unreadable)
        thresholds = self._pipeline.reader.thresholds
        if doubt := doubt_of(case, thresholds):
            return self._perhaps_ours(case, doubt)
        verdict = verdict_of(case, thresholds)
        return Assessment(
            about_school=verdict.about_school,
            relevance=round(case.relevance, 4),
            model=self.model,
            categories=verdict.categories,
            scores=verdict.scores,
            severity=verdict.severity,
            sentiment=verdict.sentiment,
            because=reasons_of(case, verdict),
            about_head=verdict.about_head,
            child_safety=verdict.child_safety,
            criticism=verdict.criticism,
        )

    def _by_name_only(self, case: Case, reason: str) -> Assessment:
        """Whether it is about us can be told in any language: names stay names."""
        case.link = link(case.profile, case.text, author=case.author, url=case.url)
        return Assessment(
            about_school=case.link.about_school,
            relevance=case.link.relevance,
            model=self.model,
            because=link_reasons(case),
            not_assessed=reason,
        )

    def _perhaps_ours(self, case: Case, doubt: Verdict) -> Assessment:
        """No flag, but who must not see it, and who must, cannot wait until somebody has read."""
        return Assessment(
            about_school=True,
            relevance=round(case.relevance, 4),
            model=self.model,
            because=link_reasons(case),
            not_assessed="it sounds serious, but may not be about the school",
            about_head=doubt.about_head,
            child_safety=doubt.child_safety,
        )

    def _unjudged(self, reason: str) -> Assessment:
        """In doubt it is about us, so that a person looks."""
        return Assessment(about_school=True, relevance=0.5, model=self.model, not_assessed=reason)
