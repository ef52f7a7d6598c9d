"""The second step of signing in: a code of the authenticator app, or a recovery code."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from monitor.store.accounts import AccountError
from monitor.web.desk import desk
from monitor.web.door import give_key, ours, to
from monitor.web.guard import HalfwayIn, signed_in, token_of
from monitor.web.page import render

router = APIRouter()


@router.get("/second-step")
def ask(request: Request, account: HalfwayIn, next: str = "") -> Response:  # noqa: A002 - the word in the address
    if signed_in(request):
        return RedirectResponse(ours(next) or "/", status_code=303)
    if account.second_step_since is None:
        return to("/second-step/set-up", ours(next))
    return render(request, "second_step", wanted=ours(next), errors={})


@router.post("/second-step")
def enter(
    request: Request,
    account: HalfwayIn,  # noqa: ARG001 - who is asked stands in the session
    code: Annotated[str, Form()] = "",
    recovery: Annotated[str, Form()] = "",
    wanted: Annotated[str, Form()] = "",
) -> Response:
    accounts, token = desk(request).accounts, token_of(request)
    try:
        if recovery.strip():
            inside = accounts.pass_by_recovery(token, recovery)
        else:
            inside = accounts.pass_second_step(token, code)
    except AccountError as error:
        errors = {"recovery" if recovery.strip() else "code": str(error)}
        return render(request, "second_step", status=403, wanted=ours(wanted), errors=errors)
    return give_key(request, RedirectResponse(ours(wanted) or "/", status_code=303), inside)
