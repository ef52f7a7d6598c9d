"""A real browser, and a real small web site to point it at."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.evidence import apart
from alerts.evidence.launcher import find_browser
from tests.integration.site import Site
from tests.needs import missing


@pytest.fixture(scope="session")
def browser() -> Path:
    found = find_browser()
    if found is None:
        missing("a browser", "chromium")
    return found


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def prefix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """This test's browsers can be told from those of tests that run beside it."""
    name = f"monitor-browser-{os.getpid()}-{abs(hash(tmp_path)):x}-"
    monkeypatch.setattr(apart, "PREFIX", name)
    return name
