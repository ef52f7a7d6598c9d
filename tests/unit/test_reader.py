"""The trained reader: what it is given, what it answers, and where its lines are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.domain import Category, Mention, Sentiment, Severity
from nlp.evidence import NAMES
from nlp.grams import BUCKETS, grams_of
from nlp.linear import HEADS, QUESTIONS, Linear, load, save
from nlp.posts import Post
from nlp.reader import MODEL, Reader
from nlp.reading import Reading
from nlp.rendering import Rendered
from nlp.train.thresholds import choose, f_score
from tests.wexcombe import WEXCOMBE

NOTHING = [0.0] * len(NAMES)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def _read(reader: Reader, *texts: str) -> list[Reading]:
    return reader.read([(Rendered(t, tuple(range(len(t)))), NOTHING) for t in texts])


def test_the_weights_are_small_enough_for_a_spare_computer() -> None:
    assert sum(path.stat().st_size for path in MODEL.iterdir()) <= 30_000_000


def test_it_was_trained_on_the_evidence_that_the_rules_give_today(reader: Reader) -> None:
    assert reader.evidence == NAMES


def test_every_answer_has_a_threshold(reader: Reader) -> None:
    assert set(reader.thresholds.categories) == set(Category)
    assert set(reader.thresholds.at_least) == set(Severity) - {Severity.NONE}


def test_every_answer_is_a_probability(reader: Reader) -> None:
    (found,) = _read(reader, "the bins were late again")
    numbers = [found.about, *found.categories.values(), *found.at_least.values()]
    assert all(0.0 <= p <= 1.0 for p in numbers)
    assert sum(found.sentiment.values()) == pytest.approx(1.0, abs=1e-4)


def test_a_text_reads_the_same_in_any_company(reader: Reader) -> None:
    texts = ["the bins were late again", "what a lovely assembly " * 40, "I will kill him " * 90]
    together, alone = _read(reader, *texts), [_read(reader, text)[0] for text in texts]
    for a, b in zip(together, alone, strict=True):
        # whole numbers are scaled by the largest of their batch, so a little may differ
        assert list(a.categories.values()) == pytest.approx(list(b.categories.values()), abs=0.1)


def test_long_texts_are_read_a_few_at_a_time_lest_memory_grow(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_at_once: list[tuple[int, ...]] = []
    run = reader._network.run

    def counted(names: list[str], inputs: dict[str, NDArray[np.int64]]) -> object:
        read_at_once.append(inputs["ids"].shape)
        return run(names, inputs)

    monkeypatch.setattr(reader, "_network", _Counted(counted, reader._network.get_outputs()))
    found = _read(reader, *["the bins were late again"] * 20, *["a lovely assembly " * 90] * 9)
    assert len(found) == 29
    assert max(texts * length for texts, length in read_at_once) <= 1024
    assert max(texts for texts, _ in read_at_once) == 16  # short ones go together


class _Counted:
    """The network, with what it is given at once written down."""

    def __init__(self, run: Callable[..., object], outputs: Sequence[object]) -> None:
        self.run = run
        self._outputs = outputs

    def get_outputs(self) -> Sequence[object]:
        return self._outputs


def test_pieces_of_a_text_lie_in_their_own_buckets() -> None:
    buckets, often = grams_of("ha ha ha once")
    assert list(buckets) == sorted(set(buckets))
    assert buckets.max() < 2 * BUCKETS
    assert often.min() == 1.0
    assert often.max() > 2.0  # "ha" stands there three times
    assert len(grams_of("")[0]) == 0


def test_the_weighing_of_words_survives_the_disk(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    kept = Linear(
        rarity=np.ones(2 * BUCKETS, np.float32),
        weights=rng.integers(-9, 9, (2 * BUCKETS, QUESTIONS)).astype(np.int8),
        scale=np.full(QUESTIONS, 0.1, np.float32),
        evidence=rng.random((len(NAMES), QUESTIONS)).astype(np.float32),
        bias=np.zeros(QUESTIONS, np.float32),
    )
    save(kept, tmp_path / "linear.npz")
    before, after = (
        one.logits("some words", NOTHING) for one in (kept, load(tmp_path / "linear.npz"))
    )
    assert list(before) == list(HEADS)
    for head, size in HEADS.items():
        assert before[head].shape == (size,)
        assert after[head] == pytest.approx(before[head])


def _post(severity: Severity, *categories: Category) -> Post:
    return Post(
        mention=Mention(source="s", external_id="1", url="", text="t"),
        school=WEXCOMBE,
        about_school=True,
        categories=frozenset(categories),
        severity=severity,
        sentiment=Sentiment.NEUTRAL,
    )


def _reading(chance: float) -> Reading:
    return Reading(
        about=1.0,
        categories=dict.fromkeys(Category, chance),
        at_least={s: chance for s in Severity if s is not Severity.NONE},
        sentiment=dict.fromkeys(Sentiment, 0.25),
        telling={},
    )


def test_a_threshold_is_drawn_where_the_answers_part() -> None:
    guilty = [(_post(Severity.CRITICAL, *Category), _reading(0.8))] * 5
    innocent = [(_post(Severity.NONE), _reading(0.5))] * 5
    posts, readings = zip(*guilty, *innocent, strict=True)
    low = choose(posts, [_reading(0.2)] * 5 + [_reading(0.1)] * 5)
    high = choose(posts, readings)
    assert isinstance(low["categories"], dict)
    assert isinstance(high["categories"], dict)
    assert all(low["categories"][c.value] < high["categories"][c.value] for c in Category)


def test_of_thresholds_that_are_as_good_the_middle_one_is_taken() -> None:
    guilty = [(_post(Severity.CRITICAL, *Category), _reading(0.7))] * 5
    innocent = [(_post(Severity.NONE), _reading(0.2))] * 5
    found = choose(*zip(*guilty, *innocent, strict=True))
    assert isinstance(found["at_least"], dict)
    assert found["at_least"]["high"] == 0.45  # all from .25 to .70 part them


def test_f_score_counts_what_is_missed_more_when_asked_to() -> None:
    missed = [(True, True), (True, False), (False, False)]
    wrong = [(True, True), (False, True), (False, False)]
    assert f_score(missed, 1.0) == f_score(wrong, 1.0) == pytest.approx(2 / 3)
    assert f_score(missed, 2.0) < f_score(wrong, 2.0)
    assert f_score([], 1.0) == 0.0
