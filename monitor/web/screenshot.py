"""The picture of a captured page: the only file of the evidence that is ever shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from alerts.evidence.seal import read_sealed
from monitor.audit import account as named
from monitor.custody import Deed, Handling
from monitor.domain import Evidence, EvidenceFile
from monitor.store.accounts import Account
from monitor.web.desk import desk
from monitor.web.guard import IncidentReader
from monitor.web.incident import case_for, screenshot_of
from monitor.web.pictures import Look, drawn_anew

router = APIRouter()
_INERT = "default-src 'none'; sandbox"


@router.get("/incidents/{number}/evidence/{evidence_id}/screenshot")
def screenshot(
    request: Request,
    account: IncidentReader,
    number: str,
    evidence_id: str,
    look: Annotated[Look, Query(alias="as")] = Look.COLOUR,
) -> Response:
    room = desk(request)
    case = case_for(room, account, number)
    evidence = next((each for each in case.evidence if each.id == evidence_id), None)
    picture = None if evidence is None else screenshot_of(case, evidence)
    if evidence is None or picture is None:
        raise HTTPException(404)
    content = read_sealed(room.evidence_root, evidence, picture.name, room.key)
    shown = None if content is None else drawn_anew(content, look)  # None: changed since
    if shown is None:
        raise HTTPException(404)
    if look is not Look.BLURRED:  # of which nobody sees anything
        room.store.record(_seen(account, evidence, picture, room.clock()))
    return Response(shown, media_type="image/png", headers={"Content-Security-Policy": _INERT})


def _seen(account: Account, evidence: Evidence, picture: EvidenceFile, now: datetime) -> Deed:
    return Deed(
        act=Handling.VIEWED,
        subject=evidence.id,
        at=now,
        actor=named(account.id),
        sha256=picture.sha256,
    )
