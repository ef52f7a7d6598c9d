"""Learning the words anew: a reader that differs from ours in nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.domain import Category
from nlp.evidence import evidence_of
from nlp.linear import load
from nlp.posts import DEVELOPMENT_SCHOOLS, Post, read_posts
from nlp.reader import MODEL, Reader
from nlp.rendering import render
from nlp.train.cases import cases_of
from nlp.train.words import main

POSTS = Path(__file__).parents[1] / "quality" / "school_posts"
EVERY = 140  # of ten thousand posts, so that all is learnt in a few seconds

pytestmark = pytest.mark.xdist_group("train_words")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command leaves behind: posts, trial, and two readers."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "posts").mkdir()
    lines = (POSTS / "posts.jsonl").read_text(encoding="utf-8").splitlines()[::EVERY]
    (folder / "posts/posts.jsonl").write_text("\n".join(lines), encoding="utf-8")
    profiles = (POSTS / "profiles.json").read_text(encoding="utf-8")
    (folder / "posts/profiles.json").write_text(profiles, encoding="utf-8")
    asked = [str(folder / "posts"), "--work", str(folder), "--version", "reader-new"]
    assert main([*asked, "--out", str(folder / "new")]) == 0
    assert main([*asked, "--out", str(folder / "kept"), "--keep-thresholds"]) == 0
    return folder


@pytest.fixture(scope="module")
def posts(folder: Path) -> list[Post]:
    return read_posts(folder / "posts")


def _facts(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
    return found


def test_the_network_stays_as_it_ships(folder: Path) -> None:
    for name in ("reader.onnx", "tokenizer.json"):
        assert (folder / "new" / name).read_bytes() == (MODEL / name).read_bytes()


def test_it_bears_the_new_name_and_reads(folder: Path) -> None:
    assert Reader(folder / "new").version == "reader-new"
    ours, new = _facts(MODEL), _facts(folder / "new")
    assert {key for key in ours if ours[key] != new[key]} == {"version", "thresholds"}


def test_thresholds_stay_when_asked_to(folder: Path) -> None:
    assert _facts(folder / "kept")["thresholds"] == _facts(MODEL)["thresholds"]


def test_the_words_have_learnt_from_the_posts(folder: Path, posts: list[Post]) -> None:
    words = load(folder / "new" / "linear.npz")
    number = list(Category).index(Category.DEFAMATION)
    charged, free = [], []
    for post, case in zip(posts, cases_of(posts), strict=True):
        text = render(case.profile, case.text, case.names).text
        says = float(words.logits(text, evidence_of(case))["categories"][number])
        if post.about_school:
            (charged if Category.DEFAMATION in post.categories else free).append(says)
    assert sum(says > 0 for says in charged) > 0.9 * len(charged)
    assert sum(says < 0 for says in free) > 0.9 * len(free)


def test_thresholds_are_chosen_with_words_that_have_not_seen_their_schools(
    folder: Path, posts: list[Post]
) -> None:
    of_development = sum(post.school.id in DEVELOPMENT_SCHOOLS for post in posts)
    assert of_development > 0
    trial, new = (load(folder / name / "linear.npz") for name in ("trial", "new"))
    assert (trial.rarity > 0).sum() < (new.rarity > 0).sum()
