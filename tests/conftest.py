"""What tests of every kind share."""

from __future__ import annotations

import os

import pytest

from alerts.evidence import options
from tests.databases import (
    _sql_is_worded_once,
    database_url,
    empty_database_url,
    new_database,
    postgres_tables,
    sqlite_tables,
)
from tests.postgres import postgres_cluster

__all__ = [
    "_sql_is_worded_once",
    "database_url",
    "empty_database_url",
    "new_database",
    "postgres_cluster",
    "postgres_tables",
    "sqlite_tables",
]


@pytest.fixture(autouse=True)
def _no_public_authority(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests stamp by their own authority, or not at all; those of the papers stamp nothing."""
    if "architecture" not in request.path.parts:
        monkeypatch.setattr(options, "PUBLIC_AUTHORITIES", ())


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own environment must not decide how a test ends."""
    for name in [n for n in os.environ if n.startswith("MONITOR_") or n.endswith("_proxy")]:
        monkeypatch.delenv(name)
