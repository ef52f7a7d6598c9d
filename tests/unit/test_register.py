"""The register of schools is fetched from its newest day; without it one types."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import httpx
import pytest

from monitor.register import download
from sources.errors import SourceError, Unreachable
from sources.testing import Handler, recorded

TODAY = date(2026, 11, 20)
CSV = '"URN","EstablishmentName"\r\n"123456","Wexcombe Park Primary School"\r\n'.encode("cp1252")


def only_on(day: str) -> Handler:
    def site(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(f"edubasealldata{day}.csv"):
            return httpx.Response(200, content=CSV, headers={"Content-Type": "text/csv"})
        return httpx.Response(404)

    return site


@pytest.mark.parametrize("day", ["20261120", "20261118", "20261111"])
def test_the_newest_register_of_the_last_days_is_taken(tmp_path: Path, day: str) -> None:
    with recorded(only_on(day)) as client:
        found = download(client, tmp_path, TODAY)
    assert found.name == f"register-{day}.csv"
    assert found.read_bytes() == CSV


def test_no_register_at_all_says_so(tmp_path: Path) -> None:
    with recorded(lambda _: httpx.Response(404)) as client, pytest.raises(SourceError):
        download(client, tmp_path, TODAY)
    assert list(tmp_path.iterdir()) == []


def test_a_register_that_cannot_be_reached_is_not_asked_for_ten_times(tmp_path: Path) -> None:
    asked = []

    def site(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(503)

    with recorded(site) as client, pytest.raises(Unreachable):
        download(client, tmp_path, TODAY)
    assert len(asked) == 1
