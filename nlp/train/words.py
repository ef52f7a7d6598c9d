"""Makes the weighing of words anew and leaves the network as it ships: python -m nlp.train.words
POSTS --work FOLDER --version NAME [--keep-thresholds] [--reader nlp/model] [--out nlp/model]

A few minutes on one core, without torch: for when new posts are there and nobody has hours of
processor time. Thresholds are chosen on the development schools, with words that have not seen
them, or stay as they are; then the words learn from all posts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from nlp.linear import save
from nlp.posts import DEVELOPMENT_SCHOOLS, Post, apart, read_posts
from nlp.reader import Reader
from nlp.train.cases import cases_of, readings_of
from nlp.train.samples import write_json
from nlp.train.thresholds import choose
from nlp.train.weigh import fit_linear

_NETWORK = ("reader.onnx", "tokenizer.json", "reader.json")


def main(arguments: Sequence[str]) -> int:
    asked = _arguments(arguments)
    posts = read_posts(asked.posts)
    changed: dict[str, object] = {"version": asked.version}
    if not asked.keep_thresholds:
        changed["thresholds"] = _chosen(asked, posts)
    folder = _with_words(asked.reader, asked.out, posts)
    facts = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
    write_json(folder / "reader.json", facts | changed)
    return 0


def _chosen(asked: argparse.Namespace, posts: Sequence[Post]) -> dict[str, object]:
    others, development = apart(posts, DEVELOPMENT_SCHOOLS)
    trial = _with_words(asked.reader, asked.work / "trial", others)
    return choose(development, readings_of(Reader(trial), development))


def _with_words(reader: Path, folder: Path, posts: Sequence[Post]) -> Path:
    """The network of *reader*, and beside it words that have learnt from *posts*."""
    _say(f"{len(posts)} posts for {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    for name in _NETWORK if folder.resolve() != reader.resolve() else ():
        shutil.copyfile(reader / name, folder / name)
    save(fit_linear(posts, cases_of(posts)), folder / "linear.npz")
    return folder


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m nlp.train.words")
    parser.add_argument("posts", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--keep-thresholds", action="store_true")
    parser.add_argument("--reader", type=Path, default=Path("nlp/model"))
    parser.add_argument("--out", type=Path, default=Path("nlp/model"))
    return parser.parse_args(arguments)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
