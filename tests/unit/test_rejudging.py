"""What a change of the judging would change, told before it takes effect."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.domain import Assessment, Category, Mention, Reason, School, Severity, Sighting
from monitor.rejudging import Turn, in_words, rejudge, to_json, turn_of
from monitor.store.entry import Entry
from monitor.store.store import Store
from tests.wexcombe import WEXCOMBE

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)
NOTHING = Assessment(about_school=True, relevance=0.9, model="old")
THREAT = replace(
    NOTHING, categories=frozenset({Category.THREAT}), severity=Severity.HIGH, model="new"
)


def post(number: int, text: str = "what was said") -> Mention:
    url = f"https://forum.example/{number}"
    return Mention(source="forum", external_id=str(number), url=url, text=text)


def seen(judged: Assessment, number: int = 1, text: str = "what was said") -> Sighting:
    return Sighting(mention=post(number, text), assessment=judged, first_seen_at=NOW)


@pytest.mark.parametrize(
    ("before", "after", "turn"),
    [
        (NOTHING, THREAT, Turn.ALERT),
        (THREAT, NOTHING, Turn.NO_ALERT),
        (replace(NOTHING, about_school=False), NOTHING, Turn.OURS),
        (NOTHING, replace(NOTHING, about_school=False), Turn.NOT_OURS),
        (NOTHING, replace(NOTHING, not_assessed="it is not in English"), Turn.UNREAD),
        (replace(NOTHING, not_assessed="our own mistake"), NOTHING, Turn.READ),
        (NOTHING, replace(THREAT, severity=Severity.LOW), Turn.FLAGGED),
        (replace(THREAT, severity=Severity.LOW), NOTHING, Turn.UNFLAGGED),
        (THREAT, replace(THREAT, categories=frozenset({Category.HATE})), Turn.OTHERWISE),
        (THREAT, replace(THREAT, model="newer", relevance=0.8), None),
    ],
)
def test_the_gravest_difference_is_told(
    before: Assessment, after: Assessment, turn: Turn | None
) -> None:
    assert turn_of(before, after) is turn


def judge(mention: Mention, _school: School) -> Assessment:
    return THREAT if "gate" in mention.text else replace(NOTHING, model="new")


def test_a_person_reads_how_many_and_which_and_no_word_of_a_post() -> None:
    log = [
        (seen(NOTHING, 1, "wait at the gate"), ""),
        (seen(THREAT, 2), "2026-007"),
        (seen(NOTHING, 3), ""),
    ]
    done = rejudge(WEXCOMBE, [(replace_because(s), n) for s, n in log], judge)
    said = "\n".join(in_words(done, 30, shown=20))
    assert "3 posts of the last 30 days judged again, by new." in said
    assert "1  would alert somebody, and did not" in said
    assert "1  would no longer alert anybody" in said
    assert "forum, 20 Nov 2026, wexcombe: no flag, none → threat, high" in said
    assert "incident 2026-007: threat, high → no flag, none" in said
    assert said.index("→ threat, high") < said.index("2026-007")  # the gravest first
    assert "gate" not in said
    assert "gate" not in json.dumps(to_json(done, 30, NOW))


def test_what_a_lesson_changed_is_said() -> None:
    lesson = Reason(category="about_school", start=0, end=4, text="what", rule="lesson.3")
    gone = replace(NOTHING, about_school=False, because=(lesson,))
    log = [(replace_because(seen(NOTHING, n)), "") for n in (1, 2)]
    done = rejudge(WEXCOMBE, log, lambda post, _: gone if post.external_id == "1" else THREAT)
    said = "\n".join(in_words(done, 30, shown=20))
    assert "     1  of these by what your decisions have taught" in said
    assert "no flag, none → not about the school, by a lesson of yours" in said
    assert to_json(done, 30, NOW)["taught"] == 1


def replace_because(sighting: Sighting) -> Sighting:
    """With a reason, as what is about the school has."""
    reason = Reason(category="about_school", start=0, end=4, text="what", rule="name_full")
    return replace(sighting, assessment=replace(sighting.assessment, because=(reason,)))


def test_where_nothing_would_change_it_says_so() -> None:
    done = rejudge(WEXCOMBE, [(replace_because(seen(NOTHING)), "")], judge)
    assert list(in_words(done, 7, 20))[-1] == "Nothing would come out differently."


def test_what_may_not_be_kept_is_not_judged_by_what_was_kept_instead() -> None:
    done = rejudge(WEXCOMBE, [(seen(THREAT, text="a review at the gate"), "")], judge)
    assert (done.posts, done.unkept, done.changes) == (1, 1, [])
    assert "1 of them could not be: their words may not be kept." in list(in_words(done, 7, 20))


@pytest.fixture
def store(sqlite_tables: Path, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "monitor.db"
    path.write_bytes(sqlite_tables.read_bytes())
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


def test_the_log_gives_the_posts_since_a_day_and_stays_as_it_is(
    store: Store, tmp_path: Path
) -> None:
    for number, days in ((1, 40), (2, 10), (3, 1)):
        store.keep(
            Entry(
                school=WEXCOMBE.id,
                mention=post(number),
                place="",
                story="",
                assessment=NOTHING,
                seen_at=NOW - days * DAY,
            )
        )
    before = dump(tmp_path)
    found = list(store.judged(WEXCOMBE.id, NOW - 30 * DAY))
    assert [sighting.mention.external_id for sighting, _ in found] == ["2", "3"]
    assert {number for _, number in found} == {""}
    assert list(store.judged("another", NOW - 30 * DAY)) == []
    assert dump(tmp_path) == before
    assert len(before) > 3


def dump(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "monitor.db")) as log:
        return list(log.iterdump())
