"""Our judging beside what else can be had: python -m tests.bench.peers TRAIN TEST [SUITES]

TRAIN and TEST: folders of labelled posts. SUITES: a folder of public tests (suites.py), if they
are at hand. Prints numbers only, each as it comes. `make bench-nlp` installs the peers.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from better_profanity import profanity
from presidio_analyzer.predefined_recognizers import (
    EmailRecognizer,
    NhsRecognizer,
    PhoneRecognizer,
    UkNinoRecognizer,
)
from profanity_check import predict_prob
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from monitor.domain import Assessment, Category, Sentiment, Severity
from nlp.assess import Assessor
from nlp.bench import Rate, any_alias, exact_name, measure, rate
from nlp.posts import Post, read_posts
from tests.bench.suites import Row, suites


def main(arguments: Sequence[str]) -> int:
    if len(arguments) not in (2, 3):
        sys.stderr.write("usage: python -m tests.bench.peers TRAIN TEST [SUITES]\n")
        return 2
    train, test = (read_posts(Path(folder)) for folder in arguments[:2])
    for rows in (_ours(test), _names(test), _detectors(test), _moods(test),
                 _regression(train, test)):  # fmt: skip
        _say(rows)
    for folder in arguments[2:]:
        _say(suites(Path(folder), {"alt-profanity-check": _profane}))
    return 0


def _say(rows: Iterable[Row]) -> None:
    for who, what, number in rows:
        sys.stdout.write(f"{who:<28}{what:<60}{number}\n")
        sys.stdout.flush()


def _profane(text: str) -> bool:
    return bool(predict_prob([text])[0] >= 0.5)


def _ours(test: Sequence[Post]) -> Iterator[Row]:
    assessor = Assessor()
    started = time.perf_counter()
    found = list(assessor.many((p.mention, p.school) for p in test))
    speed = len(test) / (time.perf_counter() - started)
    scores = measure(test, found)
    yield from (
        ("ours", "about_school F1", _f1(scores.about_school)),
        ("ours", "nine categories, macro-F1", f"{scores.macro_f1:.3f}"),
        *(("ours", f"  {c.value} F1", _f1(r)) for c, r in scores.categories.items()),
        ("ours", "alerts F1", _f1(scores.alert)),
        ("ours", "severity exact / within one",
         f"{scores.severity_exact:.3f} / {scores.severity_within_one:.3f}"),
        ("ours", "sentiment macro-recall", f"{scores.sentiment_macro_recall:.3f}"),
        ("ours", "flagged at all F1", _f1(rate(_flagged(test, found)))),
        ("ours", "posts a second, two cores", f"{speed:.0f}"),
    )  # fmt: skip


def _flagged(test: Sequence[Post], found: Sequence[Assessment]) -> list[tuple[bool, bool]]:
    return [(bool(p.categories), bool(f.categories)) for p, f in zip(test, found, strict=True)]


def _names(test: Sequence[Post]) -> Iterator[Row]:
    for name, by in (("exact name", exact_name), ("any alias", any_alias)):
        yield name, "about_school F1", _f1(rate((p.about_school, by(p)) for p in test))


def _detectors(test: Sequence[Post]) -> Iterator[Row]:
    """Word lists and patterns answer one question: is there anything?"""
    detectors: dict[str, Callable[[str], bool]] = {
        "alt-profanity-check": _profane,
        "better-profanity": lambda text: bool(profanity.contains_profanity(text)),
    }
    for name, says in detectors.items():
        answers = rate((bool(p.categories), says(p.mention.text)) for p in test)
        yield name, "flagged at all F1", _f1(answers)
    personal = _presidio()
    named = ((Category.IDENTIFYING in p.categories, personal(p.mention.text)) for p in test)
    yield "presidio, its patterns", "  identifying F1", _f1(rate(named))


def _presidio() -> Callable[[str], bool]:
    recognisers = [
        EmailRecognizer(),
        NhsRecognizer(),
        PhoneRecognizer(supported_regions=("GB",)),
        UkNinoRecognizer(),
    ]

    def says(text: str) -> bool:
        return any(r.analyze(text, r.supported_entities, None) for r in recognisers)

    return says


def _moods(test: Sequence[Post]) -> list[Row]:
    vader = SentimentIntensityAnalyzer()
    recalls = []
    for wanted in Sentiment:
        posts = [p for p in test if p.about_school and p.sentiment is wanted]
        right = sum(_mood(vader.polarity_scores(p.mention.text)) is wanted for p in posts)
        recalls.append(right / len(posts) if posts else 0.0)
    return [("VADER, told which are ours", "sentiment macro-recall",
             f"{sum(recalls) / len(recalls):.3f}")]  # fmt: skip


def _mood(scores: dict[str, float]) -> Sentiment:
    if scores["compound"] >= 0.05:
        return Sentiment.POSITIVE
    return Sentiment.NEGATIVE if scores["compound"] <= -0.05 else Sentiment.NEUTRAL


def _regression(train: Sequence[Post], test: Sequence[Post]) -> Iterator[Row]:
    """Told which posts are about the school, as ours is not."""
    train, test = ([p for p in posts if p.about_school] for posts in (train, test))
    texts, asked = ([p.mention.text for p in posts] for posts in (train, test))

    def answers(labels: Sequence[bool]) -> Sequence[bool]:
        features = make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True),
        )
        model = make_pipeline(features, LogisticRegression(C=4, class_weight="balanced"))
        return [bool(a) for a in model.fit(texts, labels).predict(asked)]

    who, rates = "TF-IDF, told which are ours", []
    for c in Category:
        given = answers([c in p.categories for p in train])
        rates.append(rate(zip((c in p.categories for p in test), given, strict=True)))
    yield who, "nine categories, macro-F1", f"{sum(r.f1 for r in rates) / len(rates):.3f}"
    alerts = answers([p.severity.rank >= Severity.HIGH.rank for p in train])
    alert = rate(zip((p.severity.rank >= Severity.HIGH.rank for p in test), alerts, strict=True))
    yield who, "alerts F1", _f1(alert)


def _f1(answers: Rate) -> str:
    return f"{answers.f1:.3f}  (P {answers.precision:.3f}, R {answers.recall:.3f})"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
