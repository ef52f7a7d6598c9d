"""Setting up the second step: a picture for the app, its first code, then the recovery codes."""

from __future__ import annotations

from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from monitor.second_step import app_address
from monitor.store.accounts import Account, AccountError
from monitor.web.desk import desk
from monitor.web.door import give_key, ours, to
from monitor.web.guard import HalfwayIn, token_of
from monitor.web.page import render

router = APIRouter()


@router.get("/second-step/set-up")
def ask(request: Request, account: HalfwayIn, next: str = "") -> Response:  # noqa: A002 - the word in the address
    return _form(request, account, ours(next))


@router.post("/second-step/set-up")
def finish(
    request: Request,
    account: HalfwayIn,
    code: Annotated[str, Form()] = "",
    wanted: Annotated[str, Form()] = "",
) -> Response:
    try:
        token, codes = desk(request).accounts.set_up(token_of(request), code)
    except AccountError as error:
        return _form(request, account, ours(wanted), error=str(error))
    page = render(request, "recovery_codes", codes=codes, wanted=ours(wanted) or "/")
    return give_key(request, page, token)


def _form(request: Request, account: Account, wanted: str, error: str = "") -> Response:
    secret = desk(request).accounts.offered(token_of(request))
    if secret is None:
        return to("/second-step", wanted) if not error else RedirectResponse("/", 303)
    address = app_address(secret, account.email)
    return render(
        request,
        "set_up",
        status=400 if error else 200,
        email=account.email,
        needed=account.needs_second_step,
        secret=secret,
        address=address,
        picture=_drawn(address),
        wanted=wanted,
        error=error,
    )


def _drawn(address: str) -> Markup:
    """A QR code as SVG, on white whatever the colours of the screen."""
    drawn = segno.make(address, error="m").svg_inline(
        scale=5, border=4, dark="#000", light="#fff", omitsize=True
    )
    return Markup(drawn)  # noqa: S704 - drawn by us, out of squares
