"""What a person decides of an incident, from the forms on its page. Works without script."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from monitor.domain import Act, Case, Event
from monitor.store.accounts import Account
from monitor.web.desk import Desk, desk
from monitor.web.guard import IncidentWorker
from monitor.web.incident import Typed, case_for, colleagues, holder, show
from monitor.web.page import render
from monitor.web.policy import Action, may
from monitor.working import NoSuchIncident, Overtaken

router = APIRouter()
_ELSEWHERE = (Act.STEP, Act.REVEALED)  # they have pages of their own
_CONTRADICTS_NOBODY = (Act.NOTE, Act.ACKNOWLEDGED, Act.CAPTURE, Act.BARRED)
_TAKE_OVER = "take_over"
_FORMS = {act.value: act for act in Act if act not in _ELSEWHERE}
LONGEST = 5000  # characters of a reason
_ASKED = {
    Act.DECIDED: "Choose what this is.",
    Act.SEVERITY: "Choose how soon a person must know.",
    Act.VERACITY: "Choose whether it is true.",
    Act.DUE: "Enter a day, as in 3 December 2026.",
    Act.ASSIGNED: "Choose somebody who may read this.",
}


async def _form(request: Request) -> dict[str, str]:
    """The fields that hold words; uploads are none of ours."""
    return {k: v for k, v in (await request.form()).items() if isinstance(v, str)}


@router.post("/incidents/{number}")
def act(
    request: Request,
    account: IncidentWorker,
    number: str,
    form: Annotated[dict[str, str], Depends(_form)],
) -> Response:
    """`act` says which; its value is in the field of that name, its reason in `…-reason`."""
    room = desk(request)
    case = case_for(room, account, number)
    if form.get("act") == _TAKE_OVER:
        room.store.open(case.incident.key, account.id, room.clock(), take_over=True)
        if any(text.strip() for name, text in form.items() if name.endswith("-reason")):
            return show(request, account, case, typed=Typed(values=form))
        return RedirectResponse(f"/incidents/{number}#decide", status_code=303)
    what = _FORMS.get(form.get("act", ""))
    if what is None:
        return _again(request, account, case, form, {"act": "Use one of the forms on this page."})
    return _carry_out(request, account, case, what, form)


def _carry_out(
    request: Request, account: Account, case: Case, what: Act, form: dict[str, str]
) -> Response:
    room, number = desk(request), case.incident.number
    event = _event(room, account, case, what, form)
    if isinstance(event, dict):
        return _again(request, account, case, form, event)
    if what not in _CONTRADICTS_NOBODY and (open_with := holder(room, account, case)):
        say = f"{open_with} Wait until they are done, or take it over with the button below."
        return _again(request, account, case, form, {what: say})
    try:
        room.work(number, event, _seen(form, what))
    except Overtaken as error:
        return _again(request, account, case_for(room, account, number), form, {what: str(error)})
    except NoSuchIncident:
        return RedirectResponse("/incidents", status_code=303)
    if what in (Act.DECIDED, Act.CLOSED):
        room.store.leave(case.incident.key, account.id)
    now = room.store.case(number)
    if now is not None and not may(account, Action.READ_INCIDENTS, now):
        return render(request, "passed_on", account=account, number=number)
    return RedirectResponse(f"/incidents/{number}?done={what}", status_code=303)


def _event(
    room: Desk, account: Account, case: Case, what: Act, form: dict[str, str]
) -> Event | dict[str, str]:
    """What is to be written down, or what is wrong with which field, in words."""
    value, reason = form.get(what, "").strip(), form.get(f"{what}-reason", "")
    if len(reason) > LONGEST:
        return {f"{what}-reason": f"Use at most {LONGEST:,} characters."}
    if what is Act.ASSIGNED and value and value not in colleagues(room, case):
        return {what: _ASKED[what]}
    try:
        Event(act=what, at=room.clock(), by="-", role="-", value=value, reason="is there")
    except ValueError:
        return {what: _ASKED.get(what, "Use one of the forms on this page.")}
    try:
        return Event(
            act=what,
            at=room.clock(),
            by=account.email,
            role=account.role,
            value=value,
            reason=reason,
        )
    except ValueError as error:
        return {f"{what}-reason": str(error)}


def _seen(form: dict[str, str], what: Act) -> int | None:
    """A note, or that one has read it, contradicts nobody; and a picture that may be indecent
    waits for nobody."""
    if what in _CONTRADICTS_NOBODY:
        return None
    seen = form.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) < 9 else 0


def _again(
    request: Request, account: Account, case: Case, form: dict[str, str], errors: dict[str, str]
) -> Response:
    typed = Typed(values=form, errors=errors)
    return show(request, account, case, typed=typed, status=400)
