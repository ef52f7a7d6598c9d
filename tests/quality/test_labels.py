"""The labelled posts keep the rules of labelling. Only ids are ever printed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.domain import Category, Sentiment, Severity

HERE = Path(__file__).parent
FOLDERS = ["school_posts", "test_posts"]

Row = dict[str, Any]


def _rows(folder: str) -> list[Row]:
    with (HERE / folder / "posts.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _schools(folder: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        (HERE / folder / "profiles.json").read_text(encoding="utf-8")
    )
    return found


def _is_known(row: Row) -> bool:
    return (
        {*row["categories"], *(category for category, _ in row["spans"])} <= {*Category}
        and row["severity"] in {*Severity}
        and row["sentiment"] in {*Sentiment}
    )


def _says_nothing_of_others(row: Row) -> bool:
    return row["about_school"] or (not row["categories"] and row["severity"] == "none")


def _is_as_bad_as_something(row: Row) -> bool:
    return not row["categories"] or row["severity"] != "none"


def _spans_stand_in_the_text(row: Row) -> bool:
    return all(words and words in row["text"] for _, words in row["spans"])


def _every_category_has_its_words(row: Row) -> bool:
    return {category for category, _ in row["spans"]} == {*row["categories"]}


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    "rule",
    [
        _is_known,
        _says_nothing_of_others,
        _is_as_bad_as_something,
        _spans_stand_in_the_text,
        _every_category_has_its_words,
    ],
)
def test_every_post_keeps_the_rule(folder: str, rule: Callable[[Row], bool]) -> None:
    assert [row["id"] for row in _rows(folder) if not rule(row)] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_post_is_there_twice_and_each_has_its_school(folder: str) -> None:
    rows, schools = _rows(folder), {school["id"] for school in _schools(folder)}
    assert [row["id"] for row in rows if row["school"] not in schools] == []
    for key in ("id", "text"):
        seen = Counter(row[key] for row in rows)
        assert [row["id"] for row in rows if seen[row[key]] > 1] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_two_schools_share_an_id_or_an_address(folder: str) -> None:
    for key in ("id", "website"):
        assert max(Counter(school[key] for school in _schools(folder)).values()) == 1
