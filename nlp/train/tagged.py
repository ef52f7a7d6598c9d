"""Sentences whose words are tagged by hand (Broad Twitter Corpus, WNUT 2017), and how well a chain
(nlp/persons.py) finds the persons in them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path

from nlp.bench import Rate
from nlp.persons import TAGS, Chain

Tagged = Sequence[tuple[str, str]]  # words of a sentence, each with its tag
_KINDS = {"person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG"}


def read_tagged(path: Path) -> Iterator[Tagged]:
    """The sentences of a file of words and tags, one a line, an empty line between sentences.
    Raises OSError when it is not there."""
    opened = gzip.open if path.suffix == ".gz" else Path.open
    sentence: list[tuple[str, str]] = []
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            word, _, tag = line.rstrip("\n").rpartition("\t")
            if word.strip():
                sentence.append((word.strip(), _tag(tag.strip())))
            elif sentence:
                yield sentence
                sentence = []
    if sentence:
        yield sentence


def _tag(tag: str) -> str:
    place, _, kind = tag.partition("-")
    found = f"{place}-{_KINDS.get(kind, kind)}"
    return found if found in TAGS else "O"


def persons_of(tags: Sequence[str]) -> set[tuple[int, int]]:
    """From where to where persons are named, in words."""
    found: set[tuple[int, int]] = set()
    start = None
    for at, tag in enumerate((*tags, "O")):
        if start is not None and tag != "I-PER":
            found.add((start, at))
            start = None
        if tag == "B-PER" or (tag == "I-PER" and start is None):
            start = at
    return found


def rates(chain: Chain, sentences: Sequence[Tagged]) -> dict[str, Rate]:
    """Persons, each whole and exact: all of them, and those that are no account (@name)."""
    counts = {"persons": [0, 0, 0], "persons by name": [0, 0, 0]}
    for sentence in sentences:
        words = [word for word, _ in sentence]
        wanted, given = persons_of([tag for _, tag in sentence]), persons_of(chain.tags(words))
        named = {at for at in wanted | given if not is_account(words, at[0])}
        for what, among in (("persons", wanted | given), ("persons by name", named)):
            for n, found in enumerate((wanted & given, wanted, given)):
                counts[what][n] += len(found & among)
    return {
        what: Rate(precision=right / max(1, given), recall=right / max(1, wanted))
        for what, (right, wanted, given) in counts.items()
    }


def is_account(words: Sequence[str], at: int) -> bool:
    """Whether the word is an account of somebody (@name), or the @ of one."""
    return words[at].startswith("@") or (at > 0 and words[at - 1] == "@")
