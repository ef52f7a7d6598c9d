"""What needs this person now, by role: the head sees decisions and what is grave first, the
safeguarding lead children, the office what is late, undecided or without evidence, and an
administrator sources, people and what the configuration leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from fastapi.responses import Response

from monitor.account_role import AccountRole
from monitor.profile import Gap
from monitor.store.accounts import Account
from monitor.store.cases import Listed
from monitor.web.checked import checked
from monitor.web.desk import Desk, desk
from monitor.web.guard import Working
from monitor.web.incidents import Asked, seen_at, wanted
from monitor.web.page import render
from monitor.web.policy import Action, may

router = APIRouter()
MOST = 10  # of each kind; the list shows the rest
MOST_SCHOOLS = 12  # whose configuration is looked through; of more, each has a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Open incidents that wait for one thing. `filters`: of the list that shows all of them."""

    title: str
    none: str
    filters: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""

    @property
    def asked(self) -> Asked:
        return Asked.model_validate({"state": "open", **self.filters})


_OVERDUE = Kind(
    title="Overdue",
    none="Nothing is overdue.",
    filters={"due": "overdue"},
    hint="Its day has passed; or a letter or form was sent, and no answer came in its time.",
)
_UNDECIDED = Kind(
    title="Waiting for a decision", none="Everything is decided.", filters={"decision": "none"}
)
_MINE = Kind(title="With you", none="Nothing is handed to you.", filters={"with": "me"})
_GRAVE = Kind(
    title="Grave, and still open",
    none="Nothing grave that was decided is still open.",
    filters={"severity": "grave", "decision": "made"},
    hint="What to do about it is decided; it is not closed yet.",
)
_OF_CHILDREN = Kind(
    title="Child safety", none="No concern for a child is open.", filters={"about": "child"}
)
_UNCAPTURED = Kind(
    title="The post was not captured",
    none="Every page that was opened showed its post.",
    filters={"evidence": "none"},
    hint="Its page showed something else. If somebody has a screenshot, hand it in.",
)
_KINDS: Mapping[AccountRole, tuple[Kind, ...]] = {
    AccountRole.HEAD: (_UNDECIDED, _GRAVE, _MINE, _OVERDUE),
    AccountRole.DSL: (_OF_CHILDREN, _UNDECIDED, _MINE, _OVERDUE),
    AccountRole.OFFICE: (_OVERDUE, _UNDECIDED, _UNCAPTURED, _MINE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """`more` leads to all of them."""

    kind: Kind
    rows: list[Listed]
    total: int
    more: str


@router.get("/today")
def today(request: Request, account: Working) -> Response:
    room = desk(request)
    if not may(account, Action.READ_INCIDENTS):
        return _without_incidents(request, account)
    return render(
        request,
        "today",
        account=account,
        piles=[_pile(room, account, kind) for kind in _KINDS[account.role]],
        checked=checked(room, account),
        sources_first=account.role is AccountRole.OFFICE,
        schools={school.id: school.name for school in room.schools_of(account)},
        places=seen_at,
    )


def _pile(room: Desk, account: Account, kind: Kind) -> Pile:
    which = wanted(room, account, kind.asked)
    rows = room.store.listed(which, limit=MOST, gravest=True)
    total = room.store.count(which) if len(rows) == MOST else len(rows)
    return Pile(kind=kind, rows=rows, total=total, more=kind.asked.address())


def _without_incidents(request: Request, account: Account) -> Response:
    room = desk(request)
    unready = room.accounts.unready_at(account.schools, limit=MOST + 1)
    return render(
        request,
        "today_admin",
        account=account,
        checked=checked(room, account),
        unready=unready[:MOST],
        more=len(unready) > MOST,
        gaps=list(_gaps(room, account)),
        schools=len(room.schools_of(account)),
        most_schools=MOST_SCHOOLS,
    )


def _gaps(room: Desk, account: Account) -> Iterator[tuple[str, str, tuple[Gap, ...]]]:
    """The id and the name of each school whose configuration leaves something out, and what."""
    schools = room.schools_of(account)
    for school in schools if len(schools) <= MOST_SCHOOLS else ():
        if missing := room.profile(school.id).missing:
            yield school.id, school.name, missing
