"""The one door to the judging stage: a mention and a school in, an assessment out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace

from monitor.domain import Assessment, Mention, School
from nlp.judge import Case, link_reasons, reasons_of, verdict_of
from nlp.language import why_not_english
from nlp.normalise import normalise
from nlp.profile import profile_of
from nlp.relevance import link
from nlp.rules import words_hash
from nlp.windows import covered, merged, windows

RULES_VERSION = "rules-2026.11"

log = logging.getLogger(__name__)


class Assessor:
    """Judges texts by rules. Building it loads spaCy and all words; use one for many texts."""

    def __init__(self) -> None:
        from nlp.pipeline import CASE, build  # spaCy takes a second to load: only when needed

        self._nlp = build()
        self._case_key = CASE
        self.model = f"{RULES_VERSION}+{words_hash()}"

    def __call__(self, mention: Mention, school: School) -> Assessment:
        """Never raises: what cannot be judged is `not_assessed`, with the reason."""
        try:
            return self._assess(mention, school)
        except Exception as error:  # noqa: BLE001  # a mention must never be lost to our mistake
            log.error("a mention could not be judged: %s", type(error).__name__)
            return self._unjudged(f"our own mistake ({type(error).__name__})")

    def many(self, pairs: Iterable[tuple[Mention, School]]) -> Iterator[Assessment]:
        """One assessment for each pair, in order, as they come; memory does not grow."""
        return (self(mention, school) for mention, school in pairs)

    def _assess(self, mention: Mention, school: School) -> Assessment:
        if not any(map(str.isalpha, mention.text)):
            return self._unjudged("there are no words to read, perhaps only a picture")
        pieces = list(windows(mention.text))
        judged = [(at, self._piece(replace(mention, text=text), school)) for at, text in pieces]
        assessment = merged(judged) if len(judged) > 1 else judged[0][1]
        if assessment.about_school and not covered(mention.text):
            return replace(assessment, not_assessed="longer than we judge; read the rest")
        return assessment

    def _piece(self, mention: Mention, school: School) -> Assessment:
        case = Case(
            profile=profile_of(school),
            text=normalise(mention.text),
            author=mention.author,
            url=mention.url,
        )
        unreadable = why_not_english(case.text.lower)
        if unreadable is not None:
            return self._by_name_only(case, mention, unreadable)
        self._run(case)
        return self._assessment(case, mention)

    def _run(self, case: Case) -> None:
        doc = self._nlp.make_doc(case.text.text)
        doc.user_data[self._case_key] = case
        for _, component in self._nlp.pipeline:
            doc = component(doc)

    def _assessment(self, case: Case, mention: Mention) -> Assessment:
        verdict = verdict_of(case)
        return Assessment(
            about_school=case.about_school,
            relevance=case.link.relevance if case.link else 0.0,
            model=self.model,
            categories=verdict.categories,
            scores=verdict.scores,
            severity=verdict.severity,
            sentiment=verdict.sentiment,
            because=reasons_of(case, verdict, mention.text),
            about_head=verdict.about_head,
            child_safety=verdict.child_safety,
            criticism=verdict.criticism,
        )

    def _by_name_only(self, case: Case, mention: Mention, reason: str) -> Assessment:
        """Whether it is about us can be told in any language: names stay names."""
        found = link(case.profile, case.text, author=case.author, url=case.url)
        case.link = found
        return Assessment(
            about_school=found.about_school,
            relevance=found.relevance,
            model=self.model,
            because=link_reasons(case, mention.text),
            not_assessed=reason,
        )

    def _unjudged(self, reason: str) -> Assessment:
        """In doubt it is about us, so that a person looks."""
        return Assessment(about_school=True, relevance=0.5, model=self.model, not_assessed=reason)
