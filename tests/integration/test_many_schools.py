"""For many schools, with many people, a page asks the database no more often than for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import event, insert

from monitor.account_role import AccountRole
from monitor.domain import School
from monitor.store.account_tables import AccountRow
from tests.integration.dashboard import Clock, Dashboard, running

MANY, STAFF = 40, 8  # schools, and accounts at each: more than the audit looks up one by one
SCHOOLS = {id_: School(id=id_, name=f"{id_} Primary") for id_ in (f"s{n:02}" for n in range(MANY))}


@pytest.fixture
def board(tmp_path: Path, database_url: str) -> Iterator[Dashboard]:
    with running(tmp_path, database=database_url, schools=SCHOOLS) as board:
        rows = [
            {
                "email": f"{n}.office@{school}.example",
                "role": AccountRole.OFFICE.value,
                "schools": [school],
                "created_at": Clock().now,
            }
            for school in SCHOOLS
            for n in range(STAFF)
        ]
        with board.store.transaction() as session:
            session.execute(insert(AccountRow), rows)
        yield board


@contextmanager
def inside(board: Dashboard, role: AccountRole, *schools: str) -> Iterator[httpx.Client]:
    email = board.add_account(role, *schools, email=f"{role}.{len(schools)}@trust.example")
    with board.browser() as client:
        board.enter(client, email)
        yield client


def statements(board: Dashboard, client: httpx.Client, path: str) -> list[str]:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(board.store.engine, "before_cursor_execute", note)
    answer = client.get(path)
    event.remove(board.store.engine, "before_cursor_execute", note)
    assert answer.status_code == 200
    return said


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (AccountRole.ADMIN, "/today"),
        (AccountRole.ADMIN, "/people"),
        (AccountRole.ADMIN, "/people?like=office&page=2"),
        (AccountRole.ADMIN, "/people/1"),
        (AccountRole.ADMIN, "/audit"),
        (AccountRole.ADMIN, "/sources"),
        (AccountRole.HEAD, "/people"),
        (AccountRole.HEAD, "/audit"),
        (AccountRole.HEAD, "/today"),
        (AccountRole.OFFICE, "/today"),
        (AccountRole.OFFICE, "/incidents"),
        (AccountRole.OFFICE, "/report"),
    ],
)
def test_a_page_of_many_schools_asks_no_more_often_than_that_of_one(
    board: Dashboard, role: AccountRole, path: str
) -> None:
    for school in SCHOOLS:
        board.add_incident(f"what is said of {school}", school=school)
    for n in range(MANY):
        board.add_incident(f"what is said at {n}", school="s00", url=f"https://x.example/{n}")
    with inside(board, role, "s00") as one, inside(board, role, *SCHOOLS) as all_of_them:
        assert len(statements(board, all_of_them, path)) <= len(statements(board, one, path))


def test_people_of_many_schools_come_in_pages_and_are_found_by_their_address(
    board: Dashboard,
) -> None:
    board.accounts.disable("0.office@s00.example")
    with inside(board, AccountRole.ADMIN, *SCHOOLS) as admin:
        first = admin.get("/people").text
        assert f"1 to 50 of {MANY * STAFF + 1}" in first
        assert "0.office@s01.example" in first
        assert "0.office@s00.example" not in first
        assert "0.office@s00.example" in admin.get("/people?page=999").text  # the disabled last
        found = admin.get("/people?like= 3.Office@S17 ").text
        assert "3.office@s17.example" in found
        assert "office@s18.example" not in found
        assert "No address has" in admin.get("/people", params={"like": "%"}).text
        second = admin.get("/people?like=office").text.partition('" rel="next"')[0]
        assert second.endswith('href="/people?like=office&amp;page=2')


def test_nobody_of_another_school_is_found(board: Dashboard) -> None:
    with inside(board, AccountRole.ADMIN, "s00", "s01") as admin:
        found = admin.get("/people?like=office").text
        assert "0.office@s00.example" in found
        assert "@s02.example" not in found


def test_what_was_done_to_accounts_is_found_among_those_of_many_schools(board: Dashboard) -> None:
    """Also what somebody of ours did to somebody of another's."""
    board.accounts.disable("0.office@s03.example")
    board.accounts.disable("0.office@s39.example")
    some = [*SCHOOLS][:-1]
    with inside(board, AccountRole.ADMIN, *some) as admin:
        log = admin.get("/audit").text
    assert log.count("Account disabled") == 1
    assert "0.office@s03.example" in log
    by = next(e for e in board.accounts.everyone() if e.email == "1.office@s03.example")
    board.accounts.disable("1.office@s39.example", by=f"account {by.id}")
    with board.browser() as client:
        board.enter(client, "admin.39@trust.example")
        log = client.get("/audit").text
    assert log.count("Account disabled") == 2
    assert "somebody at another school" in log
