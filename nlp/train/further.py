"""Trains the reader that ships further, on posts it has not seen: python -m nlp.train.further
POSTS PUBLIC BASE --work FOLDER [--reader nlp/model] [--out nlp/model]

POSTS, PUBLIC, BASE: as for `python -m nlp.train`, of which this takes a part of the time. The
network is softened first, or what it knows by heart would drown what is new. Posts about new
schools are shown a few times among the old ones, some public data and sentences of our own,
lest it forget. Development schools are left out; thresholds are chosen
on them. Writes the model, and the network as it was before it was made small (network.pt).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import TypeVar

import torch
from tokenizers import Tokenizer

from nlp.evidence import NAMES
from nlp.posts import DEVELOPMENT_SCHOOLS, Post, apart, read_posts
from nlp.reader import Reader
from nlp.train.__main__ import UNDECIDED, write_model
from nlp.train.cases import cases_of, readings_of
from nlp.train.contrast import read_contrast
from nlp.train.loop import fit_posts
from nlp.train.network import Network, fresh, soften, still
from nlp.train.public import read_hate, read_public
from nlp.train.samples import PublicText, Window, read_texts, read_windows, tokenizer
from nlp.train.shipped import weights_of
from nlp.train.threads import threads_of
from nlp.train.thresholds import choose
from nlp.train.weigh import fit_linear

SEED = 3
STILL = 2  # lowest layers, which stay as they are
SOFTER = 0.15  # of the way back to what MiniLM was: what was learnt by heart goes first
DROPOUT = 0.2
RATE, FASTER = 1.2e-4, 3.0
EPOCHS, REPLAY = 1.5, 0.15
NEW_TIMES, THREADS = 2, 300
CONTRAST_TIMES, HATE, OTHERS = 3, 2500, 2500
T = TypeVar("T")
_WORDS = "encoder.embeddings.word_embeddings.weight"  # never trained, so as in BASE


def main(arguments: Sequence[str]) -> int:
    asked = _arguments(arguments)
    torch.set_num_threads(asked.threads)
    torch.manual_seed(SEED)
    asked.work.mkdir(parents=True, exist_ok=True)
    tokens = tokenizer(asked.base)
    windows = _windows(_shown(asked), tokens)
    texts = _texts(asked, tokens)
    _say(f"{len(windows)} windows, {len(texts)} public texts")
    network = _network(asked, tokens)
    fit_posts(
        network, windows, texts, epochs=asked.epochs, replay=asked.replay, seed=SEED, say=_say,
        rate=asked.rate, faster=FASTER, keep=lambda: _keep(network, asked.work),
        minutes=asked.minutes,
    )  # fmt: skip
    _keep(network, asked.work)
    _finish(asked, network, tokens)
    return 0


def _finish(asked: argparse.Namespace, network: Network, tokens: Tokenizer) -> None:
    """The weighing of words is made anew: for the thresholds without the development schools,
    then from all posts."""
    posts = read_posts(asked.posts)
    others, development = apart(posts, DEVELOPMENT_SCHOOLS)
    schools = sorted({post.school.id for post in others})
    trial = asked.work / "trial"
    words = fit_linear(others, cases_of(others))
    write_model(trial, network, tokens, words, UNDECIDED, schools)
    thresholds = choose(development, readings_of(Reader(trial), development))
    words = fit_linear(posts, cases_of(posts))
    write_model(asked.out, network, tokens, words, thresholds, schools)


def _shown(asked: argparse.Namespace) -> list[Post]:
    """New posts several times, all old ones once, and some of both in pairs."""
    facts = json.loads((asked.reader / "reader.json").read_text(encoding="utf-8"))
    others, _ = apart(read_posts(asked.posts), DEVELOPMENT_SCHOOLS)
    new, old = apart(others, frozenset(facts["schools"]))
    _say(f"{len(new)} new posts, {len(old)} old ones")
    return _shuffled([*new * NEW_TIMES, *old, *threads_of([*new, *old], THREADS, SEED)])


def _texts(asked: argparse.Namespace, tokens: Tokenizer) -> list[PublicText]:
    hate = _shuffled(list(read_hate(asked.public)))[: asked.hate]
    others = _shuffled(list(read_public(asked.public)))[: asked.others]
    shown = [*hate, *list(read_contrast()) * CONTRAST_TIMES, *others]
    return _shuffled(read_texts(shown, tokens))


def _windows(posts: Sequence[Post], tokens: Tokenizer) -> list[tuple[Window, ...]]:
    """A name before the text says little: every other post goes without."""
    halves = ((posts[::2], True), (posts[1::2], False))
    return [
        (window,)
        for half, signed in halves
        for windows in read_windows(half, tokens, signed=signed)
        for window in windows
    ]


def _shuffled(items: list[T]) -> list[T]:
    random.Random(SEED).shuffle(items)
    return items


def _network(asked: argparse.Namespace, tokens: Tokenizer) -> Network:
    """As it ships but softer, or as the last checkpoint in the work folder left it."""
    network = fresh(asked.base, len(NAMES), tokens.get_vocab())
    before = {name: weights.clone() for name, weights in network.named_parameters()}
    kept = asked.work / "network.pt"
    weights = torch.load(kept) if kept.exists() else weights_of(asked.reader / "reader.onnx")
    missing, unknown = network.load_state_dict(weights, strict=False)
    if unknown or not set(missing) <= {_WORDS}:
        raise ValueError(f"not the weights of this network: {missing}, {unknown}")
    if not kept.exists():
        soften(network, before, SOFTER)
    still(network, STILL)
    network.dropout.p = DROPOUT
    return network


def _keep(network: Network, work: Path) -> None:
    half = work / "network.half"  # a checkpoint that was cut off is worse than none
    torch.save(network.state_dict(), half)
    half.replace(work / "network.pt")


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m nlp.train.further")
    for name in ("posts", "public", "base"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--reader", type=Path, default=Path("nlp/model"))
    parser.add_argument("--out", type=Path, default=Path("nlp/model"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--replay", type=float, default=REPLAY, help="public batches for each")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--hate", type=int, default=HATE, help="texts of dynahate and Hatemoji")
    parser.add_argument("--others", type=int, default=OTHERS, help="texts of all public data")
    parser.add_argument("--minutes", type=float, default=inf, help="after which it ends")
    return parser.parse_args(arguments)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
