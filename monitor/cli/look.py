"""Looking: check, scan, run, assess, sources."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import settings
from monitor.cli.common import (
    CONFIG,
    AsJson,
    ConfigPath,
    Failed,
    SchoolId,
    bars,
    complain,
    demand_secrets,
    one_of,
    opened,
    say,
)
from monitor.words import many
from sources import registry

if TYPE_CHECKING:
    from monitor.app import Scanned


def check(
    config: ConfigPath = CONFIG,
    as_json: AsJson = False,
    send_to: Annotated[
        str, typer.Option("--send-to", help="send a test mail to this address, too")
    ] = "",
) -> None:
    """Try every source, the mail server, the browser and the database once."""
    from alerts.channels.email_settings import is_address
    from monitor.checks import check as try_everything

    if send_to and not is_address(send_to):
        raise typer.BadParameter(f"{send_to!r} is not an e-mail address")
    findings = []
    for finding in try_everything(settings.load(config), send_to=send_to):
        findings.append(finding)
        if not as_json:
            say(f"{'ok' if finding.ok else 'BROKEN':<7} {finding.part}: {finding.sentence}")
    broken = [f.part for f in findings if not f.ok]
    if as_json:
        rows = [{"part": f.part, "ok": f.ok, "sentence": f.sentence} for f in findings]
        say(json.dumps({"ok": not broken, "findings": rows}, ensure_ascii=False))
    if broken:
        raise Failed(f"Not everything works: {', '.join(broken)}.")


def scan(
    config: ConfigPath = CONFIG,
    all_: Annotated[bool, typer.Option("--all", help="also sources that are not due yet")] = False,
    source: Annotated[str | None, typer.Option(help="only the source of this name")] = None,
    keep_hours: Annotated[
        bool, typer.Option("--keep-hours", help="in quiet hours send only what is critical")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """One pass: visit sources, judge, record, capture evidence, try every unsent alert.

    Whoever asks for a pass wants to know, so urgent mails leave at any hour; for a timer that
    also runs at night there is --keep-hours.
    """
    with opened(config) as app:
        demand_secrets(app)
        if source is not None:
            one_of({s.name: s for s in app.settings.sources}, source, "source")
        every = all_ or source is not None
        visits = list(app.visitor.all(only=source)) if every else app.visitor.due()
        with bars() as progress:
            done = app.scan(visits, progress, keep_hours=keep_hours)
    if as_json:
        say(json.dumps(_as_json(done), ensure_ascii=False))
    else:
        _tell(done)
    _complain(done)


def _as_json(done: Scanned) -> dict[str, object]:
    return {
        "sources": [
            {
                "name": v.source,
                "school": v.school,
                "new": v.new,
                "about_school": v.about_school,
                "error": str(v.error) if v.error else None,
            }
            for v in done.visits
        ],
        "mentions": sum(v.new for v in done.visits),
        "incidents_opened": sum(v.incidents_opened for v in done.visits),
        "captures": done.captures,
        "alerts_sent": done.alerts_sent,
    }


def _tell(done: Scanned) -> None:
    for v in done.visits:
        if v.error is None:
            say(f"{v.source} for {v.school}: {v.new} new, {v.about_school} about the school")
    say(
        f"{sum(v.new for v in done.visits)} new posts, "
        f"{sum(v.incidents_opened for v in done.visits)} incidents opened, "
        f"{done.captures} pieces of evidence captured, {done.rechecks} looked at again, "
        f"{done.alerts_sent} mails sent."
    )


def _complain(done: Scanned) -> None:
    """One source that fails among others is said; the job is undone if all fail, or if
    somebody who should have been told was not."""
    failed = [v for v in done.visits if v.error]
    for v in failed:
        complain(f"{v.source} for {v.school}: {v.error}")
    if done.troubles:
        raise Failed("\n".join(done.troubles))
    if failed and len(failed) == len(done.visits):
        raise Failed("No source could be read.")


def run(
    config: ConfigPath = CONFIG,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="of the dashboard; 0: any free one")
    ] = 8000,
    only_dashboard: Annotated[
        bool, typer.Option("--only-dashboard", help="look at what is there; visit nothing")
    ] = False,
) -> None:
    """Scheduler and dashboard, until stopped by SIGTERM or Ctrl-C."""
    from monitor.dashboard import serve
    from monitor.scheduler import running
    from monitor.web.server import CannotServe

    with opened(config) as app:
        if not only_dashboard:
            demand_secrets(app)
        try:
            serve(app, port, beside=nullcontext() if only_dashboard else running(app))
        except CannotServe as error:
            raise Failed(str(error)) from None


def assess(config: ConfigPath = CONFIG, school: SchoolId = None) -> None:
    """Judge posts: JSON Lines in, JSON Lines out. Nothing is stored."""
    from monitor.judging import judge, read_lines
    from nlp.assess import Assessor

    schools = {s.id: s.school() for s in settings.load(config).schools}
    if school is not None:
        one_of(schools, school, "school")
    bad = 0
    for answer in judge(read_lines(sys.stdin.buffer), schools, school, Assessor()):
        bad += answer.broken
        sys.stdout.write(answer.line + "\n")
        sys.stdout.flush()
    if bad:
        raise Failed(f"{many(bad, 'line')} could not be judged; the answer to each says why.")


def sources(
    kind: Annotated[str | None, typer.Argument(help="tell all about this kind")] = None,
    as_json: AsJson = False,
    config: ConfigPath = CONFIG,  # noqa: ARG001 - every command takes it; the kinds need none
) -> None:
    """The kinds of source; the keys, cost, limits and terms of one."""
    if kind is not None:
        one_of(registry.available(), kind, "kind of source")
        told = registry.describe(kind)
        say(json.dumps(asdict(told), ensure_ascii=False) if as_json else _in_words(told))
        return
    kinds = {k: registry.describe(k).about for k in registry.available()}
    if as_json:
        rows = [{"kind": k, **asdict(about)} for k, about in kinds.items()]
        say(json.dumps({"kinds": rows}, ensure_ascii=False))
    else:
        say("\n".join(f"{k:<12} {about.finds}" for k, about in kinds.items()))


def _in_words(told: registry.Description) -> str:
    about = told.about
    lines = [told.kind, f"  finds:  {about.finds}", f"  cost:   {about.cost}"]
    lines += [f"  limits: {about.limits}", f"  terms:  {about.terms}", "  keys:"]
    for key in told.keys:
        default = "required" if key.required else f"default {key.default}"
        lines.append(f"    {key.name} ({default}): {key.description}")
    return "\n".join(lines)
