"""The evidence pack of an incident, to be downloaded: the only way by which originals leave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response, StreamingResponse

from alerts.evidence.errors import EvidenceError
from monitor.audit import account as named
from monitor.web.desk import desk
from monitor.web.guard import IncidentWorker
from monitor.web.incident import Typed, case_for, show

router = APIRouter()
_CHUNK = 1 << 20  # bytes
_INERT = "default-src 'none'; sandbox"


@router.post("/incidents/{number}/pack")
def download(
    request: Request, account: IncidentWorker, number: str, masked: Annotated[str, Form()] = "no"
) -> Response:
    """A change, and so no link: the custody log tells who took it."""
    room = desk(request)
    case = case_for(room, account, number)
    nameless = masked != "no"
    folder = TemporaryDirectory(dir=room.evidence_root.parent, ignore_cleanup_errors=True)
    try:
        out = Path(folder.name) / "pack.zip"
        room.pack(case, out, masked=nameless, actor=named(account.id))
        file = out.open("rb")
    except EvidenceError as error:
        wrong = Typed(errors={"pack": str(error)})
        return show(request, account, case, typed=wrong, status=503)
    finally:
        folder.cleanup()  # an open file can be read to its end all the same, but on Windows
    name = f"incident-{number}{'-without-names' if nameless else ''}.zip"
    return StreamingResponse(
        _chunks(file, folder),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": _INERT,
        },
    )


def _chunks(file: BinaryIO, folder: TemporaryDirectory[str]) -> Iterator[bytes]:
    try:
        yield from iter(lambda: file.read(_CHUNK), b"")
    finally:
        file.close()
        folder.cleanup()
