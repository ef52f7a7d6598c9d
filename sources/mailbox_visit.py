"""One look into a mailbox: which mails are new, whose are believed, and what those hold."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from pydantic import BaseModel, Field

from sources.errors import Unreachable
from sources.mailbox_imap import Folder, Gone
from sources.mailbox_letter import MOST, Header, Letter, letter
from sources.mailbox_plan import parts
from sources.mailbox_senders import ALERTS, is_listed, is_true, sender

VISIT = 100  # mails in one visit; the rest waits for the next


class Place(BaseModel):
    """The cursor: up to which mail the folder was read, and as which numbering (UIDVALIDITY).
    A server that numbers afresh is read from the front; the store knows what it has."""

    validity: str = ""
    last: int = Field(0, ge=0)
    ignored: int = Field(0, ge=0)

    def after(self, validity: str, read: Sequence[Read]) -> Place:
        ignored = sum(one.letter is None for one in read)
        return Place(validity=validity, last=read[-1].number, ignored=self.ignored + ignored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Whose mails are believed, and who says that they are theirs."""

    listed: frozenset[str]
    host: str
    checked_by: str

    def believed(self, header: Header, address: str) -> bool:
        if address != ALERTS and not is_listed(address, self.listed):
            return False
        return is_true(header, address, host=self.host, checked_by=self.checked_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A mail that was looked at. Without a letter: it is not one of ours to read."""

    number: int
    sender: str
    letter: Letter | None = None


class Visit:
    """What was read so far; `look` may be called again, over another line, to go on."""

    def __init__(self, rules: Rules, place: Place, first_day: date) -> None:
        self._rules, self._place, self._first_day = rules, place, first_day
        self.read: list[Read] = []
        self.validity = ""

    @property
    def ignored(self) -> int:
        return sum(one.letter is None for one in self.read)

    def look(self, box: Folder) -> None:
        """Raises Overlong after it has noted the mail that is to blame."""
        if self.read and box.validity != self.validity:
            raise Unreachable("the mail server numbers its mails afresh just now")
        self.validity = box.validity
        for number in self._due(box)[: VISIT - len(self.read)]:
            with suppress(Gone):
                self._look_at(box, number)

    def _due(self, box: Folder) -> list[int]:
        if self.read:
            return box.after(self.read[-1].number)
        if self._place.last and self._place.validity == box.validity:
            return box.after(self._place.last)
        return box.since(self._first_day)

    def _look_at(self, box: Folder, number: int) -> None:
        header = Header.read(box.header(number))
        address = sender(header)
        found = None
        if self._rules.believed(header, address):
            found = Letter(header=header, unread=True)  # until its words are here
        self.read.append(Read(number=number, sender=address, letter=found))
        if found:
            self.read[-1] = replace(self.read[-1], letter=_opened(box, number, header))


def _opened(box: Folder, number: int, header: Header) -> Letter:
    plan = parts(box.plan(number))
    return letter(header, plan, lambda part: box.part(number, part.section, MOST))
