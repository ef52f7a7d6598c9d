"""What it costs to visit twelve sources for many schools, beside just getting the same pages."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.county import County, county
from tests.bench.scanning import Cost, cost_of
from tests.bench.table import Figure, Section

SIZES = (10, 100)
_NOTE = (
    "nothing is judged here, which is measured by itself; all else is as `monitor scan` does it, "
    "but for the polite pauses. The bare loop gets and parses the very pages that were got in "
    "that round, keeps nothing, and its start is not counted; ours writes every visit and every "
    "find down for good. The goal of twice the bare loop is not met (docs/decisions.md). "
    "BENCH_SCHOOLS=1000 make bench ONLY=visits measures a thousand schools as well"
)


def visits() -> Iterator[Section]:
    """One for each number of schools, as it is measured. BENCH_SCHOOLS adds a number."""
    if sys.platform != "linux":
        note = "not measured; memory can be added up on Linux only"
        yield Section(title="Twelve sources for many schools", note=note)
        return
    more = os.environ.get("BENCH_SCHOOLS", "")
    for schools in (*SIZES, int(more)) if more.isdigit() else SIZES:
        title = f"Twelve sources for {schools:,} schools"
        yield Section(title=title, figures=tuple(_figures(schools)), note=_NOTE)


def _figures(schools: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name, county(schools) as all_:
        folder = Path(name)
        (folder / "config.toml").write_text(all_.config, encoding="utf-8")
        first, bare_first = _Round(folder, all_), _Bare(folder, all_)
        second, bare_second = _Round(folder, all_), _Bare(folder, all_)
    each = 1000 / first.did["visits"]
    yield _one("1,000 first visits", "CPU seconds", each * first.did["cpu"])
    yield _one("beside: bare loop over the same pages", "CPU seconds", each * bare_first.cpu)
    yield _one("as many times as the bare loop", "times", first.did["cpu"] / bare_first.cpu)
    yield _one("1,000 new mentions", "CPU seconds", 1000 * first.did["cpu"] / first.did["new"])
    yield _one("1,000 visits, nothing new", "CPU seconds", each * second.did["cpu"])
    yield _one("beside: bare loop over the same pages", "CPU seconds", each * bare_second.cpu)
    yield _one("as many times as the bare loop", "times", second.did["cpu"] / bare_second.cpu)
    yield _one("a look at what is due", "CPU seconds", second.did["look"], decimals=3)
    yield _one("memory", "MB", max(first.cost.memory, second.cost.memory) / 1e6)
    yield _one("beside: memory of the bare loop", "MB", bare_first.cost.memory / 1e6)


class _Round:
    """Every source is visited once for every school."""

    def __init__(self, folder: Path, all_: County) -> None:
        all_.asked.clear()
        self.cost = cost_of("-m", "tests.bench.visitor", str(folder / "config.toml"))
        self.did = _last_line(self.cost)


class _Bare:
    """What was asked for in the round before is got again, and that is all."""

    def __init__(self, folder: Path, all_: County) -> None:
        addresses = folder / "addresses"
        addresses.write_text("\n".join(all_.asked), encoding="utf-8")
        self.cost = cost_of("-m", "tests.bench.bare", str(addresses))
        self.cpu = _last_line(self.cost)["cpu"]


def _last_line(cost: Cost) -> dict[str, float]:
    found: dict[str, float] = json.loads(cost.said.splitlines()[-1])
    return found


def _one(what: str, unit: str, value: float, *, decimals: int = 1) -> Figure:
    return Figure(what=what, unit=unit, values=(value,), decimals=decimals)
