"""Running the worker apart from us: bounded in time, and leaving no process behind."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import alerts
from alerts.evidence.errors import CannotKeep, EvidenceError, Never, NoBrowser, NotNow, no_room
from alerts.evidence.launcher import end_browser
from alerts.evidence.report import CRASHED, TOO_LONG, Fault, Job, Report, Task

_log = logging.getLogger(__name__)
PREFIX = "monitor-browser-"
_STALE = timedelta(hours=1)
_TO_END_BY_ITSELF = 5.0  # seconds between the worker's own time limit and the kill
_RAISED: dict[Fault, type[EvidenceError]] = {
    Fault.NOT_NOW: NotNow,
    Fault.NEVER: Never,
    Fault.NO_BROWSER: NoBrowser,
    Fault.CANNOT_KEEP: CannotKeep,
}


def run_apart(
    task: Task,
    folder: Path,
    *,
    browser: Path,
    wall: timedelta,
    url: str = "",
    html: str = "",
    allow: frozenset[str] = frozenset(),
) -> Report:
    """Do one browser job in its own process; its files are in *folder* afterwards.

    A fault of the page is in the report. Every process has been killed when this returns.
    """
    with _scratch() as scratch:
        job = Job(
            task=task,
            browser=str(browser),
            scratch=str(scratch),
            folder=str(folder.resolve()),
            seconds=max(1.0, wall.total_seconds() - _TO_END_BY_ITSELF),
            url=url,
            html=html,
            allow=tuple(sorted(allow)),
        )
        try:
            return _outcome(job, wall)
        finally:
            end_browser(scratch)


def as_error(report: Report) -> EvidenceError:
    """The error that a report with a fault stands for."""
    return _RAISED[report.fault](report.why)


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    """A folder outside any private one: the browser may be another user's process."""
    _sweep()
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    except OSError as fault:
        raise no_room(fault, "The browser's temporary folder") from fault
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove what a killed monitor left: a browser's profile holds pieces of pages."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > _STALE.total_seconds():
                shutil.rmtree(folder, ignore_errors=True)


def _outcome(job: Job, wall: timedelta) -> Report:
    answer = Path(job.scratch) / "report.json"
    complaint = Path(job.scratch) / "stderr.txt"
    with answer.open("wb") as output, complaint.open("wb") as errors:
        worker = subprocess.Popen(
            [sys.executable, "-m", "alerts.evidence.worker"],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            env=_environment(job),
            start_new_session=True,
        )
        try:
            _hand_over(worker, job)
            worker.wait(wall.total_seconds())
        except subprocess.TimeoutExpired:
            return Report(fault=Fault.NOT_NOW, why=TOO_LONG)
        finally:
            _end(worker)
    return _read(answer, complaint)


def _environment(job: Job) -> dict[str, str]:
    """Only what is needed: our own holds passwords, and the browser is a stranger's."""
    ours = str(Path(alerts.__path__[0]).parent)
    kept = ("PATH", "LANG", "SYSTEMROOT", "TEMP", "TMP")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": job.scratch,
        "PYTHONPATH": os.pathsep.join(filter(None, (ours, os.environ.get("PYTHONPATH")))),
    }


def _hand_over(worker: subprocess.Popen[bytes], job: Job) -> None:
    assert worker.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        worker.stdin.write(job.to_json().encode() + b"\n")
        worker.stdin.flush()


def _end(worker: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            worker.kill()
        else:
            os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    assert worker.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        worker.stdin.close()


def _read(answer: Path, complaint: Path) -> Report:
    try:
        return Report.from_json(answer.read_text())
    except (ValueError, KeyError, TypeError):
        _log.warning("the capture worker ended without a report: %s", _last_words(complaint))
        return Report(fault=Fault.NOT_NOW, why=CRASHED)


def _last_words(complaint: Path) -> str:
    """The name of the error only: what follows it may quote the page."""
    lines = complaint.read_text(errors="replace").strip().splitlines() or ["no message"]
    return lines[-1].partition(":")[0][:80]
