"""A member of staff reports what they saw, in under a minute, also from a phone."""

from __future__ import annotations

import re
from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from monitor.domain import School
from monitor.reporting import LONGEST, Report, mistakes
from monitor.store.accounts import Account
from monitor.web.desk import Desk, desk
from monitor.web.guard import Reporter
from monitor.web.page import render
from monitor.web.policy import Action, may

router = APIRouter()
_FORM = re.compile(r"[0-9a-f]{32}")


@router.get("/report")
def ask(request: Request, account: Reporter, url: str = "", text: str = "") -> Response:
    """*url* and *text* are what a phone's Share puts there; some apps put the link in the text."""
    blank = Report(form=token_hex(16), link=(url or text)[: LONGEST["link"]])
    return _form(request, account, blank)


@router.post("/report")
def send(
    request: Request,
    account: Reporter,
    form: Annotated[str, Form()] = "",
    school: Annotated[str, Form()] = "",
    indecent: Annotated[str, Form()] = "",
    link: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
    place: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> Response:
    room = desk(request)
    ours = _school(room, account, school)
    if not _FORM.fullmatch(form):
        raise HTTPException(404)
    filled = Report(form=form, indecent=indecent, link=link, words=words, place=place, note=note)
    if wrong := mistakes(filled):
        return _form(request, account, filled, school=ours.id, wrong=wrong)
    number = room.report(ours, filled, account)
    case = room.store.case(number)
    return render(
        request,
        "reported",
        account=account,
        number=number,
        case=case if case and may(account, Action.READ_INCIDENTS, case) else None,
        indecent=filled.indecent != "no",
    )


def _school(room: Desk, account: Account, id_: str) -> School:
    ours = {school.id: school for school in room.schools_of(account)}
    if id_ not in ours:
        raise HTTPException(404)
    return ours[id_]


def _form(
    request: Request,
    account: Account,
    report: Report,
    *,
    school: str = "",
    wrong: dict[str, str] | None = None,
) -> Response:
    room = desk(request)
    schools = room.schools_of(account)
    return render(
        request,
        "report",
        status=400 if wrong else 200,
        account=account,
        report=report,
        schools=schools,
        school=school or (schools[0].id if schools else ""),
        wrong=wrong or {},
        longest=LONGEST,
        origin=str(request.base_url).rstrip("/"),
    )
