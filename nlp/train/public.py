"""Public data sets, brought to one shape. What each is, and its licence: nlp/model/card.md.

Only training and development splits are read; the texts are never printed or logged.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from ast import literal_eval
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nlp.rendering import plain

# What the public data answer. Each text answers some of these; the rest is not known of it.
QUESTIONS = (
    "hate",
    "offensive",
    "sexist",
    "violent",
    "warm",
    "cross",
    "counter",
    "hatexplain_hate",
    "hatexplain_offensive",
)

_WARM = frozenset((0, 1, 4, 5, 13, 15, 17, 18, 20, 21, 23))  # GoEmotions: admiration ... relief
_CROSS = frozenset((2, 3, 9, 10, 11, 12, 14, 16, 19, 24, 25))  # anger ... sadness
_NEUTRAL = 27


@dataclass(frozen=True, slots=True)
class Sample:
    """One text, and what is known of it: question to 0..1."""

    text: str
    answers: Mapping[str, float]


def read_public(folder: Path) -> Iterator[Sample]:
    """Every text of every set, in a fixed order. Raises OSError when a set is missing."""
    for read in (_dynahate, _hatemoji, _ken20, _hatexplain, _edos, _threatgram, _cad,
                 _davidson, _toxic_spans, _goemotions):  # fmt: skip
        for text, answers in read(folder):
            if text.strip():
                yield Sample(plain(text[:1500]), answers)


def read_hate(folder: Path) -> Iterator[Sample]:
    """Only what teaches hate from what merely sounds like it."""
    for read in (_dynahate, _hatemoji):
        for text, answers in read(folder):
            yield Sample(plain(text[:400]), answers)


_Rows = Iterator[tuple[str, dict[str, float]]]


def _table(path: Path, *, tabs: bool = False) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        if tabs:
            yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        else:
            yield from csv.DictReader(io.StringIO(file.read()))


def _dynahate(folder: Path) -> _Rows:
    for row in _table(folder / "dynahate/dynahate_train.csv.gz"):
        yield row["text"], {"hate": float(row["label"])}


def _hatemoji(folder: Path) -> _Rows:
    for row in _table(folder / "hatemoji/hatemojibuild_train.csv.gz"):
        violent = float(row["type"] == "threateninglanguage")
        yield row["text"], {"hate": float(row["label_gold"]), "violent": violent}


def _ken20(folder: Path) -> _Rows:
    for number, row in enumerate(_table(folder / "measuring_hate_ken20/ken20_train_20692.csv.gz")):
        if number % 3 == 0:  # nearer to offence than to hate: a third is enough
            yield row["text"], {"offensive": float(row["label"])}


def _hatexplain(folder: Path) -> _Rows:
    for row in _table(folder / "hatexplain/hatexplain_train_from_magpie.csv.gz"):
        hateful, rude = row["label"].startswith("hate"), row["label"].startswith("off")
        yield (
            row["text"],
            {
                "hatexplain_hate": float(hateful),
                "hatexplain_offensive": float(rude),
                "offensive": float(hateful or rude),
            },
        )


def _edos(folder: Path) -> _Rows:
    for row in _table(folder / "edos/edos_train.csv.gz"):
        violent = float(row["label_category"].startswith("1"))
        yield row["text"], {"sexist": float(row["label_sexist"] == "sexist"), "violent": violent}


def _threatgram(folder: Path) -> _Rows:
    with gzip.open(folder / "threatgram101/Labeled_15076.json.gz", "rt", encoding="utf-8") as file:
        rows = json.load(file)
    seen: set[str] = set()
    for row in rows:
        if row["reply"] not in seen:
            seen.add(row["reply"])
            yield row["reply"], {"violent": float(int(row["Label"]) == 2)}


def _cad(folder: Path) -> _Rows:
    for row in _table(folder / "cad/cad_v1_1_train.tsv.gz", tabs=True):
        labels = row["labels"] or ""
        abusive = "Directed" in labels
        if abusive or "CounterSpeech" in labels or len(row["text"]) % 3 == 0:
            yield (
                row["text"],
                {
                    "offensive": float(abusive),
                    "counter": float("CounterSpeech" in labels),
                },
            )


def _davidson(folder: Path) -> _Rows:
    for number, row in enumerate(_table(folder / "davidson/labeled_data.csv.gz")):
        if row["class"] != "1" or number % 5 == 0:
            yield row["tweet"], {"offensive": float(row["class"] != "2")}


def _toxic_spans(folder: Path) -> _Rows:
    for row in _table(folder / "toxic_spans/tsd_train.csv.gz"):
        if not literal_eval(row["spans"]):
            continue  # toxic as a whole: says little about any words
        yield row["text"], {"offensive": 1.0}


def _goemotions(folder: Path) -> _Rows:
    with gzip.open(folder / "goemotions/train.tsv.gz", "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            text, labels, _ = line.rstrip("\n").split("\t")
            found = frozenset(map(int, labels.split(",")))
            if number % 3 and found == {_NEUTRAL}:
                continue
            answers = {"warm": float(bool(found & _WARM)), "cross": float(bool(found & _CROSS))}
            if found == {_NEUTRAL}:
                answers |= {"violent": 0.0, "hate": 0.0}
            yield text, answers
