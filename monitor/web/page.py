"""Templates into answers."""

from __future__ import annotations

from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from monitor.counts import LONDON
from monitor.second_step import by_hand
from monitor.store.accounts import Account
from monitor.visible import shown
from monitor.web import display
from monitor.web.policy import SEES, Action, may
from monitor.web.static import asset
from monitor.words import (
    CATEGORIES,
    DECISIONS,
    ROLES,
    SENTIMENTS,
    SEVERITIES,
    STILL_THERE,
    VERACITIES,
    day,
    when,
)

_SCREENS = (
    (Action.SEE_TODAY, "/today", "Today"),
    (Action.READ_INCIDENTS, "/incidents", "Incidents"),
    (Action.REPORT, "/report", "Report"),
    (Action.READ_TRENDS, "/trends", "Trends"),
    (Action.COMPARE_SCHOOLS, "/trust", "All schools"),
    (Action.READ_SOURCES, "/sources", "Sources"),
    (Action.READ_SCHOOL, "/school", "School"),
    (Action.READ_PEOPLE, "/people", "People"),
    (Action.READ_AUDIT, "/audit", "Audit"),
)


def screens_of(account: Account | None) -> list[tuple[str, str]]:
    """Address and name of each screen there is for this person, the first being their home."""
    if account is None:
        return []
    return [(path, name) for action, path, name in _SCREENS if may(account, action)]


def render(
    request: Request,
    template: str,
    *,
    account: Account | None = None,
    status: int = 200,
    **values: object,
) -> HTMLResponse:
    page = _PAGES.get_template(f"{template}.html").render(
        account=account,
        screens=screens_of(account),
        here=request.url.path,
        **values,
    )
    return HTMLResponse(page, status)


def _environment() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {
        "address": display.address,
        "when": when,
        "day": lambda day: f"{day:%a} {day.day} {day:%b}",
        "date": lambda moment: day(moment.astimezone(LONDON)),
        "size": display.size,
        "zip": zip,
        "groups": by_hand,
    }
    pages.globals |= {
        "asset": asset,
        "CATEGORIES": CATEGORIES,
        "SEVERITIES": SEVERITIES,
        "SENTIMENTS": SENTIMENTS,
        "STILL_THERE": STILL_THERE,
        "ROLES": ROLES,
        "SEES": SEES,
        "DECISIONS": DECISIONS,
        "VERACITIES": VERACITIES,
    }
    return pages


_PAGES = _environment()
