"""What tests of every kind share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alerts.evidence import options
from tests.postgres import fresh_database, postgres_cluster, postgres_url

__all__ = ["fresh_database", "postgres_cluster", "postgres_url"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'monitor.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


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
