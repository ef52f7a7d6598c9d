"""What all ways in share: the cookie that is given there, and where one goes on to."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from monitor.passkey import ANSWER_WITHIN
from monitor.web.desk import desk

_OUR_PAGES = re.compile(
    r"/(today|incidents(/[0-9]{4}-[0-9]{1,9}(/(steps|hand-in))?)?|trends|sources|school"
    r"|account|people|audit|report(\?[!-~]{1,4000})?)"
)


def ours(wanted: str) -> str:
    """*wanted* if it is a page of ours: nobody is sent elsewhere from here."""
    return wanted if _OUR_PAGES.fullmatch(wanted) else ""


def to(door: str, wanted: str) -> RedirectResponse:
    """To *door*, and from there on to what was *wanted*."""
    query = f"?{urlencode({'next': wanted})}" if wanted else ""
    return RedirectResponse(door + query, status_code=303)


def origin(request: Request) -> str:
    """Under which this person's browser reaches us. The shield lets no foreign name pass."""
    scheme = "https" if desk(request).secure_cookies else "http"
    return f"{scheme}://{request.url.netloc}"


def ticket_of(request: Request) -> str:
    """Of what this browser began at the door; "" where it began nothing."""
    return request.cookies.get(desk(request).ticket, "")


def give_ticket(
    request: Request, answer: Response, ticket: str, lasts: timedelta = ANSWER_WITHIN
) -> Response:
    """`lax`, not `strict`: whoever comes back from Microsoft or Google must still have it."""
    room = desk(request)
    answer.set_cookie(
        room.ticket,
        ticket,
        max_age=int(lasts.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=room.secure_cookies,
    )
    return answer


def give_key(request: Request, answer: Response, token: str) -> Response:
    """The session's cookie, out of reach of scripts and of other sites."""
    room = desk(request)
    answer.set_cookie(
        room.cookie, token, path="/", httponly=True, samesite="lax", secure=room.secure_cookies
    )
    return answer
