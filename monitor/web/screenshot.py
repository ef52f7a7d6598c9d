"""The picture of a captured page: the only file of the evidence that is ever shown."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from monitor.domain import EvidenceFile
from monitor.web.desk import desk
from monitor.web.guard import IncidentReader
from monitor.web.incident import case_for, screenshot_of

router = APIRouter()
_PNG = b"\x89PNG\r\n\x1a\n"
_INERT = "default-src 'none'; sandbox"


@router.get("/incidents/{number}/evidence/{evidence_id}/screenshot")
def screenshot(
    request: Request, account: IncidentReader, number: str, evidence_id: str
) -> Response:
    room = desk(request)
    case = case_for(room, account, number)
    evidence = next((each for each in case.evidence if each.id == evidence_id), None)
    picture = None if evidence is None else screenshot_of(case, evidence)
    if evidence is None or picture is None:
        raise HTTPException(404)
    content = _sealed(room.evidence_root / evidence.id, picture)
    return Response(content, media_type="image/png", headers={"Content-Security-Policy": _INERT})


def _sealed(folder: Path, picture: EvidenceFile) -> bytes:
    """What was sealed and nothing else: a file changed since then is not shown."""
    try:
        content = (folder / Path(picture.name).name).read_bytes()
    except OSError:
        raise HTTPException(404) from None
    if not content.startswith(_PNG) or sha256(content).hexdigest() != picture.sha256:
        raise HTTPException(404)
    return content
