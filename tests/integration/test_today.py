"""Today: each role sees first what is its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from alerts.playbook import load_playbook
from alerts.steps import run_out
from monitor.account_role import AccountRole
from monitor.domain import Act, CaptureMode, Category, Event, Severity, Shows
from monitor.working import work
from tests.integration.dashboard import PASSWORD, SCHOOLS, Dashboard, running


@pytest.fixture
def board(tmp_path: Path, database_url: str) -> Iterator[Dashboard]:
    with running(tmp_path, database=database_url) as board:
        yield board


def piles(client: httpx.Client) -> dict[str, list[str]]:
    """The heading of each, in the order of the page, and the numbers in it."""
    found = {}
    for part in client.get("/today").text.split("<section")[1:]:
        heading = re.search(r"<h2[^>]*>([^<(]+)", part)
        assert heading is not None
        found[heading[1].strip()] = re.findall(r'data-open href="/incidents/([^"]+)"', part)
    return found


def decide(board: Dashboard, number: str) -> None:
    event = Event(
        act=Act.DECIDED,
        at=board.clock(),
        by="o@x.example",
        role="office",
        value="incident",
        reason="It is.",
    )
    work(board.store, number, event, {})


def test_a_head_sees_what_waits_for_a_decision_and_what_is_grave(board: Dashboard) -> None:
    worse = board.add_incident("worse", severity=Severity.HIGH)
    new = board.add_incident("new", severity=Severity.LOW)
    grave = board.add_incident("grave", severity=Severity.CRITICAL)
    settled = board.add_incident("settled", severity=Severity.MEDIUM)
    for number in (grave, settled):
        decide(board, number)
    with board.signed_in(AccountRole.HEAD) as head:
        found = piles(head)
        assert list(found)[:2] == ["Waiting for a decision", "Grave, and still open"]
        assert found["Waiting for a decision"] == [worse, new], "the gravest first"
        assert found["Grave, and still open"] == [grave]
        listed = head.get("/incidents?state=open&severity=grave").text
    assert f"/incidents/{grave}" in listed
    assert f"/incidents/{worse}" in listed
    assert f"/incidents/{new}" not in listed


def test_a_safeguarding_lead_sees_children_first_and_the_office_does_not(board: Dashboard) -> None:
    board.add_incident("a quarrel")
    child = board.add_incident("a child", child_safety=True)
    with board.signed_in(AccountRole.DSL) as dsl, board.signed_in(AccountRole.OFFICE) as office:
        assert next(iter(piles(dsl).items())) == ("Child safety", [child])
        assert f"/incidents/{child}" in dsl.get("/incidents?about=child").text
        assert child not in office.get("/today").text
        assert child not in office.get("/incidents?about=child").text
        assert "Child safety" not in office.get("/incidents").text


def test_the_office_sees_what_is_late_undecided_or_without_evidence(board: Dashboard) -> None:
    files = {"screenshot.png": b"x"}
    walled = board.add_incident(
        "walled", mode=CaptureMode.FULL, files=files, shows=Shows.LOGIN_WALL
    )
    for n, mode in enumerate((CaptureMode.FULL, CaptureMode.LINK)):
        board.add_incident(f"kept {n}", url=f"https://x.example/{n}", mode=mode, files=files)
    board.add_incident("not opened yet", url="https://x.example/later")
    with board.signed_in(AccountRole.OFFICE) as office:
        found = piles(office)
    assert list(found) == [
        "Overdue",
        "Waiting for a decision",
        "The post was not captured",
        "With you",
    ]
    assert found["The post was not captured"] == [walled]
    assert len(found["Waiting for a decision"]) == 4


def test_a_letter_without_an_answer_in_its_time_is_overdue(board: Dashboard) -> None:
    """Working clocks stand still at weekends, and whatever was said of it later ends it."""
    number = board.add_incident("charge", categories=frozenset({Category.DEFAMATION}))
    board.clock.now = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday
    title = next(title for title, _ in run_out(load_playbook(), board.clock.now))

    def write(progress: str) -> None:
        said = Event(
            act=Act.STEP, at=board.clock(), by="o@x.example", role="office",
            value=f"{progress}: {title}",
        )  # fmt: skip
        work(board.store, number, said, {})

    write("sent")
    for days, role, late in ((1, AccountRole.OFFICE, False), (30, AccountRole.HEAD, True)):
        board.clock.now = datetime(2026, 11, 20, 15, 0, tzinfo=UTC) + timedelta(days=days)
        with board.signed_in(role) as client:
            assert (number in piles(client)["Overdue"]) is late
            assert (f"/incidents/{number}" in client.get("/incidents?due=overdue").text) is late
    write("answered")
    with board.signed_in(AccountRole.DSL) as dsl:
        assert piles(dsl)["Overdue"] == []


def test_blind_sources_come_first_for_the_office_and_last_for_the_head(board: Dashboard) -> None:
    board.store.failed(
        "wexcombe",
        "town forum",
        board.clock(),
        "it is closed",
        again_in=timedelta(hours=1),
        needs_a_person=True,
    )
    blind = "What cannot be read just now"
    with board.signed_in(AccountRole.OFFICE) as office, board.signed_in(AccountRole.HEAD) as head:
        assert next(iter(piles(office))) == blind
        assert list(piles(head))[-1] == blind


def test_an_administrator_sees_sources_people_and_set_up_and_nothing_written(
    board: Dashboard,
) -> None:
    number = board.add_incident("what was written")
    board.accounts.add("new@x.example", AccountRole.OFFICE, ["wexcombe"])
    head = board.accounts.add("head@x.example", AccountRole.HEAD, ["wexcombe"])
    board.accounts.set_password(head, PASSWORD)
    board.accounts.add("seen@x.example", AccountRole.OFFICE, ["otherby"])
    with board.signed_in(AccountRole.ADMIN) as admin:
        assert admin.get("/").headers["location"] == "/today"
        page = admin.get("/today").text
    plain = " ".join(re.sub("<[^>]+>", "", page).split())
    assert "new@x.example: has never signed in." in plain
    assert "head@x.example: has never signed in." in plain
    assert "seen@x.example" not in page
    assert "No designated safeguarding lead is named." in plain
    assert number not in page
    assert "what was written" not in page


def test_whoever_lost_the_second_step_that_they_need_is_named_to_the_administrator(
    board: Dashboard,
) -> None:
    email = board.add_account(AccountRole.DSL)
    with board.signed_in(AccountRole.ADMIN) as admin:
        assert email not in admin.get("/today").text
        board.accounts.reset_second_step(email)
        plain = re.sub("<[^>]+>", "", admin.get("/today").text)
    assert f"{email}: has not set up the second step." in plain


def test_an_administrator_of_two_schools_sees_what_each_leaves_out(board: Dashboard) -> None:
    with board.signed_in(AccountRole.ADMIN, *SCHOOLS) as admin:
        page = admin.get("/today").text
    for school in SCHOOLS.values():
        assert f'<h3 class="govuk-heading-s">{school.name}</h3>' in page
