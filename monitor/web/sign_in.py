"""Signing in with e-mail address and password."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from monitor.store.accounts import AccountError
from monitor.web.desk import desk
from monitor.web.guard import public
from monitor.web.page import render

router = APIRouter()
_OPEN = public("this is the door")
_OUR_PAGES = re.compile(
    r"/(today|incidents(/[0-9]{4}-[0-9]{1,9}(/(steps|hand-in))?)?|trends|sources|report(\?[!-~]{1,4000})?)"
)


@router.get("/sign-in", dependencies=_OPEN)
def ask(request: Request, next: str = "", set: str = "") -> Response:  # noqa: A002 - the words in the address
    return render(
        request, "sign_in", wanted=_ours(next), email="", error="", password_set=bool(set)
    )


@router.post("/sign-in", dependencies=_OPEN)
def enter(
    request: Request,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    wanted: Annotated[str, Form()] = "",
) -> Response:
    room = desk(request)
    try:
        token = room.accounts.sign_in(email, password)
    except AccountError as error:
        return render(
            request,
            "sign_in",
            status=403,
            wanted=_ours(wanted),
            email=email,
            error=str(error),
            password_set=False,
        )
    room.accounts.sign_out(request.cookies.get(room.cookie, ""))
    answer = RedirectResponse(_ours(wanted) or "/", status_code=303)
    answer.set_cookie(
        room.cookie, token, path="/", httponly=True, samesite="lax", secure=room.secure_cookies
    )
    return answer


def _ours(wanted: str) -> str:
    """*wanted* if it is a page of ours: nobody is sent elsewhere from here."""
    return wanted if _OUR_PAGES.fullmatch(wanted) else ""
