"""What every mail of ours has on its outside, whatever it tells of."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from alerts.text import one_line, wrapped


def envelope(
    *, sender: str, recipient: str, at: datetime, identity: str, about: str
) -> EmailMessage:
    """*about*: a school's id, or what else the mail is of; it names the list that filters see.

    Raises ValueError for an address that is none.
    """
    domain = sender.rpartition("@")[2]
    message = EmailMessage()
    message["From"] = f"School reputation monitor <{sender}>"
    message["To"] = recipient
    message["Date"] = format_datetime(at)
    message["Message-ID"] = identity
    slug = re.sub(r"[^a-z0-9-]+", "-", about.lower()).strip("-") or "school"
    message["List-Id"] = f"<{slug}.alerts.{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


def identity(kind: str, key: str, sender: str, recipient: str, said: Iterable[str] = ()) -> str:
    """A Message-ID that is the same for the same letter to the same person that says the same, on
    any machine. *key*: the letter's. *kind*: one word, for whoever reads it."""
    parts = "\n".join((key, sender, recipient, *sorted(said)))
    return f"<{kind}-{uuid.uuid5(uuid.NAMESPACE_URL, parts)}@{sender.rpartition('@')[2]}>"


def set_text(message: EmailMessage, text: str) -> None:
    plain = "7bit" if text.isascii() else "quoted-printable"
    message.set_content(text, charset="utf-8", cte=plain)


def note(
    *,
    subject: str,
    paragraphs: tuple[str, ...],
    sender: str,
    recipient: str,
    at: datetime,
    identity: str,
) -> EmailMessage:
    """A short mail that tells of no incident: a test, or a trouble of the program's own."""
    message = envelope(
        sender=sender, recipient=recipient, at=at, identity=identity, about="monitor"
    )
    message["Subject"] = one_line(subject)
    set_text(message, "\n\n".join(wrapped(one_line(p)) for p in paragraphs) + "\n")
    return message
