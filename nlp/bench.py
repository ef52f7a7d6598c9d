"""How well the judging stage does on labelled posts: `python -m nlp.bench FOLDER...`.

A folder holds posts.jsonl and profiles.json (see tests/quality/README.md). Prints numbers
only, never a word of a post. The numbers that count are those of tests/quality/test_posts.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.domain import Assessment, Category, Sentiment, Severity
from nlp.assess import Assessor
from nlp.names import NameBook
from nlp.normalise import normalise
from nlp.posts import Post, read_posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Precision, recall and F1 of a yes-or-no question, 0..1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All measures over one set of posts."""

    posts: int
    about_school: Rate
    categories: dict[Category, Rate]
    severity_exact: float
    severity_within_one: float
    alert: Rate  # high and critical
    sentiment_accuracy: float
    sentiment_macro_recall: float

    @property
    def macro_f1(self) -> float:
        return sum(rate.f1 for rate in self.categories.values()) / len(self.categories)


def measure(posts: Sequence[Post], found: Sequence[Assessment]) -> Scores:
    """Compare what annotators said with what we found."""
    pairs = list(zip(posts, found, strict=True))
    apart = [abs(post.severity.rank - f.severity.rank) for post, f in pairs]
    return Scores(
        posts=len(pairs),
        about_school=rate([(p.about_school, f.about_school) for p, f in pairs]),
        categories={
            c: rate([(c in p.categories, c in f.categories) for p, f in pairs]) for c in Category
        },
        severity_exact=_share([d == 0 for d in apart]),
        severity_within_one=_share([d <= 1 for d in apart]),
        alert=rate([(_alerts(p.severity), _alerts(f.severity)) for p, f in pairs]),
        sentiment_accuracy=_share([p.sentiment is f.sentiment for p, f in pairs]),
        sentiment_macro_recall=_macro_recall(pairs),
    )


def rate(pairs: Iterable[tuple[bool, bool]]) -> Rate:
    """From pairs of (true label, our answer)."""
    right = wanted = given = 0
    for truth, answer in pairs:
        right += truth and answer
        wanted += truth
        given += answer
    return Rate(
        precision=right / given if given else 0.0, recall=right / wanted if wanted else 0.0
    )


def exact_name(post: Post) -> bool:
    """The simplest baseline: the registered name, letter for letter."""
    return post.school.name in post.mention.text


def any_alias(post: Post) -> bool:
    """The usual keyword monitor: any name, nickname, handle or hashtag, however it is typed."""
    return bool(NameBook(post.school).find(normalise(post.mention.text)))


def main(arguments: Sequence[str]) -> int:
    folders = [Path(argument) for argument in arguments]
    if not folders or not all((folder / "posts.jsonl").is_file() for folder in folders):
        sys.stderr.write(
            "usage: python -m nlp.bench FOLDER... (each with posts.jsonl and profiles.json)\n"
        )
        return 2
    started = time.perf_counter()
    assessor = Assessor()
    _say(f"model {assessor.model}, ready in {time.perf_counter() - started:.2f} s")
    for folder in folders:
        _report(folder.name, read_posts(folder), assessor)
    return 0


def _report(name: str, posts: Sequence[Post], assessor: Assessor) -> None:
    started = time.process_time()  # a busy machine must not look like a slow program
    found = list(assessor.many((post.mention, post.school) for post in posts))
    seconds = time.process_time() - started
    scores = measure(posts, found)
    _say(f"\n{name}: {scores.posts} posts, {len(posts) / seconds:.0f} posts a second of one core")
    _say("about_school        ", scores.about_school)
    for baseline in (exact_name, any_alias):
        answers = rate([(post.about_school, baseline(post)) for post in posts])
        _say(f"  {baseline.__name__:<18}", answers)
    for category, answers in scores.categories.items():
        _say(f"{category.value:<20}", answers)
    _say(f"macro-F1 of categories {scores.macro_f1:.3f}")
    _say("alert (high, critical)", scores.alert)
    _say(
        f"severity exact {scores.severity_exact:.3f}, within one {scores.severity_within_one:.3f}"
    )
    _say(
        f"sentiment accuracy {scores.sentiment_accuracy:.3f}, "
        f"macro-recall {scores.sentiment_macro_recall:.3f}"
    )


def _say(line: str, rate_: Rate | None = None) -> None:
    if rate_ is not None:
        line += f" P {rate_.precision:.3f}  R {rate_.recall:.3f}  F1 {rate_.f1:.3f}"
    sys.stdout.write(line + "\n")


def _alerts(severity: Severity) -> bool:
    return severity.rank >= Severity.HIGH.rank


def _share(answers: Sequence[bool]) -> float:
    return sum(answers) / len(answers) if answers else 0.0


def _macro_recall(pairs: Sequence[tuple[Post, Assessment]]) -> float:
    recalls = [
        _share([f.sentiment is wanted for p, f in pairs if p.sentiment is wanted])
        for wanted in Sentiment
    ]
    return sum(recalls) / len(recalls)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
