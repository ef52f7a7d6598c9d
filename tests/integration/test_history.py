"""One mention, many sightings: edited posts, near copies and roundabout addresses, end to end
from a recorded feed to the log, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from alerts.telling import Telling
from monitor.domain import Case, Category, Role, Severity
from monitor.pipeline import Polled, poll
from monitor.store import revisions
from monitor.store.store import Store
from monitor.wire import case_to_json
from nlp.assess import Assessor
from sources.feed import Feed
from sources.testing import recorded
from tests.casework import close
from tests.wexcombe import WEXCOMBE

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOTICE = "The gate of Wexcombe Park Primary School is closed on Friday because of the snow."
THREAT = "I will bring a knife to Wexcombe Park Primary School tomorrow."
RANT = (
    "The teachers at Wexcombe Park Primary School are thick, lazy cretins and the clowns in the "
    "office are even dafter, and I hope that all of them hear it at the gate from every single "
    "one of us."
)
CONTACTS = Telling.to(
    {Role.HEAD: "head@wexcombepark.example", Role.OFFICE: "office@wexcombepark.example"}
)


@dataclass
class Town:
    """Feeds by their names, each an answer that can change."""

    store: Store
    assess: Assessor
    now: datetime = NOW
    feeds: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def says(self, feed: str, *posts: tuple[str, str], url: str = "") -> None:
        self.feeds[feed] = [
            {"id": id_, "url": url or f"https://{feed}.example/{id_}", "content_text": text}
            for id_, text in posts
        ]

    def visit(self, feed: str) -> Polled:
        self.now += HOUR
        body = {"version": "https://jsonfeed.org/version/1.1", "items": self.feeds[feed]}
        client = recorded(lambda request: httpx.Response(200, json=body))
        source = Feed(name=feed, url=f"https://{feed}.example/feed.json")  # type: ignore[arg-type] # as TOML gives it
        found = poll(WEXCOMBE, source, client, self.assess, CONTACTS, self.store, lambda: self.now)
        assert found.error is None
        return found

    def cases(self) -> list[Case]:
        return sorted(self.store.cases(), key=lambda case: case.incident.number)


@pytest.fixture(scope="module")
def assess() -> Assessor:
    return Assessor()


@pytest.fixture
def town(database_url: str, assess: Assessor) -> Iterator[Town]:
    store = Store(database_url)
    yield Town(store, assess)
    store.close()


def test_a_notice_that_becomes_a_threat_is_told_once_and_kept_beside_the_notice(
    town: Town,
) -> None:
    town.says("forum", ("1", NOTICE))
    town.visit("forum")
    assert town.cases() == []

    town.says("forum", ("1", f"{NOTICE} {THREAT}"))
    assert town.visit("forum").incidents_opened == 1
    town.visit("forum")
    (case,) = town.cases()
    (sighting,) = case.sightings
    assert sighting.mention.text == NOTICE
    assert sighting.first_seen_at == NOW + HOUR
    assert [r.mention.text for r in sighting.revisions] == [f"{NOTICE} {THREAT}"]
    assert [r.seen_at for r in sighting.revisions] == [NOW + 2 * HOUR]
    assert Category.THREAT in case.incident.categories
    assert len(case.told) == 1

    promise = town.store.claim_capture(town.now, HOUR)
    assert promise is not None
    assert promise.mention.text == f"{NOTICE} {THREAT}", "evidence is of the words that matter"


def test_an_edit_joins_its_incident_and_tells_only_what_is_worse(town: Town) -> None:
    town.says("forum", ("1", RANT))
    town.visit("forum")
    (before,) = town.cases()
    town.says("forum", ("1", f"{RANT} Really."))
    town.visit("forum")
    (same,) = town.cases()
    assert same.told == before.told
    town.says("forum", ("1", f"{RANT} {THREAT}"))
    town.visit("forum")
    (worse,) = town.cases()
    assert worse.incident.severity.rank > before.incident.severity.rank
    assert worse.incident.severity.rank >= Severity.HIGH.rank
    assert len(worse.told) == len(before.told) + 1
    assert len(worse.sightings[0].revisions) == 2


def test_words_that_were_read_before_are_not_read_again(town: Town) -> None:
    for text, new in ((RANT, 1), (f"{RANT} Really.", 1), (RANT, 0), (RANT.upper(), 0)):
        town.says("forum", ("1", text))
        assert town.visit("forum").new == new


def test_quite_other_words_under_an_old_id_are_an_incident_of_their_own(town: Town) -> None:
    town.says("forum", ("1", RANT))
    town.visit("forum")
    town.says("forum", ("1", THREAT))
    town.visit("forum")
    assert len(town.cases()) == 2


def test_an_edit_of_a_closed_incidents_post_opens_another_and_outlives_it(town: Town) -> None:
    town.says("forum", ("1", RANT))
    town.visit("forum")
    close(town.store, "2026-001", town.now)
    town.says("forum", ("1", f"{RANT} {THREAT}"))
    town.visit("forum")
    closed, opened = town.cases()
    assert opened.sightings[0].mention == closed.sightings[0].mention

    town.store.forget_case(closed.incident.number, NOW)
    (left,) = town.cases()
    assert [e.mention.text for e in left.editions] == [RANT, f"{RANT} {THREAT}"]
    close(town.store, left.incident.number, town.now)
    town.store.forget_case(left.incident.number, NOW)
    assert town.visit("forum").new == 0, "the cursor knows it"
    assert town.store.assessments() == []


def test_one_rant_pasted_into_five_groups_is_one_story_and_five_incidents(town: Town) -> None:
    for n in range(5):
        town.says(f"group{n}", (str(n), f"{RANT} Greetings from group number {n}!"))
        town.visit(f"group{n}")
    cases = town.cases()
    assert len(cases) == 5, "what only looks alike is not joined"
    assert [case.near_copies for case in cases] == [4] * 5
    assert len({case.sightings[0].story for case in cases}) == 1
    town.says("forum", ("1", THREAT))
    town.visit("forum")
    assert town.cases()[-1].near_copies == 0


def test_one_page_by_two_roundabout_addresses_is_one_place(town: Town) -> None:
    town.says("forum", ("1", RANT), url="https://www.forum.example/t/1?utm_source=feed")
    wrapped = "https://l.facebook.com/l.php?u=https%3A%2F%2Fm.forum.example%2Ft%2F1%3Ffbclid%3Dx"
    town.says("web", ("u", RANT[:120]), url=wrapped)
    town.visit("forum")
    town.visit("web")
    (case,) = town.cases()
    line = json.loads(json.dumps(case_to_json(case)))
    (place,) = line["places"]
    assert place["address"] == "https://forum.example/t/1"
    assert [(s["source"], s["external_id"]) for s in place["sightings"]] == [
        ("forum", "1"),
        ("web", "u"),
    ]


def test_a_clock_is_read_only_so_often_and_what_is_worse_however_often(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever edits often enough may write anything in the end."""
    monkeypatch.setattr(revisions, "MOST", 3)
    for n in range(6):
        town.says("forum", ("1", f"{NOTICE} Changed {n} times."))
        town.visit("forum")
    town.says("forum", ("1", THREAT))
    assert town.visit("forum").incidents_opened == 1
    for n in range(4):
        town.says("forum", ("1", f"{THREAT} Seen {n} times."))
        assert town.visit("forum").new == 0, "no worse than before"
    (case,) = town.cases()
    assert len(case.told) == 1
    assert [r.mention.text for r in case.sightings[0].revisions][-1] == THREAT
    assert len(case.sightings[0].revisions) == 4
