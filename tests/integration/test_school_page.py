"""The page that says what the monitor knows of the school."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.account_role import AccountRole
from tests.integration.dashboard import Dashboard, running


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


def test_what_is_missing_is_said_with_what_it_costs_and_where_to_fill_it_in(
    board: Dashboard,
) -> None:
    with board.signed_in(AccountRole.OFFICE) as client:
        page = client.get("/school").text
    assert "Child-safety alerts go to the headteacher." in page
    assert "<code>dsl in [schools.contacts]</code>" in page
    assert "Wexcombe Park Primary School" in page
    assert "Otherby" not in page


def test_it_is_for_those_who_work_there_and_for_their_own_schools(board: Dashboard) -> None:
    for role, status in (
        (AccountRole.HEAD, 200),
        (AccountRole.DSL, 200),
        (AccountRole.ADMIN, 200),
        (AccountRole.GOVERNOR, 403),
    ):
        with board.signed_in(role) as client:
            assert client.get("/school").status_code == status
            assert client.get("/school?school=otherby").status_code == (
                404 if status == 200 else 403
            )


def test_whoever_has_several_schools_chooses(board: Dashboard) -> None:
    with board.signed_in(AccountRole.OFFICE, "wexcombe", "otherby") as client:
        assert ">Otherby Hall School</h1>" in client.get("/school").text
        assert "Park Primary School</h1>" in client.get("/school?school=wexcombe").text
