"""What this person has reported, in their own words, and nothing else."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from monitor.reporting import SOURCE
from monitor.web.desk import desk
from monitor.web.guard import Reporter
from monitor.web.page import render

router = APIRouter()
_MOST = 100


@router.get("/report/sent")
def sent(request: Request, account: Reporter) -> Response:
    found = desk(request).store.sent_by(account.id, SOURCE, _MOST)
    return render(request, "sent", account=account, found=found)
