"""A person hands in what they have: a screenshot, a photo of a print, a mail saved as a file.

It is asked first whether a picture in it could be indecent, and the answer stands in the address
of the form that takes the file. So what may not be kept is refused before a byte of it is read.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from alerts.pictures import Indecent
from monitor.domain import Case
from monitor.store.accounts import Account
from monitor.web.desk import desk
from monitor.web.guard import IncidentWorker
from monitor.web.incident import HANDED_IN, case_for
from monitor.web.page import render
from monitor.web.uploads import Once, fresh, keep, the_file

router = APIRouter()


@router.get("/incidents/{number}/hand-in")
def ask(request: Request, account: IncidentWorker, number: str, indecent: str = "") -> Response:
    case = case_for(desk(request), account, number)
    return _page(request, account, case, indecent)


def _may_be_read(
    request: Request, account: IncidentWorker, number: str, indecent: str = ""
) -> bool:
    case = case_for(desk(request), account, number)
    return case.incident.pictures_allowed and indecent == Indecent.NO


async def _file(
    request: Request, may_be_read: Annotated[bool, Depends(_may_be_read)]
) -> bytes | None:
    return await the_file(request) if may_be_read else None


@router.post("/incidents/{number}/hand-in")
def take(
    request: Request,
    account: IncidentWorker,
    number: str,
    once: Once,
    content: Annotated[bytes | None, Depends(_file)],
    indecent: str = "",
) -> Response:
    room = desk(request)
    case = case_for(room, account, number)
    if content is None:
        return _page(request, account, case, indecent or Indecent.NOT_SURE, status=403)
    if wrong := keep(room, case, content, account, once):
        return _page(request, account, case, indecent, wrong=wrong, status=400)
    return RedirectResponse(f"/incidents/{number}?done={HANDED_IN}", status_code=303)


def _page(
    request: Request,
    account: Account,
    case: Case,
    indecent: str,
    *,
    wrong: str = "",
    status: int = 200,
) -> Response:
    """The question; then the form for the file, or what one may lawfully do instead."""
    said = indecent if indecent in set(Indecent) else ""
    return render(
        request,
        "hand_in",
        status=status,
        account=account,
        case=case,
        said=said if case.incident.pictures_allowed else Indecent.NOT_SURE.value,
        once=fresh(),
        wrong=wrong,
    )
