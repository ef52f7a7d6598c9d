"""The trained reader: one small neural network that answers every question of the judging stage,
and beside it a straight weighing of words (nlp/linear.py); their log-odds are averaged.

It runs by onnxruntime on two threads, offline and without torch. What it was trained on, how
well it does and where it fails: nlp/model/card.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from monitor.domain import Category, Sentiment, Severity
from nlp.linear import load as load_linear
from nlp.reading import Reading, Telling, Thresholds
from nlp.rendering import Rendered, plain

MODEL = Path(__file__).parent / "model"
THREADS = 2
# Read at once: more costs memory and gains nothing on two cores.
_MOST_WINDOWS, _MOST_TOKENS = 16, 1024

Numbers = NDArray[np.float32]


class Reader:
    """Building it loads the weights (a quarter of a second); use one for many texts."""

    def __init__(self, folder: Path = MODEL) -> None:
        facts = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
        self.version = str(facts["version"])
        self.evidence = tuple(facts["evidence"])
        self.thresholds = _thresholds(facts["thresholds"])
        self._trust = {head: float(share) for head, share in facts["linear"].items()}
        self._linear = load_linear(folder / "linear.npz")
        self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokens.enable_truncation(int(facts["longest"]), stride=int(facts["overlap"]))
        self._network = onnxruntime.InferenceSession(
            str(folder / "reader.onnx"), _options(), providers=["CPUExecutionProvider"]
        )

    def read(self, texts: Sequence[tuple[Rendered, Sequence[float]]]) -> list[Reading]:
        """One reading for each text with its evidence (nlp/evidence.py), in order.

        A text longer than the reader's window is read in overlapping windows; what is
        found in one of them is found in the text.
        """
        return [
            _reading(seen, _most([self._odds(one, rendered.text, evidence) for one in seen]))
            for seen, (rendered, evidence) in zip(self._seen(texts), texts, strict=True)
        ]

    def _odds(self, seen: _Seen, text: str, evidence: Sequence[float]) -> dict[str, Numbers]:
        """For each head the log-odds of network and words, averaged as they are trusted."""
        start, end = _extent(seen.window)
        return {
            head: (1.0 - self._trust[head]) * _log_odds(head, seen.answers[head])
            + self._trust[head] * words
            for head, words in self._linear.logits(text[start:end], evidence).items()
        }

    def by_itself(self, texts: Sequence[str]) -> list[Numbers]:
        """How hateful, offensive, sexist ... each text sounds, whomever it concerns, 0..1, in
        the order of QUESTIONS in nlp/train/public.py; for benchmarks."""
        nothing = [0.0] * len(self.evidence)
        seen = self._seen([(Rendered(plain(text), ()), nothing) for text in texts])
        return [np.max([one.answers["public"] for one in windows], axis=0) for windows in seen]

    def _seen(self, texts: Sequence[tuple[Rendered, Sequence[float]]]) -> list[list[_Seen]]:
        """For each text its windows, with what the network answers."""
        windows = [
            (number, window)
            for number, found in enumerate(self._tokens.encode_batch([t.text for t, _ in texts]))
            for window in (found, *found.overflowing)
        ]
        seen: list[list[_Seen]] = [[] for _ in texts]
        # of like length together: a batch is as slow as its longest
        windows.sort(key=lambda pair: len(pair[1].ids))
        for batch in _batches(windows):
            outputs = self._run([w for _, w in batch], [texts[number][1] for number, _ in batch])
            for (number, window), answers in zip(batch, outputs, strict=True):
                seen[number].append(_Seen(window, answers))
        return seen

    def _run(
        self, windows: Sequence[Encoding], evidence: Sequence[Sequence[float]]
    ) -> Iterator[dict[str, Numbers]]:
        longest = max(len(window.ids) for window in windows)
        ids = np.zeros((len(windows), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, window in enumerate(windows):
            ids[row, : len(window.ids)] = window.ids
            mask[row, : len(window.ids)] = 1
        names = [output.name for output in self._network.get_outputs()]
        inputs = {"ids": ids, "mask": mask, "evidence": np.asarray(evidence, np.float32)}
        outputs = self._network.run(names, inputs)
        for row in range(len(windows)):
            yield {name: out[row] for name, out in zip(names, outputs, strict=True)}


@cache
def reader() -> Reader:
    """The one reader of this process."""
    return Reader()


@dataclass(frozen=True, slots=True)
class _Seen:
    """One window and what the network answered, as probabilities."""

    window: Encoding
    answers: Mapping[str, Numbers]


def _batches(windows: Sequence[tuple[int, Encoding]]) -> Iterator[list[tuple[int, Encoding]]]:
    """Of windows that grow longer: what is read at once."""
    batch: list[tuple[int, Encoding]] = []
    for one in windows:
        tokens = (len(batch) + 1) * len(one[1].ids)
        if batch and (len(batch) == _MOST_WINDOWS or tokens > _MOST_TOKENS):
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def _extent(window: Encoding) -> tuple[int, int]:
    """Where a window begins and ends in its text."""
    places = [place for place in window.offsets if place[1] > place[0]]
    return (places[0][0], places[-1][1]) if places else (0, 0)


def _most(windows: Sequence[dict[str, Numbers]]) -> dict[str, Numbers]:
    """What is found in one window is found in the text; its mood is that of the window that
    is most about the school."""
    about = max(windows, key=lambda odds: float(odds["about"][0]))
    most = {head: np.max([odds[head] for odds in windows], axis=0) for head in about}
    return most | {"sentiment": about["sentiment"]}


def _log_odds(head: str, chance: Numbers) -> Numbers:
    """Of answers that exclude one another, the logarithm of each is enough."""
    rest = 1.0 if head == "sentiment" else 1.0 - chance
    odds: Numbers = np.log((chance + 1e-6) / (rest + 1e-6))
    return odds


def _chance(odds: Numbers) -> Numbers:
    chance: Numbers = np.reciprocal(1.0 + np.exp(-odds)).astype(np.float32)
    return chance


def _reading(seen: Sequence[_Seen], odds: Mapping[str, Numbers]) -> Reading:
    mood = np.exp(odds["sentiment"] - odds["sentiment"].max())
    return Reading(
        about=float(_chance(odds["about"])[0]),
        categories=dict(zip(Category, _chance(odds["categories"]).tolist(), strict=True)),
        at_least=dict(zip(list(Severity)[1:], _chance(odds["severity"]).tolist(), strict=True)),
        sentiment=dict(zip(Sentiment, (mood / mood.sum()).tolist(), strict=True)),
        telling={c: tuple(_telling(seen, n)) for n, c in enumerate(Category)},
    )


_SPEAKS = 0.4  # a word from here on belongs to the reason
_GAP = 2  # tokens between two words of one reason


def _telling(seen: Sequence[_Seen], column: int) -> Iterator[Telling]:
    for one in seen:
        scores = one.answers["words"][: len(one.window.ids), column]
        for run in _runs(np.flatnonzero(scores >= _SPEAKS).tolist(), _GAP):
            places = [one.window.offsets[n] for n in range(run[0], run[-1] + 1)]
            start, end = min(p[0] for p in places), max(p[1] for p in places)
            if end > start:
                yield Telling(start=start, end=end, score=float(scores[run].max()))


def _runs(numbers: Sequence[int], gap: int) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number - runs[-1][-1] <= gap:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _thresholds(facts: Mapping[str, object]) -> Thresholds:
    categories, at_least = facts["categories"], facts["at_least"]
    assert isinstance(categories, dict)
    assert isinstance(at_least, dict)
    return Thresholds(
        about=float(str(facts["about"])),
        categories={Category(name): float(value) for name, value in categories.items()},
        at_least={Severity(name): float(value) for name, value in at_least.items()},
    )


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    # a thread that waits must not burn the core that another program needs
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False  # the arena keeps the memory of the longest text for good
    return options
