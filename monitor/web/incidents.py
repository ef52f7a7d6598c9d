"""The log: the incidents this person may see and asks for, newest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import AfterValidator, BaseModel, Field

from alerts.steps import run_out
from monitor.counts import LONDON
from monitor.domain import Category, Decision, Incident, IncidentState, Severity
from monitor.searching import terms
from monitor.store.accounts import Account
from monitor.store.cases import Listed, Sent, Wanted
from monitor.terms import Terms
from monitor.web.checked import checked
from monitor.web.desk import Desk, Log, desk
from monitor.web.display import place
from monitor.web.guard import IncidentReader
from monitor.web.page import render
from monitor.web.policy import Action, may, reach
from monitor.words import CATEGORIES, DECISIONS, SEVERITIES

router = APIRouter()
PER_PAGE = 50
LONGEST = 200  # characters of what is looked for
_STATES = {state.value: state for state in IncidentState}
_SEVERITIES = {severity.value: severity for severity in Severity}
_CATEGORIES = {category.value: category for category in Category}
_DECISIONS = {decision.value: decision for decision in Decision}


class Asked(BaseModel):
    """What the list was asked for, as it stands in the address; what is no answer is none."""

    words: Annotated[str, AfterValidator(lambda words: words.strip()[:LONGEST])] = ""
    state: str = ""
    severity: str = ""  # a Severity, or "grave"
    about: str = ""  # "child"
    evidence: str = ""  # "none": the post was not there to be captured
    category: str = ""
    decision: str = ""  # a Decision, "none" or "made"
    school: str = ""
    handed: str = Field("", alias="with")  # "me"
    due: str = ""  # "overdue"
    like: str = ""  # Incident.number
    ticked: str = ""  # "all"
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1

    @property
    def wordless(self) -> bool:
        """Something is looked for, and there is no word in it."""
        return bool(self.words) and not terms(self.words)

    @property
    def narrowed(self) -> bool:
        """By more than words."""
        return bool(self.filters.keys() - {"words", "like"})

    @property
    def filters(self) -> dict[str, str]:
        """Without the page."""
        said = self.model_dump(by_alias=True, exclude={"page", "ticked"})
        return {name: value for name, value in said.items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.filters)

    def address(self, **other: object) -> str:
        said = self.filters | {name: str(value) for name, value in other.items()}
        return "/incidents?" + urlencode({k: v for k, v in said.items() if v})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of the list, counted from 1; `total` is of the whole list."""

    number: int
    total: int
    rows: list[Listed]

    @property
    def first(self) -> int:
        return (self.number - 1) * PER_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


@router.get("/incidents")
def incidents(
    request: Request, account: IncidentReader, asked: Annotated[Asked, Query()]
) -> Response:
    room = desk(request)
    schools = {school.id: school.name for school in room.schools_of(account)}
    return render(
        request,
        "incidents",
        account=account,
        page=_page(room.store, wanted(room, account, asked), asked.page),
        asked=asked,
        schools=schools,
        choices=_choices(schools),
        may_read_of_children=reach(account.role).child_safety,
        checked=checked(room, account),
        places=seen_at,
        together=together if may(account, Action.WORK_INCIDENTS) else None,
        views={
            name: f"/incidents?{filters}" for name, filters in room.store.views(account.id).items()
        },
    )


def together(incident: Incident) -> bool:
    """Whether it may be decided with others, by somebody who read only their lines."""
    return not incident.child_safety and incident.severity is not Severity.CRITICAL


def within_reach(room: Desk, account: Account) -> Wanted:
    """All that this person may know of."""
    within = reach(account.role)
    return Wanted(
        schools=tuple(school.id for school in room.schools_of(account)),
        about_head=within.about_head,
        child_safety=within.child_safety,
    )


def wanted(room: Desk, account: Account, asked: Asked) -> Wanted:
    """What is asked for, of what this person may know of."""
    mine, now = within_reach(room, account), room.clock()
    return replace(
        mine,
        schools=tuple(s for s in mine.schools if asked.school in ("", s)),
        state=_STATES.get(asked.state),
        severity=_SEVERITIES.get(asked.severity),
        grave=asked.severity == "grave",
        of_child=asked.about == "child",
        uncaptured=asked.evidence == "none",
        category=_CATEGORIES.get(asked.category),
        decision=_DECISIONS.get(asked.decision),
        undecided=asked.decision == "none",
        decided=asked.decision == "made",
        assigned=account.email if asked.handed == "me" else "",
        due_before=now.astimezone(LONDON).date() if asked.due == "overdue" else None,
        or_unanswered=tuple(_run_out(room, mine.schools, now)) if asked.due == "overdue" else (),
        words=asked.words,
        like=asked.like,
    )


def _run_out(room: Desk, schools: Sequence[str], now: datetime) -> Iterator[Sent]:
    """By each calendar that these schools go by: days of school are counted."""
    calendars: dict[Terms, list[str]] = defaultdict(list)
    for school in schools:
        calendars[room.terms(school)].append(school)
    for calendar, of in calendars.items():
        within = tuple(of) if len(calendars) > 1 else ()
        for title, by in run_out(room.playbook, now, calendar):
            yield Sent(title=title, by=by, schools=within)


def _choices(schools: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: the value in the address, and the words for it."""
    anything = ("", "Any")
    return {
        "state": [anything, ("open", "Open"), ("closed", "Closed")],
        "severity": [
            anything,
            ("grave", "High or critical"),
            *((each.value, name) for each, name in SEVERITIES.items()),
        ],
        "about": [anything, ("child", "Child safety")],
        "evidence": [anything, ("none", "Not captured")],
        "category": [anything, *((each.value, name) for each, name in CATEGORIES.items())],
        "decision": [
            anything,
            ("none", "None yet"),
            ("made", "Any decision"),
            *((each.value, name) for each, (name, _) in DECISIONS.items()),
        ],
        "school": [anything, *schools.items()],
        "with": [("", "Anybody"), ("me", "You")],
        "due": [anything, ("overdue", "Overdue")],
    }


def _page(store: Log, of: Wanted, number: int) -> Page:
    """Beyond the last page there is the last page: the log may have become shorter."""
    total = store.count(of)
    number = min(number, max(1, ceil(total / PER_PAGE)))
    rows = store.listed(of, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    return Page(number=number, total=total, rows=rows)


def seen_at(listed: Listed) -> list[str]:
    """The sites it was seen on, or the source where an address names none."""
    return sorted({place(url) or source for source, url in listed.seen})
