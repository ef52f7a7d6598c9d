"""One's own account: passkeys, the second step and its recovery codes, sessions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from monitor.audit import account as named
from monitor.store.accounts import Account, AccountError
from monitor.web.audit import in_words
from monitor.web.desk import desk
from monitor.web.door import give_key
from monitor.web.guard import Oneself, token_of
from monitor.web.page import render

router = APIRouter()
_MOST = 10  # deeds
_DONE = {
    "password-changed": "The password is changed. Wherever else you were signed in, you are out.",
    "passkey-added": "The passkey is added. You can sign in with it from now on.",
    "untied": "It is untied. Whoever signs in with it again ties it anew, if it has your address.",
    "passkey-removed": "The passkey is removed. Delete it on your device, too.",
}


@router.get("/account")
def own(request: Request, account: Oneself, done: str = "") -> Response:
    return show(request, account, done=_DONE.get(done, ""))


@router.post("/account/password")
def change_password(
    request: Request,
    account: Oneself,
    present: Annotated[str, Form(alias="present-password")] = "",
    new: Annotated[str, Form(alias="new-password")] = "",
) -> Response:
    accounts = desk(request).accounts
    if weak := accounts.why_not(account, new):
        return show(request, account, {"new-password": weak})
    try:
        token = accounts.change_password(token_of(request), present, new)
    except AccountError as error:
        return show(request, account, {"present-password": str(error)})
    back = RedirectResponse("/account?done=password-changed", status_code=303)
    return give_key(request, back, token)


@router.post("/account/second-step")
def begin(request: Request, account: Oneself) -> Response:  # noqa: ARG001 - the session says whose
    desk(request).accounts.offer_second_step(token_of(request))
    return RedirectResponse("/second-step/set-up?next=/account", status_code=303)


@router.post("/account/recovery-codes")
def renew(request: Request, account: Oneself, code: Annotated[str, Form()] = "") -> Response:
    try:
        codes = desk(request).accounts.renew_recovery_codes(token_of(request), code)
    except AccountError as error:
        return show(request, account, {"code": str(error)})
    return render(request, "recovery_codes", account=account, codes=codes, wanted="/account")


@router.post("/account/second-step/remove")
def remove(
    request: Request, account: Oneself, code: Annotated[str, Form(alias="remove-code")] = ""
) -> Response:
    """Signs out: whoever must have a second step sets up the new phone at the door."""
    try:
        desk(request).accounts.remove_second_step(token_of(request), code)
    except AccountError as error:
        return show(request, account, {"remove-code": str(error)})
    return RedirectResponse("/sign-in", status_code=303)


@router.post("/account/sessions/{handle}")
def end(request: Request, account: Oneself, handle: str) -> Response:
    desk(request).accounts.end_session(account, handle, by=named(account.id))
    return RedirectResponse("/account", status_code=303)


def show(
    request: Request,
    account: Account,
    errors: dict[str, str] | None = None,
    *,
    typed: str = "",
    done: str = "",
) -> Response:
    """*errors*: by field. *typed*: a name for a passkey."""
    room, accounts = desk(request), desk(request).accounts
    found, _ = room.store.deeds_of([account.id], 3 * _MOST, 0)
    deeds = [deed for deed in found if deed.subject == named(account.id)][:_MOST]
    return render(
        request,
        "account",
        status=400 if errors else 200,
        account=account,
        left=accounts.recovery_codes_left(account),
        passkeys=accounts.passkeys(account),
        identities=accounts.identities(account),
        party=room.party,
        typed=typed,
        done=done,
        sessions=accounts.sessions([account]),
        schools=[school.name for school in room.schools_of(account)],
        deeds=in_words(room, account, deeds),
        errors=errors or {},
    )
