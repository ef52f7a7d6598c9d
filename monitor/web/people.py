"""Who has an account: role, last sign-in, open sessions. An administrator adds people here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from monitor.account_role import NO_PASSWORD, AccountRole
from monitor.audit import account as named
from monitor.store.accounts import Account, AccountError
from monitor.web.desk import Desk, desk
from monitor.web.door import origin
from monitor.web.guard import PeopleManager, PeopleReader
from monitor.web.page import render
from monitor.web.policy import SEES, Action, may

router = APIRouter()
PER_PAGE = 50
LONGEST = 254  # characters of an address


@router.get("/people")
def people(
    request: Request,
    account: PeopleReader,
    like: str = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    room, like = desk(request), like.strip()[:LONGEST]
    total = room.accounts.count_at(account.schools, like=like)
    pages = max(1, ceil(total / PER_PAGE))
    first = (min(page, pages) - 1) * PER_PAGE
    found = room.accounts.working_at(account.schools, like=like, limit=PER_PAGE, offset=first)
    inside = Counter(each.account for each in room.accounts.sessions(found))
    return render(
        request,
        "people",
        account=account,
        people=found,
        like=like,
        total=total,
        first=first + 1,
        page=min(page, pages),
        pages=pages,
        inside=inside,
        ways=room.accounts.ways_in(found),
        schools={school.id: school.name for school in room.schools_of(account)},
        may_add=may(account, Action.MANAGE_PEOPLE),
    )


@router.get("/people/add")
def ask(request: Request, account: PeopleManager) -> Response:
    return _form(request, account)


@router.post("/people/add")
def add(
    request: Request,
    account: PeopleManager,
    email: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    school: Annotated[tuple[str, ...], Form()] = (),
) -> Response:
    room, typed = desk(request), {"email": email, "role": role}
    chosen = [each.id for each in room.schools_of(account) if each.id in school]
    if wrong := mistakes(room, account, email, role, chosen):
        return _form(request, account, typed, chosen, wrong)
    try:
        token = room.accounts.add(email, AccountRole(role), chosen, by=named(account.id))
    except AccountError as error:
        return _form(request, account, typed, chosen, {"email": str(error)})
    password = AccountRole(role) not in NO_PASSWORD
    return show_link(request, account, email.strip().casefold(), token, password=password)


def show_link(
    request: Request, account: Account, email: str, token: str, *, password: bool = True
) -> Response:
    """*password*: whether one is set with it."""
    link = f"{origin(request)}/invite/{token}"
    return render(
        request, "person_link", account=account, email=email, link=link, password=password
    )


def mistakes(
    room: Desk, account: Account, email: str, role: str, chosen: Collection[str]
) -> dict[str, str]:
    """By field: what is wrong, and what to do."""
    wrong = {}
    if not email.strip():
        wrong["email"] = "Enter the person's e-mail address."
    elif _is_anothers(room, account, email.strip().casefold()):
        wrong["email"] = "This person has, or had, an account at a school that is not yours."
    if role not in set(AccountRole):
        wrong["role"] = "Choose what this person may see."
    if not chosen:
        wrong["school"] = "Choose the school."
    return wrong


def _is_anothers(room: Desk, account: Account, email: str) -> bool:
    known = room.accounts.by_address(email)
    return known is not None and not may(account, Action.MANAGE_PEOPLE, known)


def _form(
    request: Request,
    account: Account,
    typed: dict[str, str] | None = None,
    chosen: list[str] | None = None,
    wrong: dict[str, str] | None = None,
) -> Response:
    schools = [(school.id, school.name) for school in desk(request).schools_of(account)]
    return render(
        request,
        "person_add",
        status=400 if wrong else 200,
        account=account,
        typed=typed or {"email": "", "role": ""},
        schools=schools,
        chosen=chosen if chosen is not None else [id_ for id_, _ in schools[:1]],
        roles=[(role.value, words, "") for role, words in SEES.items()],
        errors=wrong or {},
    )
