"""What people do with the evidence of an incident, on its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from monitor.account_role import AccountRole
from monitor.domain import CaptureMode, CapturePromise, Case, Category, Role, Severity
from tests.integration.dashboard import Dashboard, picture, running

FILES = {"screenshot.png": picture(30, 40), "text.txt": b"They lie, and the head knows it."}


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


@pytest.fixture
def office(board: Dashboard) -> Iterator[httpx.Client]:
    with board.signed_in(AccountRole.OFFICE) as client:
        yield client


@pytest.fixture
def number(board: Dashboard) -> str:
    return board.add_incident("They lie", mode=CaptureMode.FULL, files=FILES)


def case(board: Dashboard, number: str) -> Case:
    found = board.store.case(number)
    assert found is not None
    return found


def do(client: httpx.Client, number: str, act: str) -> httpx.Response:
    return client.post(f"/incidents/{number}", data={"act": act}, follow_redirects=True)


def promise(board: Dashboard) -> CapturePromise | None:
    return board.store.claim_capture(board.clock(), timedelta(minutes=5))


def test_a_page_is_captured_again_when_a_person_asks(
    board: Dashboard, office: httpx.Client, number: str
) -> None:
    (before,) = case(board, number).evidence
    page = do(office, number, "capture").text
    assert "A page is waiting to be captured" in page
    assert "Capture it again now" not in page, "it is on its way"
    assert "Asked for the pages to be captured again" in page
    promised = promise(board)
    assert promised is not None
    assert (promised.mode, promised.incident) == (CaptureMode.FULL, number)
    assert promised.asked_by == "office"
    assert promised.mention.url == "https://forum.wexcombe.example/post/1"
    assert promised.id != before.id


def test_pressed_twice_it_is_one_promise_and_once_kept_it_can_be_asked_for_again(
    board: Dashboard, office: httpx.Client, number: str
) -> None:
    ids = set()
    for _ in range(2):
        for _ in range(2):
            do(office, number, "capture")
        promised = promise(board)
        assert promised is not None
        assert promise(board) is None
        board.capture(CaptureMode.FULL, FILES, promised)
        ids.add(promised.id)
    assert len(ids) == 2
    assert len(case(board, number).evidence) == 3
    assert len(case(board, number).history) == 2


def test_where_a_picture_may_be_indecent_nothing_is_captured_again(
    board: Dashboard, office: httpx.Client
) -> None:
    number = board.add_incident("x", pictures_allowed=False, mode=CaptureMode.LINK)
    page = do(office, number, "capture").text
    assert "Capture it again now" not in page
    assert promise(board) is None
    assert case(board, number).history == ()


def test_whoever_sees_that_a_picture_may_be_indecent_hides_all_of_them_at_once(
    board: Dashboard, office: httpx.Client, number: str
) -> None:
    do(office, number, "capture")
    (evidence,) = case(board, number).evidence
    shot = f"/incidents/{number}/evidence/{evidence.id}/screenshot"
    assert office.get(shot).status_code == 200
    said = do(office, number, "barred").text
    assert "is with the safeguarding lead now" in said
    assert "report.iwf.org.uk" in said
    incident = case(board, number).incident
    assert (incident.pictures_allowed, incident.child_safety) == (False, True)
    assert incident.severity is Severity.HIGH
    assert Category.SEXUAL in incident.categories
    promised = promise(board)
    assert promised is not None
    assert promised.mode is CaptureMode.LINK, "what was promised opens no page any more"
    assert office.get(shot).status_code == 404
    with board.signed_in(AccountRole.DSL) as dsl:
        assert dsl.get(shot).status_code == 404, "for nobody, the safeguarding lead included"
        page = dsl.get(f"/incidents/{number}").text
        assert "Do not open the address to look" in page
        assert "Said that a picture may be indecent" in page
        with ZipFile(BytesIO(pack(dsl, number))) as packed:
            assert [name for name in packed.namelist() if name.endswith(".png")] == []


def test_the_safeguarding_lead_is_told_of_it(board: Dashboard, number: str) -> None:
    with board.signed_in(AccountRole.OFFICE) as office:
        do(office, number, "barred")
    assert Role.DSL in {told.role for told in case(board, number).told}


def pack(client: httpx.Client, number: str, masked: str = "no") -> bytes:
    answer = client.post(f"/incidents/{number}/pack", data={"masked": masked})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    return answer.content


def test_a_pack_is_downloaded_and_the_custody_log_says_by_whom(
    board: Dashboard, office: httpx.Client, number: str
) -> None:
    with ZipFile(BytesIO(pack(office, number))) as packed:
        names = packed.namelist()
        assert {"verify.py", "incident.json", "README.txt"} <= set(names)
        (shot,) = (name for name in names if name.endswith("/screenshot.png"))
        assert packed.read(shot) == FILES["screenshot.png"]
    exported, made = board.store.custody()[-2:]
    assert (exported.act, made.act, made.subject) == ("exported", "packed", number)
    assert re.fullmatch(r"account \d+", made.actor)
    page = office.get(f"/incidents/{number}").text
    assert made.sha256 in page
    assert "by office@wexcombepark.example" in page
    left = [p.name for p in board.evidence.parent.iterdir() if p.is_dir() and p != board.evidence]
    assert left == [], "nothing of it lies about"


def test_the_pack_without_names_holds_no_recorded_files(
    board: Dashboard, office: httpx.Client, number: str
) -> None:
    with ZipFile(BytesIO(pack(office, number, "yes"))) as packed:
        recorded = [name for name in packed.namelist() if name.startswith("ev-")]
        assert {name.partition("/")[2] for name in recorded} <= {"manifest.json"}
        assert b"@parent" not in packed.read("incident.json")


def test_nobody_packs_what_they_may_not_know_of(board: Dashboard, office: httpx.Client) -> None:
    hidden = board.add_incident("x", about_head=True, mode=CaptureMode.FULL, files=FILES)
    assert office.post(f"/incidents/{hidden}/pack", data={}).status_code == 404
    assert office.get(f"/incidents/{hidden}/pack").status_code == 405
    with board.signed_in(AccountRole.GOVERNOR) as governor:
        assert governor.post(f"/incidents/{hidden}/pack", data={}).status_code == 403
    assert "packed" not in {link.act for link in board.store.custody()}
