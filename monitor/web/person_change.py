"""Another e-mail address for the same person, or another role: by an administrator."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from monitor.account_role import NO_PASSWORD, AccountRole
from monitor.audit import account as named
from monitor.store.accounts import Account, AccountError
from monitor.web.desk import desk
from monitor.web.guard import PeopleManager
from monitor.web.page import render
from monitor.web.people import mistakes
from monitor.web.person import NOT_ONESELF, back, in_charge
from monitor.web.policy import SEES

router = APIRouter()
_ROLES = [(role, words, "") for role, words in SEES.items() if role not in NO_PASSWORD]


@router.get("/people/{id_}/change")
def ask(request: Request, account: PeopleManager, id_: int) -> Response:
    other = in_charge(request, account, id_)
    return _form(request, account, other, other.email, other.role, other.schools)


@router.post("/people/{id_}/change")
def change(
    request: Request,
    account: PeopleManager,
    id_: int,
    email: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    school: Annotated[tuple[str, ...], Form()] = (),
) -> Response:
    other, room = in_charge(request, account, id_), desk(request)
    chosen = frozenset(each.id for each in room.schools_of(account) if each.id in school)
    wrong = mistakes(room, account, email, role, chosen)
    if other.id == account.id:
        wrong["email"] = NOT_ONESELF
    if not wrong:
        try:
            room.accounts.change(
                other.email, to=email, role=AccountRole(role), schools=chosen, by=named(account.id)
            )
        except AccountError as error:
            wrong["email"] = str(error)
    if wrong:
        return _form(request, account, other, email, role, chosen, wrong)
    return back(other, "changed")


def _form(
    request: Request,
    account: Account,
    other: Account,
    email: str,
    role: str,
    chosen: frozenset[str],
    wrong: dict[str, str] | None = None,
) -> Response:
    return render(
        request,
        "person_change",
        status=400 if wrong else 200,
        account=account,
        person=other,
        email=email,
        role=role,
        roles=_ROLES,
        schools=[(school.id, school.name) for school in desk(request).schools_of(account)],
        chosen=chosen,
        errors=wrong or {},
    )
