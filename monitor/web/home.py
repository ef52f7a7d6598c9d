"""/ leads to the first screen there is for this person."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from monitor.web.guard import halfway, public, signed_in
from monitor.web.page import screens_of

router = APIRouter()


@router.get("/", dependencies=public("it only leads elsewhere"))
def home(request: Request) -> RedirectResponse:
    screens = screens_of(signed_in(request))
    door = "/second-step" if halfway(request) else "/sign-in"
    return RedirectResponse(screens[0][0] if screens else door, status_code=303)
