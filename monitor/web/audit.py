"""Who saw and took out what, and who let whom in: for those who answer for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from monitor.audit import Act, ids_in
from monitor.audit import account as named
from monitor.custody import Handling
from monitor.reporting import SOURCE
from monitor.store.accounts import Account
from monitor.store.audit import Found
from monitor.web.desk import Desk, desk
from monitor.web.guard import AuditReader
from monitor.web.incidents import within_reach
from monitor.web.page import render
from monitor.web.policy import Action, may

router = APIRouter()
PER_PAGE = 50
_WORDS: Mapping[str, str] = {
    Act.SIGNED_IN: "Signed in",
    Act.SIGNED_IN_BY_PASSKEY: "Signed in with a passkey",
    Act.SIGNED_IN_ELSEWHERE: "Signed in with Microsoft or Google",
    Act.REFUSED: "Wrong password for this account",
    Act.SIGNED_OUT: "Signed out",
    Act.PASSWORD_SET: "Password set with a one-time link",
    Act.PASSWORD_CHANGED: "Password changed",
    Act.STEP_SET_UP: "Second step set up",
    Act.STEP_REFUSED: "Right password, wrong code",
    Act.STEP_REMOVED: "Second step taken out",
    Act.STEP_RESET: "Second step reset",
    Act.RECOVERY_USED: "A recovery code was used",
    Act.RECOVERY_RENEWED: "New recovery codes",
    Act.PASSKEY_ADDED: "Passkey added",
    Act.PASSKEY_REMOVED: "Passkey removed",
    Act.PASSKEY_REFUSED: "A passkey of this account was refused",
    Act.TIED: "Tied to an account at Microsoft or Google",
    Act.UNTIED: "Untied from an account at Microsoft or Google",
    Act.ADDED: "Account added",
    Act.ENABLED: "Disabled account added anew",
    Act.ADDRESS_CHANGED: "E-mail address changed",
    Act.ROLE_CHANGED: "What they may see was changed",
    Act.LINK_MADE: "New one-time link made",
    Act.DISABLED: "Account disabled",
    Act.SESSION_ENDED: "Session ended",
    Act.DENIED: "Asked for a page that is not for them",
    Act.READ: "Opened the incident",
    Act.REPORTED: "Reported it",
    Act.LESSON_TAKEN_BACK: "Took back what a decision had taught",
    Act.LESSON_USED_AGAIN: "Put back what a decision had taught",
    Handling.VIEWED: "Looked at the screenshot",
    Handling.REVEALED: "Asked who an author is",
    Handling.SUPPLIED: "Handed in evidence",
    Handling.EXPORTED: "Evidence put into a pack",
    Handling.PACKED: "Evidence pack made",
}


class Asked(BaseModel):
    about: str = ""  # "people" or "incidents"
    incident: str = ""
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1

    def address(self, page: int) -> str:
        said = {"about": self.about, "incident": self.incident, "page": str(page)}
        return "/audit?" + urlencode({name: value for name, value in said.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`who` is empty where it is the one whom it concerns."""

    at: datetime
    what: str
    subject: str
    who: str


@router.get("/audit")
def audit(request: Request, account: AuditReader, asked: Annotated[Asked, Query()]) -> Response:
    room, kinds = desk(request), _kinds(account)
    about = asked.about if asked.about in kinds else next(iter(kinds))
    found, total = _found(room, account, about, asked)
    return render(
        request,
        "audit",
        account=account,
        about=about,
        kinds=kinds,
        incident=asked.incident if about == "incidents" else "",
        lines=in_words(room, account, found),
        total=total,
        asked=asked,
        last=max(1, ceil(total / PER_PAGE)),
    )


def in_words(room: Desk, account: Account, found: Sequence[Found]) -> list[Line]:
    """Numbers of accounts become their addresses, for all at the schools of *account*."""
    ids = ids_in(name for each in found for name in (each.subject, each.actor))
    known = {
        named(id_): each.email if each.schools & account.schools else _ELSEWHERE
        for id_, each in room.accounts.known(ids).items()
    }
    return [
        Line(
            at=each.at,
            what=_WORDS[each.act],
            subject=known.get(each.subject, each.subject),
            who="" if each.actor == each.subject else known.get(each.actor, each.actor),
        )
        for each in found
    ]


_ELSEWHERE = "somebody at another school"


def _kinds(account: Account) -> dict[str, str]:
    """What there is for this person; the first is what they came for."""
    content = may(account, Action.READ_INCIDENTS)
    people = may(account, Action.READ_PEOPLE)
    return ({"incidents": "Incidents"} if content else {}) | (
        {"people": "People"} if people else {}
    )


def _found(room: Desk, account: Account, about: str, asked: Asked) -> tuple[list[Found], int]:
    offset = (asked.page - 1) * PER_PAGE
    if about == "people":
        return room.store.deeds_at(account.schools, PER_PAGE, offset)
    reach = within_reach(room, account)
    return room.store.looks_at(reach, asked.incident, SOURCE, PER_PAGE, offset)
