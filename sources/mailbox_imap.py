"""A folder of a mailbox over IMAP: looked into, never changed, in bounds that hold on the wire.

It is opened by EXAMINE and read by BODY.PEEK, so nothing is marked as read, moved or deleted.
Of a mail only its header, its plan and its words are asked for: a picture never crosses the
wire. The standard library speaks the protocol; what it reads, it reads through us.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

from sources.errors import AccessRefused, LayoutChanged, Unreachable
from sources.mailbox_login import OAuth, Password
from sources.mailbox_plan import Piece, fetched

HEADER = 64 * 1024  # bytes of a header; what is longer is cut
_LONGEST = 2 * 1024 * 1024  # bytes of one line or one part: the plan of ten thousand parts is 1 MB
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Gone(Exception):
    """The mail was there a moment ago, and is not any more."""


class Refused(Exception):
    """The server says NO to a command, or does not understand it (BAD); the line is as good as
    before. Exchange says so of a mail that it cannot put into the form of a mail."""


class Overlong(Exception):
    """The server's answer about one mail is longer than we read; the line cannot go on."""


class Folder:
    """What is in one folder. `validity` says whether its numbers mean what they meant before."""

    def __init__(self, imap: imaplib.IMAP4, validity: str) -> None:
        self._imap, self.validity = imap, validity

    def since(self, day: date) -> list[int]:
        """The numbers of the mails that came on *day* or later, oldest first."""
        return self._search(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def after(self, number: int) -> list[int]:
        """Those that came after *number*. A server asked so always names the last, too."""
        return [n for n in self._search(f"UID {number + 1}:*") if n > number]

    def header(self, number: int) -> bytes:
        found = self._fetch(number, f"BODY.PEEK[HEADER]<0.{HEADER}>")
        return _bytes(found.get("BODY[HEADER]"))[:HEADER]

    def plan(self, number: int) -> Piece:
        """Which parts the mail has: their kinds and sizes, nothing of what they hold."""
        return self._fetch(number, "BODYSTRUCTURE").get("BODYSTRUCTURE")

    def part(self, number: int, section: str, most: int) -> bytes:
        """The first *most* bytes of one part, as they were sent."""
        found = self._fetch(number, f"BODY.PEEK[{section}]<0.{most}>")
        return _bytes(found.get(f"BODY[{section}]"))[:most]

    def _search(self, wanted: str) -> list[int]:
        try:
            with _named():
                status, lines = self._imap.uid("SEARCH", wanted)
        except Refused:
            status, lines = "BAD", []
        if status != "OK":
            raise LayoutChanged("the mail server does not search its folder")
        words = _said(lines).split()
        return sorted({int(word) for word in words if re.fullmatch(rb"\d{1,10}", word)})

    def _fetch(self, number: int, what: str) -> dict[str, Piece]:
        with _named():
            status, lines = self._imap.uid("FETCH", str(number), f"(UID {what})")
        if status != "OK":
            raise Gone if b"EXPUNGE" in _said(lines) else Refused
        for found in fetched(lines):
            if found.get("UID") == str(number):
                return found
        raise Gone


@contextmanager
def folder(line: ssl.SSLSocket, name: str, login: Password | OAuth, user: str) -> Iterator[Folder]:
    """Log in over *line*, look into the folder *name*, and say goodbye."""
    try:
        with _named():
            imap = _Imap(line)
    except Refused:
        raise Unreachable("the mail server turns everybody away just now") from None
    try:
        _log_in(imap, login, user)
        _look_into(imap, name)
        yield Folder(imap, _validity(imap))
    finally:
        with suppress(imaplib.IMAP4.error, OSError, Overlong, ValueError):
            imap.logout()
        imap.shutdown()


def _look_into(imap: imaplib.IMAP4, name: str) -> None:
    try:
        with _named():
            status, _ = imap.select(f'"{name}"', readonly=True)
    except Refused:
        status = "BAD"
    if status != "OK":
        raise AccessRefused(f"the mailbox has no folder {name}, or it may not be opened")


def _log_in(imap: imaplib.IMAP4, login: Password | OAuth, user: str) -> None:
    try:
        with _named():
            if isinstance(login, OAuth):
                imap.authenticate("XOAUTH2", login.answer(user))
            elif login.plain.isascii() and user.isascii():
                imap.login(user, login.plain)
            else:
                imap.authenticate("PLAIN", login.answer(user))
    except Refused:
        raise AccessRefused(login.wrong) from None


def _validity(imap: imaplib.IMAP4) -> str:
    _, found = imap.response("UIDVALIDITY")
    value = found[0] if found else None
    if not isinstance(value, bytes) or not re.fullmatch(rb"\d{1,10}", value):
        raise LayoutChanged("the mail server does not number the mails of this folder")
    return value.decode("ascii")


def _said(lines: list[Any]) -> bytes:
    return b" ".join(line for line in lines if isinstance(line, bytes))


def _bytes(value: Piece) -> bytes:
    return value if isinstance(value, bytes) else b""


@contextmanager
def _named() -> Iterator[None]:
    """A server that hangs up, or says what no server says, is named; a BAD is a refusal."""
    try:
        yield
    except imaplib.IMAP4.abort:
        raise Unreachable("the mail server ended the connection") from None
    except imaplib.IMAP4.error:
        raise Refused from None
    except (ValueError, AttributeError, KeyError, IndexError):
        raise LayoutChanged("this is not how a mail server answers") from None


class _Imap(imaplib.IMAP4):
    """Speaks over a line that is already open, and reads no more than it can bear."""

    def __init__(self, line: ssl.SSLSocket) -> None:
        self._line, self._incoming = line, line.makefile("rb")
        try:
            super().__init__()
        except BaseException:
            self.shutdown()
            raise

    def open(
        self,
        host: str = "",
        port: int = 0,
        timeout: float | None = None,  # noqa: ARG002 # the line has its own
    ) -> None:
        self.host, self.port, self.sock = host, port, self._line

    def read(self, size: int) -> bytes:
        if size > _LONGEST:
            raise Overlong
        return self._incoming.read(size)

    def readline(self) -> bytes:
        line = self._incoming.readline(_LONGEST + 1)
        if len(line) > _LONGEST:
            raise Overlong
        return line

    def shutdown(self) -> None:
        self._incoming.close()
        self._line.close()
