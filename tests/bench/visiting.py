"""What it costs to visit twelve sources for many schools, beside just getting the same pages."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.bench.county import county
from tests.bench.scanning import cost_of
from tests.bench.table import Figure, Section

TITLE = "Twelve sources for many schools"
SIZES = (10, 100)


def visits() -> Section:
    """BENCH_SCHOOLS adds a size: 1000 takes some ten minutes on two cores."""
    if sys.platform != "linux":
        return Section(title=TITLE, note="not measured; memory can be added up on Linux only")
    more = os.environ.get("BENCH_SCHOOLS", "")
    sizes = (*SIZES, int(more)) if more.isdigit() else SIZES
    figures = [figure for size in sizes for figure in _figures(size)]
    return Section(title=TITLE, figures=tuple(figures), note=_NOTE)


_NOTE = (
    "nothing is judged here, which is measured above; all else is as `monitor scan` does it, but "
    "for the polite pauses. The bare loop gets and parses every page that the first round got. "
    "BENCH_SCHOOLS=1000 make bench measures a thousand schools as well"
)


def _figures(schools: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as name, county(schools) as all_:
        folder = Path(name)
        (folder / "config.toml").write_text(all_.config, encoding="utf-8")
        first = _round(folder)
        addresses = "\n".join(all_.asked)
        second = _round(folder)
        (folder / "addresses").write_text(addresses, encoding="utf-8")
        bare = cost_of("-m", "tests.bench.bare", str(folder / "addresses"))
    who = f"{schools} schools: "
    return [
        _one(f"{who}1,000 new mentions", "CPU seconds", 1000 * first["cpu"] / first["new"]),
        _one(f"{who}1,000 first visits", "CPU seconds", 1000 * first["cpu"] / first["visits"]),
        _one(f"{who}1,000 visits, nothing new", "CPU s", 1000 * second["cpu"] / second["visits"]),
        _one(f"{who}beside: bare loop, 1,000 visits", "CPU s", 1000 * bare.cpu / first["visits"]),
        _one(f"{who}memory", "MB", max(first["memory"], second["memory"]) / 1e6),
        _one(f"{who}beside: memory of the bare loop", "MB", bare.memory / 1e6),
    ]


def _round(folder: Path) -> dict[str, float]:
    said = cost_of("-m", "tests.bench.visitor", str(folder / "config.toml")).said
    found: dict[str, float] = json.loads(said)
    return found


def _one(what: str, unit: str, value: float) -> Figure:
    return Figure(what=what, unit=unit, values=(value,), decimals=1)
