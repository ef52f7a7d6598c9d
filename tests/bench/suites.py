"""Public tests of what we judge by: final measures, never trained or tuned on.

A folder with the files as their makers publish them; what is missing is said. Nothing but
numbers is printed. Where a text is to be judged as ours, it is judged as if it stood on the
school's own website. The thresholds are one half, or those of the reader: none was chosen here.
"""

from __future__ import annotations

import csv
import gzip
import json
from ast import literal_eval
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from monitor.domain import Assessment, Category, Mention, School
from nlp.assess import Assessor
from nlp.bench import rate
from nlp.persons import chain
from nlp.reader import reader
from nlp.train.public import QUESTIONS
from nlp.train.tagged import rates, read_tagged
from tests.wexcombe import WEXCOMBE

Row = tuple[str, str, str]  # who, what, the number
Says = Callable[[str], bool]

_AT_ONCE = 64
_HATEXPLAIN = ("hate", "normal", "offensive")  # as its annotators' numbers say
_NEUTRAL = "27"  # GoEmotions
_PLAIN_HARM = ("S", "H", "V", "HR", "SH")  # of the moderation set: asked of nearly every text


def suites(folder: Path, peers: Mapping[str, Says]) -> Iterator[Row]:
    """Every test whose file is in *folder*, beside *peers* where they answer the same."""
    for name, measured in (
        ("hatecheck.csv", lambda path: _hate(path, "test_case", peers)),
        ("hatemojicheck.csv", lambda path: _hate(path, "text", peers)),
        ("xstest_prompts.csv", lambda path: _xstest(path, peers)),
        ("samples-1680.jsonl.gz", lambda path: _harmless(path, _moderation(path), peers)),
        ("goemotions_test.tsv", lambda path: _harmless(path, _goemotions(path), peers)),
        ("edos_labelled_aggregated.csv", _edos),
        ("hatexplain_test.csv", _hatexplain),
        ("tweeteval_offensive_test_text.txt", _tweeteval),
        ("gias_schools.csv.gz", _register),
        ("btc.test", _persons),
    ):
        if (folder / name).is_file():
            yield from measured(folder / name)
        else:
            yield "ours", name, "not measured: the file is not there"


def _hate(path: Path, column: str, peers: Mapping[str, Says]) -> Iterator[Row]:
    cases = _table(path)
    texts, functions = ([case[key] for case in cases] for key in (column, "functionality"))
    truth = [case["label_gold"] in ("hateful", "1") for case in cases]
    for who, answers in (
        ("ours", [p >= 0.5 for p in _sounds(texts, "hate")]),
        *((who, [says(text) for text in texts]) for who, says in peers.items()),
    ):
        right = [t == a for t, a in zip(truth, answers, strict=True)]
        yield who, f"{path.name} accuracy", f"{_share(right):.3f}"
        for function in dict.fromkeys(functions):
            found = [r for r, f in zip(right, functions, strict=True) if f == function]
            yield who, f"  {function}", f"{_share(found):.2f}"


def _xstest(path: Path, peers: Mapping[str, Says]) -> Iterator[Row]:
    safe = [case["prompt"] for case in _table(path) if case["label"] == "safe"]
    threats = [Category.THREAT in judged.categories for judged in _as_ours(safe)]
    what = f"{path.name}, {len(safe)} safe prompts, not a threat"
    yield "ours", what, f"{1 - _share(threats):.3f}"
    for who, says in peers.items():
        yield who, what, f"{1 - _share([says(text) for text in safe]):.3f}"


def _harmless(path: Path, texts: Sequence[str], peers: Mapping[str, Says]) -> Iterator[Row]:
    """The share that is flagged although nothing is the matter."""
    judged = list(_as_ours(texts))
    what = f"{path.name}, {len(texts)} harmless texts"
    yield "ours", f"{what}, flagged", f"{_share([bool(j.categories) for j in judged]):.3f}"
    yield "ours", "  would alert", f"{_share([j.severity.rank >= 3 for j in judged]):.3f}"
    counted = Counter(c for one in judged for c in one.categories)
    for category, number in counted.most_common():
        yield "ours", f"  {category.value}", f"{number / len(judged):.3f}"
    for who, says in peers.items():
        yield who, f"{what}, flagged", f"{_share([says(text) for text in texts]):.3f}"


