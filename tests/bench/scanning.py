"""What one scan of the sample town costs, beside just getting the same pages."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from monitor.demo.place import Answer, Place, Request
from monitor.demo.post_office import PostOffice
from monitor.demo.town import Town
from tests.bench.table import Figure, Section

RUNS = 2
TITLE = "One scan of the sample town"
_SCAN = "from monitor.cli.main import main; main()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of a command and all its children: seconds, CPU seconds, bytes; and what it printed."""

    seconds: float
    cpu: float
    memory: float
    said: str


def scans() -> Section:
    if sys.platform != "linux":
        return Section(title=TITLE, note="not measured; memory can be added up on Linux only")
    pairs = [_scan_and_read() for _ in range(RUNS)]
    figures = [
        *_figures("monitor scan", [ours for ours, _ in pairs]),
        *_figures("beside: bare httpx loop", [bare for _, bare in pairs]),
    ]
    return Section(title=TITLE, figures=tuple(figures), note=_did(pairs[-1][0]))


def _did(scan: Cost) -> str:
    done = json.loads(scan.said)
    return (
        f"{done['mentions']} posts judged, {done['captures']} captures, {done['alerts_sent']} "
        "mails, in each run from nothing; the bare loop gets and parses every page that the scan "
        "got, robots and captures included, from the same servers. Memory is the highest sum over "
        "all processes; what several share is counted for each"
    )


def _figures(what: str, costs: list[Cost]) -> list[Figure]:
    return [
        Figure(
            what=f"{what}, time",
            unit="seconds",
            values=tuple(cost.seconds for cost in costs),
            decimals=1,
        ),
        Figure(
            what=f"{what}, processor",
            unit="CPU seconds",
            values=tuple(cost.cpu for cost in costs),
            decimals=1,
        ),
        Figure(
            what=f"{what}, memory",
            unit="MB",
            values=tuple(cost.memory / 1e6 for cost in costs),
        ),
    ]


def _scan_and_read() -> tuple[Cost, Cost]:
    """Our scan, from nothing, and then the bare loop, in a town that stands for both."""
    with tempfile.TemporaryDirectory() as name, Town(datetime.now(UTC)) as town:
        folder = Path(name)
        visited = _listen(town)
        with PostOffice(folder / "mail") as post_office:
            config = folder / "config.toml"
            config.write_text(town.config_toml(smtp_port=post_office.port), encoding="utf-8")
            ours = cost_of("-c", _SCAN, "scan", "--all", "--json", "--config", str(config))
        addresses = folder / "addresses"
        addresses.write_text("\n".join(visited), encoding="utf-8")
        return ours, cost_of("-m", "tests.bench.bare", str(addresses))


def _listen(town: Town) -> list[str]:
    """The addresses that are asked for from now on, in order."""
    visited: list[str] = []
    for place in town.all:
        place.answer = _noting(place, visited)  # type: ignore[method-assign]  # to listen in
    return visited


def _noting(place: Place, visited: list[str]) -> Callable[[Request], Answer]:
    answer = place.answer

    def noted(request: Request) -> Answer:
        query = urlencode(request.query, doseq=True)
        visited.append(f"{place.url}{request.path}" + (f"?{query}" if query else ""))
        return answer(request)

    return noted


def cost_of(*arguments: str) -> Cost:
    """What it costs to run Python with these arguments."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.cost", sys.executable, *arguments],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"a measured command failed, so there is no figure. {done.stderr}")
    *said, last = done.stdout.splitlines()
    return Cost(**json.loads(last), said="\n".join(said))
