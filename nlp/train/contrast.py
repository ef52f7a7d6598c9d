"""Sentences of our own that name a group without hating it, and some that do hate: what the
public data hold too few of."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from nlp.rendering import plain
from nlp.train.public import Sample

_FILE = Path(__file__).with_name("contrast.toml")


def read_contrast() -> Iterator[Sample]:
    """Hateful or not, each sentence once."""
    with _FILE.open("rb") as file:
        sentences = tomllib.load(file)
    for hate, kind in ((0.0, "harmless"), (1.0, "hateful")):
        for sentence in sentences[kind]:
            yield Sample(plain(sentence), {"hate": hate})
