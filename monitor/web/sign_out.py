"""Signing out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from monitor.web.desk import desk
from monitor.web.guard import public, signed_in, token_of

router = APIRouter()


@router.post("/sign-out", dependencies=public("it ends only the session that was sent along"))
def leave(request: Request) -> RedirectResponse:
    room = desk(request)
    if account := signed_in(request):
        room.store.leave_all(account.id)
    room.accounts.sign_out(token_of(request))
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(
        room.cookie, path="/", httponly=True, samesite="lax", secure=room.secure_cookies
    )
    answer.headers["Clear-Site-Data"] = '"cache"'  # not its storage: there is one setting of keys
    return answer
