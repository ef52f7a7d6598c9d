"""The link in an urgent mail by which somebody says that they have seen it. It shows nothing."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from monitor.web.desk import desk
from monitor.web.guard import public
from monitor.web.page import render

router = APIRouter()
_OPEN = public("the link is known to the reader of the mail alone, and shows nothing of it")


@router.get("/answer/{link}", dependencies=_OPEN)
def ask(request: Request, link: str) -> Response:  # noqa: ARG001 - the same page for every link
    """Asks first: programs that check mails for viruses follow every link in them."""
    return render(request, "answer", seen=False)


@router.post("/answer/{link}", dependencies=_OPEN)
def seen(request: Request, link: str) -> Response:
    if not desk(request).answer(link):
        return render(
            request,
            "error",
            status=404,
            title="This link no longer works",
            say="The alert that it came with is no longer kept. Sign in to see the incident log.",
        )
    return render(request, "answer", seen=True)
