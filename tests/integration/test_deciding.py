"""What staff do to an incident, on its page, through a real server and a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from monitor.account_role import AccountRole
from monitor.domain import Act, Decision, Event, IncidentState, Severity
from tests.integration.dashboard import Dashboard, running


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


def history(board: Dashboard, number: str) -> tuple[Event, ...]:
    case = board.store.case(number)
    assert case is not None
    return case.history


DECIDE = {"act": "decided", "decided": "criticism", "decided-reason": "It is fair.", "seen": "0"}


def test_a_decision_stands_in_the_history_with_name_role_and_reason(board: Dashboard) -> None:
    number = board.add_incident("The dinners are cold")
    with board.signed_in(AccountRole.HEAD) as client:
        page = client.post(f"/incidents/{number}", data=DECIDE, follow_redirects=True)
    (event,) = history(board, number)
    assert (event.by, event.role) == ("head@wexcombepark.example", "head")
    assert "Your decision is in the history." in page.text
    text = " ".join(BeautifulSoup(page.text, "html.parser").get_text(" ").split())
    assert "Decided: Fair criticism head@wexcombepark.example (head) It is fair." in text
    case = board.store.case(number)
    assert case is not None
    assert case.incident.state is IncidentState.CLOSED


def test_after_a_decision_the_next_that_waits_is_one_step_away(board: Dashboard) -> None:
    number, grave = board.add_incident("one"), board.add_incident("two", severity=Severity.HIGH)
    board.add_incident("hidden from the head", about_head=True, severity=Severity.CRITICAL)
    with board.signed_in(AccountRole.HEAD) as client:
        pages = [
            BeautifulSoup(
                client.post(f"/incidents/{each}", data=DECIDE, follow_redirects=True).text,
                "html.parser",
            )
            for each in (number, grave)
        ]
    shown = [page.select_one("[role=status]") for page in pages]
    link = pages[0].select_one("[role=status] [data-row] a[data-open]")
    assert link is not None
    assert link["href"] == f"/incidents/{grave}"
    assert shown[1] is not None
    assert "Nothing else waits for a decision." in shown[1].text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"decided": ""}, "Choose what this is."),
        ({"decided": "libel"}, "Choose what this is."),
        ({"decided-reason": " "}, "Enter the reason"),
        ({"decided-reason": "x" * 5001}, "at most 5,000 characters"),
        ({"act": "erased"}, "Use one of the forms"),
        ({"act": "due", "due": "soon"}, "Enter a day"),
        ({"act": "assigned", "assigned": "stranger@evil.example"}, "Choose somebody"),
        ({"seen": "7"}, "Somebody else has worked on this"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    board: Dashboard, form: dict[str, str], sentence: str
) -> None:
    number = board.add_incident("x")
    with board.signed_in(AccountRole.OFFICE) as client:
        answer = client.post(f"/incidents/{number}", data=DECIDE | form)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert "<title>Error: " in answer.text
    if "decided-reason" not in form:
        assert "It is fair." in answer.text
    assert history(board, number) == ()


def test_everything_else_that_can_be_done_is_done(board: Dashboard) -> None:
    number = board.add_incident("x")
    board.add_account(AccountRole.HEAD)
    forms = [
        {"act": "acknowledged"},
        {"act": "severity", "severity": "low", "severity-reason": "A joke."},
        {"act": "veracity", "veracity": "disputed", "veracity-reason": "We asked."},
        {"act": "assigned", "assigned": "head@wexcombepark.example"},
        {"act": "due", "due": "2026-12-03"},
        {"act": "note", "note-reason": "Mother telephoned."},
        {"act": "closed", "closed-reason": "Gone."},
        {"act": "reopened", "reopened-reason": "Back."},
    ]
    with board.signed_in(AccountRole.OFFICE) as client:
        for seen, form in enumerate(forms):
            answer = client.post(f"/incidents/{number}", data=form | {"seen": str(seen)})
            assert answer.headers["location"] == f"/incidents/{number}?done={form['act']}"
        page = client.get(f"/incidents/{number}").text
    assert [event.act for event in history(board, number)] == [Act(form["act"]) for form in forms]
    for words in ("Mother telephoned.", "To be done by 3 December 2026", "Severity: Low"):
        assert words in page
    case = board.store.case(number)
    assert case is not None
    assert case.incident.severity is Severity.LOW
    assert case.incident.standing.decision is None


def test_two_people_never_decide_over_each_other(board: Dashboard) -> None:
    number = board.add_incident("x")
    with (
        board.signed_in(AccountRole.HEAD) as head,
        board.signed_in(AccountRole.OFFICE) as office,
    ):
        head.post(f"/incidents/{number}", data=DECIDE)
        answer = office.post(f"/incidents/{number}", data=DECIDE | {"decided": "not_us"})
    assert "It is fair." in answer.text, "the page shows what the other did"
    (event,) = history(board, number)
    assert event.value == Decision.CRITICISM


@pytest.mark.parametrize("role", [AccountRole.GOVERNOR, AccountRole.ADMIN])
def test_who_may_not_read_may_not_decide(board: Dashboard, role: AccountRole) -> None:
    number = board.add_incident("x")
    with board.signed_in(role) as client:
        assert client.post(f"/incidents/{number}", data=DECIDE).status_code == 403
    assert history(board, number) == ()


def test_nobody_decides_on_what_is_hidden_from_them(board: Dashboard) -> None:
    about_head = board.add_incident("x", about_head=True)
    of_others = board.add_incident("y", school="otherby")
    with board.signed_in(AccountRole.HEAD) as client:
        for number in (about_head, of_others, "2026-999"):
            assert client.post(f"/incidents/{number}", data=DECIDE).status_code == 404
    assert history(board, about_head) == history(board, of_others) == ()
