"""The same decision on several incidents: each is decided for itself, and none is skipped in
silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from monitor.domain import Act, Case, Decision, Event
from monitor.store.accounts import Account
from monitor.store.database import StoreError
from monitor.web.deciding import LONGEST
from monitor.web.desk import Desk, desk
from monitor.web.display import place
from monitor.web.guard import IncidentWorker
from monitor.web.incident import holder
from monitor.web.incidents import together
from monitor.web.page import render
from monitor.web.policy import Action, may
from monitor.words import DECISIONS
from monitor.working import NoSuchIncident, Overtaken

router = APIRouter()
MOST = 50  # as many as a page of the list shows
_GONE = "It is not in the log any more, or not for your account."
_ALONE = "Please read it by itself: it is critical, or a child may be at risk."
_OVERTAKEN = "Somebody else has worked on it in the meantime. It is as they left it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """An incident that was ticked in the list. `seen`: how long its history was then;
    `why_not`: why it cannot be decided with others."""

    number: str
    seen: int
    case: Case | None = None
    why_not: str = ""

    @property
    def where(self) -> str:
        """The site, or the source where an address names none."""
        mention = self.case.sightings[0].mention if self.case else None
        return place(mention.url) or mention.source if mention else ""


@router.post("/incidents")
def several(
    request: Request,
    account: IncidentWorker,
    pick: Annotated[Sequence[str], Form()] = (),
    answered: Annotated[str, Form()] = "",
    decided: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(alias="decided-reason")] = "",
) -> Response:
    """First asks what they are; *answered* is there once somebody has told it."""
    room = desk(request)
    picked = [_picked(room, account, number, seen) for number, seen in _ticked(pick)]
    errors = _mistakes(decided, reason) if answered else {}
    if not answered or errors or not picked:
        return render(
            request,
            "several",
            status=400 if errors or not picked else 200,
            account=account,
            picked=picked,
            answers=[(each, *words) for each, words in DECISIONS.items()],
            decided=decided,
            reason=reason,
            errors=errors,
        )
    outcomes = [(each, _decide(room, account, each, decided, reason)) for each in picked]
    return render(
        request,
        "severally",
        account=account,
        decision=DECISIONS[Decision(decided)][0],
        done=[each for each, why_not in outcomes if not why_not],
        left=[(each, why_not) for each, why_not in outcomes if why_not],
    )


def _ticked(pick: Sequence[str]) -> Iterator[tuple[str, int]]:
    """ "2026-014:3" is a number, and how long its history was; each once."""
    numbers = dict(each.partition(":")[::2] for each in pick[:MOST])
    for number, seen in numbers.items():
        if seen.isdecimal() and len(seen) < 9:
            yield number, int(seen)


def _picked(room: Desk, account: Account, number: str, seen: int) -> Picked:
    case = room.store.case(number)
    if case is None or not may(account, Action.WORK_INCIDENTS, case):
        return Picked(number=number, seen=seen, why_not=_GONE)
    why_not = "" if together(case.incident) else _ALONE
    return Picked(number=number, seen=seen, case=case, why_not=why_not)


def _mistakes(decided: str, reason: str) -> dict[str, str]:
    found = {}
    if decided not in set(Decision):
        found["decided"] = "Choose what these are."
    if not reason.strip():
        found["decided-reason"] = "Enter the reason: it stays in each history beside your name."
    if len(reason) > LONGEST:
        found["decided-reason"] = f"Use at most {LONGEST:,} characters."
    return found


def _decide(room: Desk, account: Account, picked: Picked, decided: str, reason: str) -> str:
    """Why it was not decided; "" if it was."""
    if picked.case is None or picked.why_not:
        return picked.why_not
    if open_with := holder(room, account, picked.case):
        return open_with
    event = Event(
        act=Act.DECIDED,
        at=room.clock(),
        by=account.email,
        role=account.role,
        value=decided,
        reason=reason,
    )
    try:
        room.work(picked.number, event, picked.seen)
    except Overtaken:
        return _OVERTAKEN
    except NoSuchIncident:
        return _GONE
    except StoreError as error:
        return str(error)
    return ""
