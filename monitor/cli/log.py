"""The log: incidents, report, coverage, forget."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import (
    CONFIG,
    ConfigPath,
    SchoolId,
    complain,
    day,
    demand_folder,
    one_of,
    opened,
    say,
)
from monitor.counts import LONDON
from monitor.coverage import cover
from monitor.coverage import lines as as_checks
from monitor.coverage import sentences as what_was_checked
from monitor.domain import IncidentState
from monitor.log import as_csv, as_lines
from monitor.wire import case_to_json


def incidents(
    config: ConfigPath = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="for a spreadsheet")] = False,
    state: Annotated[IncidentState | None, typer.Option(help="only these")] = None,
    since: Annotated[str | None, typer.Option(help="opened on this day or later")] = None,
) -> None:
    """The incident log, newest first."""
    if as_json and csv:
        raise typer.BadParameter("give --json or --csv, not both")
    start = datetime.combine(day(since), time.min, LONDON) if since else None
    with opened(config) as app:
        cases = app.store.cases(state=state, since=start)
    if as_json:
        for case in cases:
            say(json.dumps(case_to_json(case), ensure_ascii=False))
    elif csv:
        sys.stdout.write(as_csv(cases))
    else:
        say("\n".join(as_lines(cases)) or "The incident log is empty.")


KINDS = (".html", ".pdf", ".csv", ".xlsx")


def report(
    from_: Annotated[str, typer.Option("--from", help="first day, as 2026-09-01")],
    to: Annotated[str, typer.Option("--to", help="last day, as 2026-12-18")],
    out: Annotated[Path, typer.Option(help="FILE.html, .pdf, .csv or .xlsx")],
    round_to: Annotated[
        int, typer.Option(min=1, max=100, help="round every number to a multiple of this")
    ] = 1,
    school: SchoolId = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="all schools in one, from what each has published")
    ] = False,
    config: ConfigPath = CONFIG,
) -> None:
    """The governors' report: counts only, safe to publish."""
    first, last = _days(from_, to)
    if out.suffix.lower() not in KINDS:
        raise typer.BadParameter(f"--out must end in {', '.join(KINDS)}")
    demand_folder(out)
    if trust:
        _trust(first, last, out, school, round_to, config)
        return
    with opened(config) as app:
        owner = one_of(app.schools, school, "school") if school else next(iter(app.schools))
        written = app.report(owner, first, last, out, round_to=round_to)
    if (written.coverage.start, written.coverage.end) != (first, last):
        complain(
            f"The report is on {written.period}: numbers are published term by term, so that "
            "nobody can subtract one report from another."
        )
    say(f"Written to {out}.")


def _trust(
    first: date, last: date, out: Path, school: str | None, round_to: int, config: Path
) -> None:
    if school or round_to != 1:
        raise typer.BadParameter("--trust is on all schools as they stand; leave out the others")
    with opened(config) as app:
        app.trust_report(first, last, out)
    say(f"Written to {out}.")


def coverage(
    from_: Annotated[str, typer.Option("--from", help="first day, as 2026-09-01")],
    to: Annotated[str, typer.Option("--to", help="last day, as 2026-12-18")],
    out: Annotated[
        Path | None, typer.Option(help="one page to hand over: FILE.html or .pdf")
    ] = None,
    school: SchoolId = None,
    config: ConfigPath = CONFIG,
) -> None:
    """Proof of regular checks: which sources were visited, when, and with which result."""
    first, last = _days(from_, to)
    if out is not None:
        demand_folder(out)
    with opened(config) as app:
        owner = one_of(app.schools, school, "school") if school else next(iter(app.schools))
        checks = app.checks(owner, first, last)
        if out is not None:
            app.write_checks(owner, cover(checks, first, last), out)
            say(f"Written to {out}.")
            return
    say("\n".join([*what_was_checked(cover(checks, first, last)), *as_checks(checks)]))


def _days(from_: str, to: str) -> tuple[date, date]:
    first, last = day(from_), day(to)
    if last < first:
        raise typer.BadParameter("--to is before --from")
    return first, last


def forget(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would go")] = False,
    config: ConfigPath = CONFIG,
) -> None:
    """Apply retention: forget what need not be known any longer."""
    with opened(config) as app:
        done = app.would_forget() if dry_run else app.forget()
    verb = "Would forget" if dry_run else "Forgot"
    say(
        f"{verb} {done.not_about_us} posts not about the school, {done.mentions} other posts "
        f"outside the log, the authors of {done.authors} more, and {len(done.incidents)} closed "
        f"incidents with their evidence; {len(done.evidence)} pieces of evidence outside any "
        f"incident; the record of {done.checks} visits to sources."
    )
