"""What every page loads: its styles, its scripts and its icon.

What comes from npm lies in assets/ (tools/assets/bring.py). Without it the pages are plain, and
all the same can be read and worked with.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from monitor.web.guard import public

router = APIRouter()
_HERE = Path(__file__).parent
_KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}  # the address names it


def _known() -> Iterator[tuple[str, Path]]:
    for folder in (_HERE / "static", _HERE / "assets"):
        for path in folder.glob("*"):
            if path.suffix in _KINDS:
                yield path.name, path


_FILES = dict(_known())


@router.get("/static/{name}", dependencies=public("it is the same for everybody"))
def static(name: str) -> FileResponse:
    path = _FILES.get(name)
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, media_type=_KINDS[path.suffix], headers=_FOR_GOOD)


@cache
def asset(name: str) -> str:
    """Its address, which is another one as soon as the file is."""
    path = _FILES.get(name)
    version = sha256(path.read_bytes()).hexdigest()[:12] if path else "missing"
    return f"/static/{name}?v={version}"
