"""Our own HTML as a PDF, for reports: made by the same shut-in browser, with no network."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from alerts.evidence.apart import as_error, run_apart
from alerts.evidence.errors import NoBrowser, no_room
from alerts.evidence.launcher import ABSENT
from alerts.evidence.report import REPORT_PDF, Fault, Task

WALL = timedelta(seconds=60)


def print_pdf(html: str, browser: Path | None) -> bytes:
    """*html* on A4. Raises NoBrowser, NotNow or CannotKeep, each with a plain sentence."""
    if browser is None:
        raise NoBrowser(ABSENT)
    try:
        with tempfile.TemporaryDirectory() as name:
            return _printed(html, browser, Path(name))
    except OSError as fault:
        raise no_room(fault, "The PDF") from fault


def _printed(html: str, browser: Path, folder: Path) -> bytes:
    report = run_apart(Task.PDF, folder, browser=browser, wall=WALL, html=html)
    if report.fault is not Fault.NONE:
        raise as_error(report)
    return (folder / REPORT_PDF).read_bytes()
