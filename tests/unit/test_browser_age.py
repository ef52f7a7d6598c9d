"""A browser that is old is said to be old, since pages are written by strangers."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.evidence import launcher
from alerts.evidence.launcher import find_browser
from monitor.checks import age_of

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def browser(folder: Path, days: float) -> Path:
    made = folder / "chromium"
    made.write_text("#!/bin/sh\n")
    made.chmod(0o755)
    moment = (NOW - timedelta(days=days)).timestamp()
    os.utime(made, (moment, moment))
    return made


@pytest.mark.parametrize("days", [0, 29.9])
def test_a_new_browser_is_no_matter(days: float, tmp_path: Path) -> None:
    assert age_of(browser(tmp_path, days), NOW) == ""


def test_an_old_browser_is_told_with_what_to_do(tmp_path: Path) -> None:
    told = age_of(browser(tmp_path, 45), NOW)
    assert "45 days old" in told
    assert "update" in told


def test_where_only_a_link_is_new_the_browser_is_still_old(tmp_path: Path) -> None:
    link = tmp_path / "google-chrome"
    link.symlink_to(browser(tmp_path, 45))
    assert age_of(link, NOW)


def test_debians_start_script_does_not_make_a_browser_older(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    browser(folder, 45).rename(folder / launcher.SHELL)
    program = browser(tmp_path, 3)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(launcher, "SHELL_PROGRAM", program)
    monkeypatch.setattr(launcher, "_is_root", lambda: False)  # whose own folders hide from nobody
    assert find_browser() == program


def test_edge_is_found_where_windows_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        edge = Path(name) / "Microsoft" / "Edge" / "Application" / "msedge.exe"
        edge.parent.mkdir(parents=True)
        edge.write_text("")
        edge.chmod(0o755)
        for folder in (Path(name), *edge.parents):
            if folder.is_relative_to(name):
                folder.chmod(0o755)
        monkeypatch.setenv("PATH", name)
        monkeypatch.delenv("MONITOR_BROWSER", raising=False)
        monkeypatch.setenv("PROGRAMFILES", name)
        assert find_browser() == edge
