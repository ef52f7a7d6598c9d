"""A file that a browser sends along: held in memory only, and read only once it may be."""

from __future__ import annotations

import re
from secrets import token_hex
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from alerts.evidence.errors import EvidenceError
from alerts.evidence.supplied import LARGEST
from monitor.audit import account as named
from monitor.domain import Case
from monitor.store.accounts import Account
from monitor.web.desk import Desk

NO_FILE = "Choose the file first."
_ONCE = re.compile(r"[0-9a-f]{32}")


class _InMemory(MultiPartParser):
    """So that nothing of it ever lies in a folder for temporary files."""

    spool_max_size = LARGEST


async def the_file(request: Request) -> bytes:
    """The one that was chosen, in whichever field; empty if none was."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return b""
    parser = _InMemory(request.headers, request.stream(), max_files=2, max_fields=0)
    try:
        form = await parser.parse()
    except (MultiPartException, ClientDisconnect):
        return b""
    try:
        files = [each for _, each in form.multi_items() if isinstance(each, UploadFile)]
        chosen = next((each for each in files if each.size), None)
        return await chosen.read() if chosen else b""
    finally:
        await form.close()


def keep(room: Desk, case: Case, content: bytes, account: Account, once: str) -> str:
    """Seal it as evidence of *case*; what stands in the way, in words, or nothing."""
    if not content:
        return NO_FILE
    try:
        room.supply(
            case,
            lambda: content,
            actor=named(account.id),
            no_indecent_picture=True,
            form=once,
        )
    except EvidenceError as error:
        return str(error)
    return ""


def fresh() -> str:
    """What tells a form that is about to be shown from all others."""
    return token_hex(16)


def _once(once: str = "") -> str:
    if not _ONCE.fullmatch(once):
        raise HTTPException(404)
    return once


Once = Annotated[str, Depends(_once)]
