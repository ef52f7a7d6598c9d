"""Filing what a visit brought under its right name: what is not the post is not called so."""

from __future__ import annotations

from pathlib import Path

from alerts.evidence.report import DOM, TEXT, Fault, Report
from alerts.evidence.shows import SENTENCES, Seen, shown
from monitor.domain import Shows

NOT_THE_POST = "not-the-post-"
_ENOUGH = 2_000_000  # characters of HTML in which to look for the marks of a wall


def look_at(folder: Path, report: Report, asked: str, post: str) -> None:
    """Say in *report* what a browser was shown at *asked*; *post* has the words looked for."""
    if report.fault is not Fault.NONE or not (report.text or report.picture):
        return
    page = Seen(
        url=report.final_url or asked,
        asked=asked,
        html=_read(folder / DOM),
        words=_read(folder / TEXT),
        status=report.status,
        title=report.title,
        headers=dict(report.headers),
    )
    report.shows = shown(page, post)


def file_away(folder: Path, report: Report) -> None:
    """Where a wall or an empty page was met, put that in every file's name."""
    if _is_as_wanted(report):
        return
    for path in sorted(folder.iterdir()):
        path.rename(folder / f"{NOT_THE_POST}{path.name}")
    report.text = False


def say_what_it_shows(report: Report) -> None:
    if report.fault is Fault.NONE and not _is_as_wanted(report):
        report.notes.insert(0, SENTENCES[report.shows].format(status=report.status))


def _is_as_wanted(report: Report) -> bool:
    return report.shows in (Shows.NOT_OPENED, Shows.POST)


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_ENOUGH)
    except FileNotFoundError:
        return ""
