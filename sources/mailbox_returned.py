"""A letter of our own that a mail server took, and sent back: its delivery status (RFC 3464).

It tells of no post and is none. Only its machine-readable part is read, and the returned letter's
header: which of our letters it was, and by which number the other side refused it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import Message
from email.parser import BytesParser

from monitor.domain import Returned
from sources.mailbox_letter import Header
from sources.mailbox_plan import Piece, tops
from sources.mailbox_senders import is_our_own

MOST = 64 * 1024  # bytes of either
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_LETTER = frozenset({"message/rfc822", "message/global"})
_HEADERS = frozenset({"text/rfc822-headers", "message/global-headers"})
_NUMBER = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_FOR_NO_REASON = "5.0.0"

Ask = Callable[[str], bytes]  # for a section of the mail


def is_report(header: Header) -> bool:
    """Whether a mail server tells in it what became of a mail."""
    kind = str(header.raw.get_param("report-type", ""))
    return header.raw.get_content_type() == "multipart/report" and kind.lower() in (
        "delivery-status",
        "",
    )


def returned(plan: Piece, ask: Ask) -> Returned | None:
    """None where it is no letter of ours, or one that is only late."""
    sections = {kind: number for number, kind in tops(plan)}
    status = next((number for kind, number in sections.items() if kind in _STATUS), "")
    number = _failed(ask(status)) if status else ""
    if not number:
        return None
    name = next((Header.read(ask(part)).id for part in _returned_headers(sections)), "")
    return Returned(message_id=name, status=number) if is_our_own(name) else None


def _returned_headers(sections: dict[str, str]) -> list[str]:
    """Where the header of the returned letter stands: never the letter itself, for it may have
    a picture in it."""
    whole = [f"{number}.HEADER" for kind, number in sections.items() if kind in _LETTER]
    return whole + [number for kind, number in sections.items() if kind in _HEADERS]


def _failed(raw: bytes) -> str:
    """By which number it was refused for good (RFC 3463); nothing where it was not."""
    report = BytesParser().parsebytes(b"Content-Type: message/delivery-status\n\n" + raw)
    for block in _blocks(report):
        if str(block["Action"] or "").strip().lower().startswith("failed"):
            found = _NUMBER.match(str(block["Status"] or ""))
            return found[1] if found else _FOR_NO_REASON
    return ""


def _blocks(report: Message) -> list[Message]:
    blocks = report.get_payload()
    found = blocks if isinstance(blocks, list) else []
    return [block for block in found if isinstance(block, Message)]
