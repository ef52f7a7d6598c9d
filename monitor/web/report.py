"""A member of staff reports what they saw, in under a minute, also from a phone."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from monitor.domain import Case, School
from monitor.reporting import SOURCE, Report, mistakes
from monitor.store.accounts import Account
from monitor.web.desk import Desk, desk
from monitor.web.guard import Reporter
from monitor.web.page import render
from monitor.web.policy import Action, may
from monitor.web.uploads import Once, fresh, keep, the_file

router = APIRouter()
_FORM = re.compile(r"[0-9a-f]{32}")


@router.get("/report")
def ask(request: Request, account: Reporter, url: str = "", text: str = "") -> Response:
    """*url* and *text* are what a phone's Share puts there; some apps put the link in the text."""
    blank = Report(form=fresh(), link=(url or text))
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
    case = room.store.case(room.report(ours, filled, account))
    if case is None:  # forgotten in this very moment
        raise HTTPException(404)
    room.store.note_report(form, account.id, room.clock())
    return _thanks(request, account, case, form)


def _reported(request: Request, account: Reporter, form: str = "", school: str = "") -> Case:
    """The incident of a report that this form was sent with. Whoever reports may add to it what
    they have, and may see it only if it is for them."""
    room = desk(request)
    number = room.store.number_of(_school(room, account, school).id, SOURCE, form)
    case = room.store.case(number) if number else None
    if case is None:
        raise HTTPException(404)
    return case


async def _file(request: Request, case: Annotated[Case, Depends(_reported)]) -> bytes | None:
    """Not read where a picture could be indecent: by what was reported, or by its words."""
    return await the_file(request) if case.incident.pictures_allowed else None


@router.post("/report/hand-in")
def hand_in(
    request: Request,
    account: Reporter,
    case: Annotated[Case, Depends(_reported)],
    once: Once,
    content: Annotated[bytes | None, Depends(_file)],
    form: str = "",
) -> Response:
    if content is None:
        return _thanks(request, account, case, form, status=403)
    wrong = keep(desk(request), case, content, account, once)
    return _thanks(
        request, account, case, form, kept=not wrong, wrong=wrong, status=400 if wrong else 200
    )


def _thanks(
    request: Request,
    account: Account,
    case: Case,
    form: str,
    *,
    kept: bool = False,
    wrong: str = "",
    status: int = 200,
) -> Response:
    incident = case.incident
    return render(
        request,
        "reported",
        status=status,
        account=account,
        number=incident.number,
        visible=may(account, Action.READ_INCIDENTS, case),
        may_list=may(account, Action.READ_INCIDENTS),
        indecent=not incident.pictures_allowed,
        add_to=urlencode({"form": form, "school": incident.school, "once": fresh()}),
        kept=kept,
        wrong=wrong,
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
        may_invite=may(account, Action.INVITE_COLLEAGUES),
        schools=schools,
        school=school or (schools[0].id if schools else ""),
        wrong=wrong or {},
        origin=str(request.base_url).rstrip("/"),
    )
