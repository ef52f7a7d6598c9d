"""What every page loads: its style and its icon."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from monitor.web.guard import public

router = APIRouter()
_STATIC = Path(__file__).parent / "static"
_SAME = public("it is the same for everybody")


@router.get("/static/style.css", dependencies=_SAME)
def stylesheet() -> FileResponse:
    return FileResponse(_STATIC / "style.css", media_type="text/css")


@router.get("/static/icon.svg", dependencies=_SAME)
def icon() -> FileResponse:
    return FileResponse(_STATIC / "icon.svg", media_type="image/svg+xml")
