"""The process in which a browser is driven: one job in on stdin, one report out on stdout.

    python -m alerts.evidence.worker

It stands alone so that it can be limited, and killed with all it started. The other end
keeps stdin open; when that closes, whoever wanted the job is gone, and so are we.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

from playwright.async_api import Error

from alerts.evidence.browser import open_browser
from alerts.evidence.errors import CannotKeep, EvidenceError, Never, NoBrowser, NotNow, no_room
from alerts.evidence.gate import Gate
from alerts.evidence.launcher import end_browser
from alerts.evidence.page import keep_all, keep_words, visit
from alerts.evidence.paper import lay_out
from alerts.evidence.report import CRASHED, REPORT_PDF, TOO_LONG, Fault, Job, Report, Request, Task
from monitor.egress import Egress

if sys.platform != "win32":
    import resource

MAX_FILE_BYTES = 300_000_000
MAX_DATA_BYTES = 8_000_000_000  # of each process; Chromium 156 does not start with 4
CLOSING_SECONDS = 2.0
_ENDING = threading.Lock()
_FAULTS = {
    NotNow: Fault.NOT_NOW,
    NoBrowser: Fault.NO_BROWSER,
    Never: Fault.NEVER,
    CannotKeep: Fault.CANNOT_KEEP,
}


def main() -> None:
    job = Job.from_json(sys.stdin.readline())
    _limit()
    threading.Thread(target=_die_with_the_other_end, args=(job,), daemon=True).start()
    report = asyncio.run(_do(job))
    with _ENDING:
        sys.stdout.write(report.to_json() + "\n")


def _limit() -> None:
    """Limits that the browser inherits. A system that refuses one goes without it."""
    if sys.platform == "win32":
        return
    for which, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
        (resource.RLIMIT_DATA, MAX_DATA_BYTES),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(which, (most, most))


def _die_with_the_other_end(job: Job) -> None:
    sys.stdin.read()
    with _ENDING:  # so that nothing ends before all is cleared away
        end_browser(Path(job.scratch))
        shutil.rmtree(job.scratch, ignore_errors=True)  # it holds pieces of pages
        if sys.platform != "win32":
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os._exit(1)


async def _do(job: Job) -> Report:
    gate = Gate(_NOWHERE if job.task is Task.PDF else Egress(frozenset(job.allow)))
    report = Report()
    try:
        async with asyncio.timeout(job.seconds):
            await _drive(job, gate, report)
    except EvidenceError as fault:
        report.fault, report.why = _FAULTS[type(fault)], str(fault)
    except TimeoutError:
        report.fault, report.why = Fault.NOT_NOW, TOO_LONG
    except OSError as fault:
        report.fault, report.why = Fault.CANNOT_KEEP, str(no_room(fault, "The evidence"))
    except Error:
        report.fault, report.why = Fault.NOT_NOW, CRASHED
    report.requests = _requests(gate)
    if gate.unrecorded:
        report.limits.append(f"{gate.unrecorded:,} further requests are not listed.")
    return report


async def _drive(job: Job, gate: Gate, report: Report) -> None:
    folder, browser, began = Path(job.folder), Path(job.browser), time.monotonic()
    async with gate.open() as proxy, open_browser(Path(job.scratch), browser, proxy) as context:
        if job.task is Task.PDF:
            (folder / REPORT_PDF).write_bytes(await lay_out(context, job.html))
        else:
            keep = keep_words if job.task is Task.LOOK else keep_all
            await visit(context, gate, job.url, folder, report, _share(job, began), keep)


def _share(job: Job, began: float) -> float:
    """The seconds that are left for the visit: the browser has to be closed, too."""
    return max(1.0, job.seconds - (time.monotonic() - began) - CLOSING_SECONDS)


def _requests(gate: Gate) -> tuple[Request, ...]:
    return tuple(
        Request(place=d.place, verdict=d.verdict.value, address=d.address, why=d.why, times=times)
        for d, times in gate.decisions.items()
    )


def _no_address(_host: str, _port: int) -> tuple[str, ...]:
    return ()


_NOWHERE = Egress(resolve=_no_address)

if __name__ == "__main__":
    main()
