"""A member of staff reports what they saw: the form, what becomes of it, and the way to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from alerts.evidence.capture import capture
from monitor.account_role import AccountRole
from monitor.domain import Act, CaptureMode, CapturePromise, Shows
from monitor.egress import Egress
from tests.integration.dashboard import Dashboard, running

LINK = "https://www.tiktok.com/@someone/video/7300000000000000000"
SAID = {
    "school": "wexcombe",
    "indecent": "no",
    "link": LINK,
    "words": "You know what he did.",
}


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


@pytest.fixture
def office(board: Dashboard) -> Iterator[httpx.Client]:
    with board.signed_in(AccountRole.OFFICE) as client:
        yield client


def filled(client: httpx.Client, **said: str) -> dict[str, str]:
    """The form as the page gave it, with these answers."""
    found = re.search(r'name="form" value="(\w+)"', client.get("/report").text)
    assert found
    return {"form": found[1]} | SAID | said


def promised(board: Dashboard) -> CapturePromise:
    promise = board.store.claim_capture(board.clock(), timedelta(minutes=5))
    assert promise is not None
    return promise


def test_a_report_is_an_incident_like_any_other(board: Dashboard, office: httpx.Client) -> None:
    answer = office.post("/report", data=filled(office, note="Mrs Gate rang at nine."))
    (case,) = board.store.cases()
    assert f"incident {case.incident.number}" in answer.text
    (sighting,) = case.sightings
    assert (sighting.mention.url, sighting.mention.source) == (LINK, "reported by staff")
    assert "You know what he did." in sighting.mention.text
    (note,) = case.history
    assert (note.act, note.reason, note.by) == (
        Act.NOTE,
        "Mrs Gate rang at nine.",
        "office@wexcombepark.example",
    )
    assert promised(board).mode is CaptureMode.FULL


@pytest.mark.parametrize("answer", ["yes", "not_sure"])
def test_where_a_picture_may_be_indecent_no_page_is_opened(
    board: Dashboard, office: httpx.Client, answer: str
) -> None:
    said = office.post("/report", data=filled(office, indecent=answer)).text
    assert promised(board).mode is CaptureMode.LINK
    assert "do not keep, copy, send or upload any picture" in said
    assert 'type="file"' not in said


def test_what_has_no_address_is_kept_by_its_words(
    board: Dashboard, office: httpx.Client, tmp_path: Path
) -> None:
    office.post("/report", data=filled(office, link="", place="a parent chat"))
    promise = promised(board)
    assert "a parent chat" in promise.mention.text
    kept = capture(
        promise, tmp_path / "shelf", egress=Egress(frozenset()), clock=board.clock, browser=None
    )
    assert (kept.mode, kept.shows) == (CaptureMode.LINK, Shows.NOT_OPENED)
    assert "not one of a public web page" in kept.note


def test_a_form_sent_twice_is_one_report(board: Dashboard, office: httpx.Client) -> None:
    form = filled(office, note="Once.")
    for _ in range(2):
        assert office.post("/report", data=form).status_code == 200
    (case,) = board.store.cases()
    assert (len(case.sightings), len(case.history)) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"indecent": ""}, "Say whether a picture there could be indecent."),
        ({"link": "", "words": ""}, "Enter the address, or the words if there is none."),
        ({"link": "not an address"}, "Enter the whole address"),
        ({"link": "javascript:alert(1)"}, "Enter the whole address"),
    ],
)
def test_a_mistake_is_said_and_nothing_that_was_written_is_lost(
    board: Dashboard, office: httpx.Client, wrong: dict[str, str], sentence: str
) -> None:
    answer = office.post("/report", data=filled(office, **wrong, place="at the gate"))
    assert answer.status_code == 400
    assert sentence in answer.text
    assert 'value="at the gate"' in answer.text
    assert board.store.cases() == []


@pytest.mark.parametrize("field", ["link", "words", "place", "note"])
def test_what_is_too_long_is_said_at_the_field_that_it_stands_in(
    office: httpx.Client, field: str
) -> None:
    answer = office.post(
        "/report", data=filled(office, **{field: "https://a.example/" + "x" * 5000})
    )
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text


def test_two_pages_seen_in_one_place_are_two_incidents(
    board: Dashboard, office: httpx.Client
) -> None:
    """Words that were not given are not the same words."""
    for link in (LINK, f"{LINK}1"):
        office.post("/report", data=filled(office, link=link, words="", place="a story on TikTok"))
    assert [len(case.sightings) for case in board.store.cases()] == [1, 1]


def test_what_an_app_shares_is_in_the_form_even_after_signing_in(board: Dashboard) -> None:
    shared = {"text": f"Look at this! {LINK}?a=1&b=2"}
    email = board.add_account(AccountRole.OFFICE)
    with board.browser() as client:
        door = client.get("/report", params=shared, follow_redirects=True)
        found = re.search(r'name="wanted" value="([^"]+)"', door.text)
        assert found
        wanted = found[1].replace("&amp;", "&")
        form = {"email": email, "password": "seven purple kettles", "wanted": wanted}
        page = client.post("/sign-in", data=form, follow_redirects=True)
        assert f'value="Look at this! {LINK}?a=1&amp;b=2"' in page.text
        client.post("/report", data=filled(client, link=shared["text"]))
    (case,) = board.store.cases()
    assert case.sightings[0].mention.url == f"{LINK}?a=1&b=2"


def test_a_phone_finds_the_form_by_itself(office: httpx.Client) -> None:
    (address,) = re.findall(r'rel="manifest" href="([^"]+)"', office.get("/report").text)
    answer = office.get(address)
    assert answer.headers["content-type"].startswith("application/manifest+json")
    target = answer.json()["share_target"]
    assert (target["action"], target["method"]) == ("/report", "GET")
    assert office.get(target["action"]).status_code == 200


def test_another_schools_log_is_not_written_to(board: Dashboard, office: httpx.Client) -> None:
    assert office.post("/report", data=filled(office, school="otherby")).status_code == 404
    assert board.store.cases() == []


def test_governors_report_nothing_here(board: Dashboard) -> None:
    with board.signed_in(AccountRole.GOVERNOR) as client:
        assert client.get("/report").status_code == 403
