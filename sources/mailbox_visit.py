"""One look into a mailbox: which mails are new, whose are believed, and what those hold."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from pydantic import BaseModel, Field

from monitor.domain import Returned
from sources.errors import LayoutChanged, Unreachable
from sources.mailbox_imap import Folder, Gone, Refused
from sources.mailbox_letter import MOST, Header, Letter, letter
from sources.mailbox_plan import Part, parts
from sources.mailbox_returned import MOST as MOST_RETURNED
from sources.mailbox_returned import is_report, returned
from sources.mailbox_senders import ALERTS, is_by_a_program, is_listed, is_true, sender

VISIT = 100  # mails in one visit; the rest waits for the next


class Place(BaseModel):
    """The cursor: up to which mail the folder was read, and as which numbering (UIDVALIDITY).
    A server that numbers afresh is read from the front; the store knows what it has."""

    validity: str = ""
    last: int = Field(0, ge=0)
    ignored: int = Field(0, ge=0)

    def after(self, validity: str, read: Sequence[Read]) -> Place:
        ignored = sum(one.ignored for one in read)
        return Place(validity=validity, last=read[-1].number, ignored=self.ignored + ignored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Whose mails are believed, and who says that they are theirs."""

    listed: frozenset[str]
    host: str
    checked_by: str

    def believed(self, header: Header, address: str) -> bool:
        by_staff = is_listed(address, self.listed) and not is_by_a_program(header)
        if address != ALERTS and not by_staff:
            return False
        return is_true(header, address, host=self.host, checked_by=self.checked_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A mail that was looked at. Without a letter: it is not one of ours to read. Without a
    sender, but with a letter: the server failed at it, so nobody knows whose it is. `returned`:
    a mail server tells in it that a letter of ours could not be delivered."""

    number: int
    sender: str
    letter: Letter | None = None
    returned: Returned | None = None

    @property
    def ignored(self) -> bool:
        return self.letter is None and self.returned is None

    @property
    def known(self) -> bool:
        """Whether the server showed who sent it."""
        return bool(self.sender) or self.letter is None


class Visit:
    """What was read so far; `look` may be called again, over another line, to go on."""

    def __init__(self, rules: Rules, place: Place, first_day: date) -> None:
        self._rules, self._place, self._first_day = rules, place, first_day
        self.read: list[Read] = []
        self.validity = ""

    @property
    def ignored(self) -> int:
        return sum(one.ignored for one in self.read)

    def look(self, box: Folder) -> None:
        """Raises Overlong after it has noted the mail that is to blame."""
        if self.read and box.validity != self.validity:
            raise Unreachable("the mail server numbers its mails afresh just now")
        self.validity = box.validity
        for number in self._due(box)[: VISIT - len(self.read)]:
            with suppress(Gone):
                self._look_at(box, number)
        if len(self.read) > 1 and not any(one.known for one in self.read):
            self.read.clear()  # a fault of the server, not of some mails
            raise LayoutChanged("the mail server shows none of its mails")

    def _due(self, box: Folder) -> list[int]:
        if self.read:
            return box.after(self.read[-1].number)
        if self._place.last and self._place.validity == box.validity:
            return box.after(self._place.last)
        return box.since(self._first_day)

    def _look_at(self, box: Folder, number: int) -> None:
        try:
            header = Header.read(box.header(number))
        except Refused:
            self.read.append(_closed(box, number))
            return
        if is_report(header):
            self.read.append(Read(number=number, sender="", returned=_come_back(box, number)))
            return
        address = sender(header)
        found = None
        if self._rules.believed(header, address):
            found = Letter(header=header, unread=True)  # until its words are here
        self.read.append(Read(number=number, sender=address, letter=found))
        if found:
            self.read[-1] = replace(self.read[-1], letter=_opened(box, number, header))


def _come_back(box: Folder, number: int) -> Returned | None:
    """None too where the server fails at it: it is a mail that a program sent, like others."""
    with suppress(Refused):
        return returned(box.plan(number), lambda section: box.part(number, section, MOST_RETURNED))
    return None


def _closed(box: Folder, number: int) -> Read:
    """One that the server does not show at all: its place is all that tells it from others."""
    header = Header.read(f"Message-ID: <{box.validity}.{number}@mailbox>\n".encode())
    return Read(number=number, sender="", letter=Letter(header=header, unread=True))


def _opened(box: Folder, number: int, header: Header) -> Letter:
    """What the server fails at is missing, and the letter says that something is."""
    failed = False

    def ask(part: Part) -> bytes:
        nonlocal failed
        try:
            return box.part(number, part.section, MOST)
        except Refused:
            failed = True
            return b""

    try:
        found = letter(header, parts(box.plan(number)), ask)
    except Refused:
        return Letter(header=header, unread=True)
    return replace(found, unread=found.unread or failed)
