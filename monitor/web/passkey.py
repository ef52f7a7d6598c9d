"""Passkeys: adding and removing one's own, and signing in with one.

What the browser is asked is made here; static/passkey.js hands it over, and the browser's answer
back in a form.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from monitor.store.accounts import AccountError
from monitor.web import account as own
from monitor.web import sign_in as door
from monitor.web.desk import desk
from monitor.web.door import give_key, give_ticket, ours, ticket_of
from monitor.web.guard import Oneself, public, token_of
from monitor.web.page import render

router = APIRouter()
_OPEN = public("this is the door")


@router.post("/account/passkeys")
def begin(
    request: Request,
    account: Oneself,
    name: Annotated[str, Form(alias="passkey-name")] = "",
    proof: Annotated[str, Form(alias="passkey-proof")] = "",
) -> Response:
    room = desk(request)
    try:
        question = room.accounts.begin_passkey(token_of(request), name, proof, room.party)
    except AccountError as error:
        field = "passkey-proof" if name.strip() else "passkey-name"
        return own.show(request, account, {field: str(error)}, typed=name)
    return render(
        request,
        "passkey",
        account=account,
        name=name,
        question=question,
        origin=room.party.origin,
    )


@router.post("/account/passkeys/answer")
def add(request: Request, account: Oneself, answer: Annotated[str, Form()] = "") -> Response:
    room = desk(request)
    try:
        room.accounts.add_passkey(token_of(request), answer, room.party)
    except AccountError as error:
        return own.show(request, account, {"passkeys": str(error)})
    return RedirectResponse("/account?done=passkey-added", status_code=303)


@router.post("/account/passkeys/{which}/remove")
def remove(
    request: Request,
    account: Oneself,
    which: int,
    proof: Annotated[str, Form()] = "",
) -> Response:
    try:
        desk(request).accounts.remove_passkey(token_of(request), which, proof)
    except AccountError as error:
        return own.show(request, account, {f"proof-{which}": str(error)})
    return RedirectResponse("/account?done=passkey-removed", status_code=303)


@router.post("/sign-in/passkey/question", dependencies=_OPEN)
def ask(request: Request) -> Response:
    room = desk(request)
    ticket, question = room.accounts.begin_entrance(room.party)
    return give_ticket(request, Response(question, media_type="application/json"), ticket)


@router.post("/sign-in/passkey", dependencies=_OPEN)
def enter(
    request: Request,
    answer: Annotated[str, Form()] = "",
    wanted: Annotated[str, Form()] = "",
) -> Response:
    room = desk(request)
    try:
        token = room.accounts.enter_by_passkey(ticket_of(request), answer, room.party)
    except AccountError as error:
        return door.show(request, ours(wanted), errors={"passkey": str(error)})
    room.accounts.sign_out(token_of(request))
    return give_key(request, RedirectResponse(ours(wanted) or "/", status_code=303), token)
