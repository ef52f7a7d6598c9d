"""In a crisis a few mails tell of very much, and no other school waits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.text import COLUMNS
from monitor.domain import AlertState
from tests.crisis import HIT, SCHOOLS, TICK, Town, a_town, a_wave


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with a_town(tmp_path) as found:
        yield found


def test_in_a_crisis_a_school_gets_at_most_six_mails_an_hour_and_no_other_waits(
    town: Town,
) -> None:
    """With 10,000 posts: BENCH_POSTS=10000 make bench."""
    town.an_hour(12)
    assert len(town.mails_to(HIT)) <= 6
    assert {mail["To"] for mail in town.mails_to(HIT)} == {"head@s0.example", "dsl@s0.example"}
    for school in list(SCHOOLS)[1:]:
        assert len(town.mails_to(school)) == 1
    assert len(town.delays) == 9
    assert max(town.delays) < timedelta(minutes=5)

    for _ in range(24):
        town.delivers()
        town.now += TICK
    assert not town.store.unsent(), "and nothing is left untold"
    told = Counter(t.state for case in town.store.cases(HIT) for t in case.told)
    assert set(told) == {AlertState.SENT}


def test_what_is_gathered_is_told_with_counts_the_gravest_first_and_joins_the_thread(
    town: Town,
) -> None:
    rant = (
        "the very same long rant about the gate and the car park, which nobody ever opens in time "
        "for the buses, however often we have asked, and number {} of us all stood there again"
    )
    town.hears(HIT, *(rant.format(n) for n in ("one", "two", "three")), *a_wave(1, 25))
    town.delivers()
    town.now += timedelta(minutes=21)
    town.delivers()
    first, *_ = (m for m in town.mails_to(HIT) if "incident 2026-001" in m["Subject"])
    to_the_head = [m for m in town.mails_to(HIT) if m["To"].startswith("head@")]
    gathered = next(m for m in to_the_head if "stories" in m["Subject"])
    assert re.fullmatch(r"Critical: \d\d incidents in \d\d stories", gathered["Subject"])
    assert first["In-Reply-To"] in gathered["References"], "one story, one thread"
    words = gathered.get_content()
    print(words)
    assert "critical" in words
    assert "nearly the same words" in words
    assert "http://127.0.0.1:8000/incidents" in words
    assert all(len(line) <= COLUMNS for line in words.splitlines())
    assert "rant" not in words, "no word of anybody's"


def test_a_rant_that_spreads_is_told_again_in_its_thread_and_not_for_every_copy(
    town: Town,
) -> None:
    rant = "we will all come to the gate on friday and burn this place down for good"
    town.hears(HIT, rant)
    town.now += timedelta(seconds=91)
    town.delivers()
    for n in range(12):
        town.hears(HIT, rant + "!" * (n + 1))
        town.delivers()
        town.now += TICK
    town.now += timedelta(minutes=10)
    town.delivers()
    first, second = town.mails_to(HIT)
    assert first["Subject"] == "High: possible threat, incident 2026-001"
    assert second["Subject"] == "High, and spreading: possible threat, incident 2026-001"
    assert second["References"] == first["References"], "one story, one thread"
    assert first["Message-ID"] != second["Message-ID"]
    words = second.get_content()
    print(words)
    assert re.search(r"Seen +\d+ times, the latest Friday 20 November 2026", words)
    assert all(len(line) <= COLUMNS for line in words.splitlines())
