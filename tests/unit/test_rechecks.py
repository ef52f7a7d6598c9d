"""Looks at captured addresses: due in the database, claimed by one, told with the incident."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from alerts.evidence.errors import Never, NotNow
from alerts.evidence.fetched import Fetch, FetchedText
from alerts.evidence.rechecks import STOPPED, Eyes, keep_looking
from monitor.domain import (
    CaptureMode,
    Evidence,
    EvidenceState,
    Mention,
    Shows,
    StillThere,
)
from monitor.egress import Egress
from monitor.fetching import fetch_text
from monitor.store.store import Store
from sources.testing import recorded
from tests.casework import close
from tests.unit.test_store import LEASE, NOW, entry

HOUR = timedelta(hours=1)
POST = "The gate has been broken since Monday and nobody mends it."


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def captured(
    store: Store,
    mode: CaptureMode = CaptureMode.TEXT,
    shows: Shows = Shows.POST,
    *,
    pictures_allowed: bool = True,
) -> Evidence:
    """One incident whose post was captured now."""
    made = entry()
    assert made.incident is not None
    incident = replace(made.incident, pictures_allowed=pictures_allowed)
    mention = replace(made.mention, text=POST)
    store.keep(replace(made, mention=mention, incident=incident, capture=mode))
    promise = store.claim_capture(NOW, LEASE)
    assert promise is not None
    evidence = Evidence(
        id=promise.id,
        mode=mode,
        state=EvidenceState.SEALED,
        captured_at=NOW,
        manifest_sha256="0" * 64,
        shows=shows,
        words=f"Forum\n{POST}\n",
    )
    store.captured(promise, evidence)
    return evidence


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def says(words: str, status: int = 200) -> Fetch:
    return lambda url: FetchedText(
        url=url, status=status, content_type="text/html", body=f"<p>{words}</p>"
    )


def fails(fault: Exception) -> Fetch:
    def fetch(_url: str) -> FetchedText:
        raise fault

    return fetch


def never(url: str) -> FetchedText:
    raise AssertionError(f"{url} was asked for")


def eyes(clock: Clock, fetch: Fetch, barred: bool = False) -> Eyes:
    return Eyes(
        egress=Egress(),
        clock=clock,
        browser=None,
        fetch=fetch,
        barred=lambda _school, _mention: barred,
    )


def looks(store: Store) -> list[StillThere]:
    (case,) = store.cases()
    return [look.found for look in case.evidence[0].rechecks]


def test_a_post_is_looked_at_when_it_is_due_and_no_sooner(store: Store) -> None:
    captured(store)
    clock = Clock()
    found = []
    for hours in (0.9, 1, 2, 6, 23, 24, 71, 72, 160, 168, 330, 336):
        clock.now = NOW + hours * HOUR
        found.append(keep_looking(store, eyes(clock, says(POST))))
    assert found == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]
    assert looks(store) == [StillThere.UNCHANGED] * 6


def test_a_take_down_is_known_by_its_day(store: Store) -> None:
    captured(store)
    clock = Clock()
    for hours, fetch in (
        (1, says(POST)),
        (6, says(POST.replace("Monday", "Tuesday"))),
        (24, says("Gone", status=404)),
        (72, fails(Never("The site asks us to log in.", Shows.LOGIN_WALL))),
    ):
        clock.now = NOW + hours * HOUR
        assert keep_looking(store, eyes(clock, fetch)) == 1
    (case,) = store.cases()
    (evidence,) = case.evidence
    assert [(look.at - NOW) / HOUR for look in evidence.rechecks] == [1, 6, 24, 72]
    assert looks(store) == [
        StillThere.UNCHANGED,
        StillThere.EDITED,
        StillThere.GONE,
        StillThere.WALLED,
    ]
    noted = [(link.act, link.outcome) for link in store.custody_of([evidence.id])]
    assert noted[1:] == [("re-checked", look.found.value) for look in evidence.rechecks]
    assert evidence.rechecks[1].difference == f"- {POST}\n+ {POST.replace('Mon', 'Tues')}"


@pytest.mark.parametrize(
    ("mode", "shows", "allowed"),
    [
        (CaptureMode.LINK, Shows.NOT_OPENED, True),
        (CaptureMode.LINK, Shows.POST, True),  # whatever a row may say
        (CaptureMode.FULL, Shows.LOGIN_WALL, True),
        (CaptureMode.TEXT, Shows.POST, False),
    ],
)
def test_what_may_not_be_opened_is_never_looked_at(
    store: Store, mode: CaptureMode, shows: Shows, allowed: bool
) -> None:
    captured(store, mode, shows, pictures_allowed=allowed)
    clock = Clock()
    clock.now = NOW + 400 * HOUR
    assert keep_looking(store, eyes(clock, never)) == 0
    assert store.rechecks_due(clock.now) == 0


def test_what_another_incident_bars_is_not_looked_at_for_a_person_either(store: Store) -> None:
    """A page that was captured by hand, before a post on it turned out to be what it is."""
    captured(store, pictures_allowed=False)
    (case,) = store.cases()
    url = case.sightings[0].mention.url
    asked = Mention(source="by hand", external_id=url, url=url, text="")
    store.add_capture("park", asked, replace(case.evidence[0], id="ev-1", mode=CaptureMode.FULL))
    clock = Clock()
    clock.now = NOW + HOUR
    assert store.rechecks_due(clock.now) == 0
    assert keep_looking(store, eyes(clock, never)) == 0
    other = replace(asked, external_id="u", url=f"{url}/other")
    store.add_capture("park", other, replace(case.evidence[0], id="ev-2", words=POST))
    assert store.rechecks_due(clock.now) == 1


def test_a_closed_incident_rests(store: Store) -> None:
    captured(store)
    close(store, "2026-001", NOW)
    clock = Clock()
    clock.now = NOW + HOUR
    assert keep_looking(store, eyes(clock, never)) == 0


def test_a_look_that_fails_is_tried_again_and_at_last_said_to_be_unknown(store: Store) -> None:
    captured(store)
    clock = Clock()
    for minutes, count in ((60, 0), (61, 0), (62, 0), (66, 1)):
        clock.now = NOW + timedelta(minutes=minutes)
        fetch = fails(NotNow("The site did not answer."))
        assert keep_looking(store, eyes(clock, fetch)) == count, minutes
    (case,) = store.cases()
    (look,) = case.evidence[0].rechecks
    assert (look.found, look.note) == (StillThere.UNKNOWN, "The site did not answer.")
    assert store.rechecks_due(NOW + 5.9 * HOUR) == 0
    assert store.rechecks_due(NOW + 6 * HOUR) == 1


def test_a_post_whose_new_words_bar_pictures_is_not_opened_again(store: Store) -> None:
    captured(store)
    clock = Clock()
    clock.now = NOW + HOUR
    edited = says(POST.replace("gate", "photo"))
    assert keep_looking(store, eyes(clock, edited, barred=True)) == 1
    (case,) = store.cases()
    assert case.evidence[0].rechecks[0].note == STOPPED
    clock.now = NOW + 999 * HOUR
    assert keep_looking(store, eyes(clock, never)) == 0


@pytest.mark.parametrize("before", [POST, "Quite another page.\n" + "Old words of it.\n" * 999])
def test_new_words_bar_pictures_however_long_the_difference_is(store: Store, before: str) -> None:
    evidence = replace(captured(store), id="ev-1", words=before)
    asked = Mention(source="by hand", external_id="u", url="https://f.example/u", text="")
    store.add_capture("park", asked, evidence)
    judged = []
    clock = Clock()
    clock.now = NOW + HOUR
    look = replace(
        eyes(clock, says("Look at her photo.")),
        barred=lambda _school, post: bool(judged.append(post.text)) or "photo" in post.text,
    )
    keep_looking(store, look)
    assert "Look at her photo." in judged
    (found,) = store.evidence("ev-1")
    assert [seen.note for seen in found.rechecks] == [STOPPED]


def test_a_site_that_has_nothing_there_is_quoted_with_its_status(store: Store) -> None:
    captured(store)
    clock = Clock()
    clock.now = NOW + HOUR
    client = recorded(lambda _request: httpx.Response(404))
    keep_looking(store, eyes(clock, partial(fetch_text, client)))
    (case,) = store.cases()
    (look,) = case.evidence[0].rechecks
    assert look.found is StillThere.GONE
    assert look.note == "The site says that this page does not exist (HTTP 404)."


def test_one_look_has_one_worker_and_a_killed_one_is_made_up_for(store: Store) -> None:
    captured(store)
    due = NOW + HOUR
    assert store.claim_recheck(due, LEASE) is not None
    assert store.claim_recheck(due, LEASE) is None
    assert store.claim_recheck(due + LEASE, LEASE) is not None


def test_looks_are_erased_with_the_evidence(store: Store) -> None:
    captured(store)
    promise = store.claim_recheck(NOW + HOUR, LEASE)
    assert promise is not None
    store.forget_case("2026-001", NOW)
    clock = Clock()
    clock.now = NOW + HOUR
    assert keep_looking(store, eyes(clock, never)) == 0
    store.postpone_recheck(promise, NOW)  # no error: there is nothing to postpone


def test_a_page_captured_by_hand_is_looked_at_too(store: Store, tmp_path: Path) -> None:
    asked = Mention(source="by hand", external_id="u", url="https://f.example/u", text="")
    evidence = Evidence(
        id="ev-1",
        mode=CaptureMode.TEXT,
        state=EvidenceState.SEALED,
        captured_at=NOW,
        manifest_sha256="0" * 64,
        shows=Shows.POST,
        words=POST,
    )
    store.add_capture("park", asked, evidence)
    clock = Clock()
    clock.now = NOW + HOUR
    assert keep_looking(store, eyes(clock, says(POST))) == 1
    (found,) = store.evidence("ev-1")
    assert [look.found for look in found.rechecks] == [StillThere.UNCHANGED]
    assert found.rechecks[0].at == datetime(2026, 11, 20, 15, 5, tzinfo=UTC)
