"""A folder of a mailbox over IMAP: looked into, never changed, in bounds that hold on the wire.

It is opened by EXAMINE and read by BODY.PEEK, so nothing is marked as read, moved or deleted.
Of a mail only its header, its plan and its words are asked for: a picture never crosses the
wire. The standard library speaks the protocol; what it reads, it reads through us.
"""

from __future__ import annotations

import imaplib
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

from sources.errors import AccessRefused, LayoutChanged, Unreachable
from sources.mailbox_login import OAuth, Password
from sources.mailbox_plan import Piece, fetched

HEADER = 64 * 1024  # bytes of a header; what is longer is cut
_LONGEST = 2 * 1024 * 1024  # bytes of one line or one part: the plan of ten thousand parts is 1 MB
_CHUNK = 64 * 1024  # bytes
_STEP = 1.0  # seconds; so soon somebody who waits notices that it is over
_MOST_LINES = 10_000  # between two answers
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

    def __init__(self, imap: _Imap, validity: str) -> None:
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

    def tells(self) -> bool:
        """Whether the server can say by itself that something has come (IDLE, RFC 2177)."""
        with _named():
            _, found = self._imap.capability()
        return b"IDLE" in _said(found).upper().split()

    def wait(self, seconds: float, over: Callable[[], bool]) -> bool:
        """Until something has come, *seconds* have passed or it is *over*; whether something
        has come. Raises Refused, SourceError and OSError."""
        with _named():
            return self._imap.idle(seconds, over)

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
def folder(
    line: ssl.SSLSocket,
    name: str,
    login: Password | OAuth,
    user: str,
    *,
    greeted: bool = False,
) -> Iterator[Folder]:
    """Log in over *line*, look into the folder *name*, and say goodbye."""
    try:
        with _named():
            imap = _Imap(line, greeted=greeted)
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


def _look_into(imap: _Imap, name: str) -> None:
    found: list[Any] = []
    try:
        with _named():
            status, found = imap.select(f'"{name}"', readonly=True)
    except Refused:
        status = "BAD"
    if status != "OK":
        raise AccessRefused(f"the mailbox has no folder {name}, or it may not be opened")
    imap.there = int(_said(found)) if re.fullmatch(rb"\d{1,10}", _said(found)) else 0


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
    """Speaks over a line that is already open, and reads no more than it can bear. *greeted*:
    the server greeted before the line was encrypted."""

    def __init__(self, line: ssl.SSLSocket, *, greeted: bool = False) -> None:
        self._line, self._held = line, bytearray(b"* OK\r\n" if greeted else b"")
        self.there = 0  # mails in the folder
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
        while len(self._held) < size and self._more():
            pass
        return self._taken(size)

    def readline(self) -> bytes:
        seen = 0
        while (end := self._held.find(b"\n", seen) + 1) == 0:
            seen = len(self._held)
            if seen > _LONGEST:
                raise Overlong
            if not self._more():
                return b""
        return self._taken(end)

    def _more(self) -> bool:
        chunk = self._line.recv(_CHUNK)
        self._held += chunk
        return bool(chunk)

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def idle(self, seconds: float, over: Callable[[], bool]) -> bool:
        """As Folder.wait says. The standard library knows IDLE from Python 3.14 on."""
        until = time.monotonic() + seconds
        self.send(b"i IDLE\r\n")
        came = self._until(b"+")
        while not (came or over() or time.monotonic() > until):
            came = self._comes_soon() and self._has_come(self._said_next())
        self.send(b"DONE\r\n")
        return self._until(b"i ") or came

    def _until(self, answer: bytes) -> bool:
        """Read up to *answer*; whether anything came before it."""
        came = False
        for _ in range(_MOST_LINES):
            line = self._said_next()
            if line.startswith(answer):
                return came
            came = self._has_come(line) or came
        raise imaplib.IMAP4.abort("endless")

    def _has_come(self, line: bytes) -> bool:
        """Some servers say at every IDLE how many there are: that is news only if more are."""
        found = re.match(rb"\* (\d{1,10}) (EXISTS|EXPUNGE)", line, re.IGNORECASE)
        if found is None:
            return False
        before = self.there
        self.there = int(found[1]) if found[2].upper() == b"EXISTS" else before - 1
        return self.there > before

    def _said_next(self) -> bytes:
        line = self.readline()
        if not line or line.startswith(b"* BYE"):
            raise imaplib.IMAP4.abort("gone")
        if line.startswith((b"i NO", b"i BAD")):
            raise imaplib.IMAP4.error("it will not")
        return line

    def _comes_soon(self) -> bool:
        """Whether a whole line is there, within a second or so. A time-out loses nothing here,
        which is more than a file made of a socket could say."""
        patience = self._line.gettimeout()
        self._line.settimeout(_STEP)
        try:
            while b"\n" not in self._held:
                if not self._more():
                    raise imaplib.IMAP4.abort("gone")
        except TimeoutError:
            return False
        finally:
            self._line.settimeout(patience)
        return True

    def shutdown(self) -> None:
        self._line.close()
