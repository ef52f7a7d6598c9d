"""Labelled posts as the network sees them: token ids, evidence, and what is known of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from monitor.domain import Category, Sentiment, Severity
from nlp.evidence import evidence_of
from nlp.judge import Case
from nlp.normalise import Normalised, normalise
from nlp.pipeline import run_rules
from nlp.posts import Post
from nlp.profile import profile_of
from nlp.rendering import Mark, Rendered, render
from nlp.train.public import QUESTIONS
from nlp.train.public import Sample as PublicSample

LONGEST, OVERLAP = 256, 48  # tokens of a window; nine posts in ten are shorter
LONGEST_PUBLIC = 112
UNKNOWN = -1.0

Numbers = NDArray[np.float32]
_ABOUT_US = frozenset(Mark) - {Mark.PRIMARY, Mark.SECONDARY, Mark.OTHER_SCHOOL, Mark.WROTE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window of a post. `about` 0 or 1; the other labels count only where it is 1."""

    ids: Sequence[int]
    evidence: Sequence[float]
    about: float
    categories: Sequence[float]
    at_least: Sequence[float]  # low, medium, high, critical
    sentiment: int
    words: Numbers  # tokens x categories: which words speak for it


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicText:
    """A text of the public data; answers in the order of QUESTIONS, UNKNOWN where not asked."""

    ids: Sequence[int]
    answers: Sequence[float]


def tokenizer(base: Path) -> Tokenizer:
    """MiniLM's own, which also keeps our marks whole."""
    tokens = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokens.no_padding()
    tokens.add_special_tokens([mark.value for mark in Mark])
    tokens.enable_truncation(LONGEST, stride=OVERLAP)
    return tokens


def read_texts(samples: Iterable[PublicSample], tokens: Tokenizer) -> list[PublicText]:
    tokens.enable_truncation(LONGEST_PUBLIC)
    found = list(samples)
    encoded = tokens.encode_batch([sample.text for sample in found])
    tokens.enable_truncation(LONGEST, stride=OVERLAP)
    return [
        PublicText(ids=e.ids, answers=[s.answers.get(q, UNKNOWN) for q in QUESTIONS])
        for s, e in zip(found, encoded, strict=True)
    ]


def read_windows(posts: Sequence[Post], tokens: Tokenizer, *, signed: bool) -> list[list[Window]]:
    """For each post its windows; `signed`: with the author before the text."""
    cases = [_case(post, signed=signed) for post in posts]
    run_rules(cases)
    return [list(_windows(p, c, tokens)) for p, c in zip(posts, cases, strict=True)]


def _case(post: Post, *, signed: bool) -> Case:
    mention = post.mention
    return Case(
        profile=profile_of(post.school),
        original=mention.text,
        text=normalise(mention.text),
        author=mention.author if signed else "",
    )


def _windows(post: Post, case: Case, tokens: Tokenizer) -> Iterator[Window]:
    rendered = render(case.profile, case.text, case.names, author=case.author)
    whole = tokens.encode(rendered.text)
    marks = {tokens.token_to_id(mark.value) for mark in _ABOUT_US}
    spans = list(_spans(post, case.text))
    evidence = evidence_of(case)
    for window in (whole, *whole.overflowing):
        words = _words(window, rendered, spans)
        if whole.overflowing and not _says_something(post, window, words, marks):
            continue
        yield Window(
            ids=window.ids,
            evidence=evidence,
            about=float(post.about_school),
            categories=[float(c in post.categories) for c in Category],
            at_least=[float(post.severity.rank >= s.rank) for s in list(Severity)[1:]],
            sentiment=list(Sentiment).index(post.sentiment),
            words=words,
        )


def _says_something(post: Post, window: Encoding, words: Numbers, marks: set[int | None]) -> bool:
    """Of a long post, the windows that hold what its labels speak of."""
    return bool(words.any()) if post.categories else bool(marks & set(window.ids))


def _spans(post: Post, text: Normalised) -> Iterator[tuple[Category, int, int]]:
    """The annotator's words, in offsets of the normalised text."""
    place = {original: n for n, original in reversed(list(enumerate(text.starts)))}
    for category, words in post.spans:
        start = post.mention.text.find(words)
        found = [place[at] for at in range(start, start + len(words)) if at in place]
        if start >= 0 and found:
            yield category, found[0], found[-1] + 1


def _words(
    window: Encoding, rendered: Rendered, spans: Sequence[tuple[Category, int, int]]
) -> Numbers:
    told = np.zeros((len(window.ids), len(Category)), np.float32)
    for row, (start, end) in enumerate(window.offsets):
        place = rendered.origin(start, end)
        for category, first, last in spans if place else ():
            if place and first <= place[0] < last:
                told[row, list(Category).index(category)] = 1.0
    return told


def write_json(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