def _moderation(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [
        row["prompt"]
        for row in rows
        if not any(row[key] for key in row if key != "prompt")
        and all(key in row for key in _PLAIN_HARM)
    ]


def _goemotions(path: Path) -> list[str]:
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [text for text, labels, _ in rows if labels == _NEUTRAL]


def _edos(path: Path) -> Iterator[Row]:
    rows = [row for row in _table(path) if row["split"] == "test"]
    truth = [row["label_sexist"] for row in rows]
    answers = [
        "sexist" if p >= 0.5 else "not sexist"
        for p in _sounds([row["text"] for row in rows], "sexist")
    ]
    yield "ours", "EDOS A test, macro-F1", f"{_macro_f1(truth, answers):.3f}"


def _hatexplain(path: Path) -> Iterator[Row]:
    rows, truth, texts = _table(path), [], []
    for row in rows:
        given = Counter(literal_eval(row["annotators"])["label"]).most_common()
        if given[0][1] > 1:  # three annotators, three answers: it has no label
            truth.append(_HATEXPLAIN[given[0][0]])
            texts.append(" ".join(literal_eval(row["post_tokens"])))
    hate, rude = (_sounds(texts, f"hatexplain_{what}") for what in ("hate", "offensive"))
    answers = [_loudest(h, r) for h, r in zip(hate, rude, strict=True)]
    yield "ours", "HateXplain test, three classes, macro-F1", f"{_macro_f1(truth, answers):.3f}"


def _loudest(hate: float, rude: float) -> str:
    normal = max(0.0, 1.0 - hate - rude)
    return max(zip((hate, normal, rude), _HATEXPLAIN, strict=True))[1]


def _tweeteval(path: Path) -> Iterator[Row]:
    texts = path.read_text(encoding="utf-8").splitlines()
    labels = path.with_name(path.name.replace("_text", "_labels"))
    truth = labels.read_text(encoding="utf-8").split()
    answers = [str(int(p >= 0.5)) for p in _sounds(texts, "offensive")]
    yield "ours", "TweetEval offensive test, macro-F1", f"{_macro_f1(truth, answers):.3f}"


def _register(path: Path) -> Iterator[Row]:
    """Every open school of the register, in a harmless sentence that names it and its town."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = {(r["name"], r["town"]) for r in csv.DictReader(file) if not r["close_date"]}
    pairs = [_harmlessly_named(name, town) for name, town in sorted(rows)]
    judged = list(Assessor().many(pairs))
    what = f"{path.name}, {len(pairs)} schools named harmlessly"
    yield "ours", f"{what}, flagged", str(sum(bool(j.categories) for j in judged))
    yield "ours", "  not taken for the school", str(sum(not j.about_school for j in judged))
    yield "ours", "  not assessed", str(sum(j.not_assessed is not None for j in judged))


def _persons(path: Path) -> Iterator[Row]:
    """Of the Broad Twitter Corpus: four persons in five are accounts (@name) there."""
    for what, found in rates(chain(), list(read_tagged(path))).items():
        yield "ours", f"{path.name}, {what}, whole and exact, F1", f"{found.f1:.3f}"


def _harmlessly_named(name: str, town: str) -> tuple[Mention, School]:
    text = f"The autumn fair at {name} in {town} is on Saturday from two, with cakes and a raffle."
    school = School(id="one", name=name, town=town)
    return Mention(source="register", external_id="1", url="", text=text), school


def _sounds(texts: Sequence[str], question: str) -> list[float]:
    column, rest = QUESTIONS.index(question), iter(texts)
    found: list[float] = []
    while some := list(islice(rest, _AT_ONCE)):
        found += [float(answers[column]) for answers in reader().by_itself(some)]
    return found


def _as_ours(texts: Sequence[str]) -> Iterator[Assessment]:
    own = f"{WEXCOMBE.website}/guestbook"
    return Assessor().many(
        (Mention(source="suite", external_id="1", url=own, text=text), WEXCOMBE) for text in texts
    )


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _macro_f1(truth: Sequence[str], answers: Sequence[str]) -> float:
    kinds = sorted(set(truth))
    pairs = list(zip(truth, answers, strict=True))
    return sum(rate((t == kind, a == kind) for t, a in pairs).f1 for kind in kinds) / len(kinds)


def _share(answers: Sequence[bool]) -> float:
    return sum(answers) / len(answers) if answers else 0.0
