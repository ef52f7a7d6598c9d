"""Keeps the promises of the outbox: every letter leaves at least once, as the same bytes."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from typing import Protocol

from alerts.channels.contract import (
    Channel,
    Permanent,
    Refused,
    Temporary,
    TooLarge,
    Unusable,
)
from alerts.telling import MAILS_AN_HOUR
from monitor.account_letter import Change
from monitor.counts import Period
from monitor.custody import Head
from monitor.domain import Case, Letter, Severity, Urgency
from monitor.health import Notice
from monitor.week import Week

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Matter = Case | Notice | Head | Week | Period | Change  # Period: a term that is over
Matters = tuple[Matter, ...]  # what a letter tells of: incidents, or sources ...

# Longer than a channel may take for one letter (email: 2 minutes), so that no other worker
# takes up a letter which is still on its way.
LEASE = timedelta(minutes=10)

_FIRST_DELAY = timedelta(minutes=1)
_LONGEST_DELAY = {
    Urgency.NOW: timedelta(hours=1),
    Urgency.GATHERED: timedelta(hours=1),
    Urgency.DIGEST: timedelta(hours=24),
    Urgency.PERSONAL: timedelta(hours=1),
}
_RINGS = 2  # tries of a letter at which the bell rings: one may have been killed before it did
_NOTHING_LEFT = "the recipient should not know of it now, or it is over"
_NO_WAY = "no mail server is configured; add [alerts.email]"
_UNTIL_THERE_IS_ONE = timedelta(minutes=15)
_UNTIL_MENDED = timedelta(days=1)  # a person has to act first

# Lines may be long rather than folded: folding would turn a long Message-ID into code.
_WIRE = policy.SMTP.clone(max_line_length=900)


class Outbox(Protocol):
    """The promises, as the store keeps them. Each method is one transaction."""

    def claim_letter(
        self, *, due: datetime, until: datetime, urgencies: frozenset[Urgency], most: int
    ) -> Letter | None:
        """A letter that was due at *due*, taken out of reach of others until *until*; no urgent
        one for a school that has had *most* of them within the hour."""

    def matters_in(self, letter: Letter) -> Matters:
        """What it tells of, as it is now."""

    def write_message(self, letter: Letter, message: bytes, message_id: str) -> None: ...
    def sent(self, letter: Letter, at: datetime) -> None: ...
    def postpone(self, letter: Letter, until: datetime, error: str) -> None: ...
    def give_up(self, letter: Letter, at: datetime, error: str) -> None: ...
    def returned(self) -> Sequence[Letter]:
        """Those that were sent, and came back, of which nobody was told yet."""

    def told_of(self, letter: Letter) -> None: ...
    def withdraw(self, letter: Letter, at: datetime, reason: str) -> None:
        """It must not be sent any more, and nothing is wrong."""


class Writer(Protocol):
    """Turns what a letter tells of into a mail."""

    def readable(self, letter: Letter, matters: Matters) -> Matters:
        """Those of *matters* that the recipient may know of now."""

    def message_id(self, letter: Letter, matters: Matters) -> str:
        """Of the mail as it would be written now; another, where a kept one must not be sent
        any more. Raises CannotWrite, as `write` does."""

    def write(
        self, letter: Letter, matters: Matters, at: datetime, *, pictures: bool = True
    ) -> EmailMessage:
        """Raises CannotWrite with a sentence for the school."""


class CannotWrite(ValueError):
    """A mail cannot be written as things are set up; the message says what to change."""


class Outcome(StrEnum):
    SENT = "sent"
    POSTPONED = "postponed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How many letters went which way."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0
    withdrawn: int = 0


def deliver(
    outbox: Outbox,
    channel: Channel | None,
    writer: Writer,
    *,
    clock: Clock,
    lease: timedelta = LEASE,
    urgencies: frozenset[Urgency] = frozenset(Urgency),
    most: int = MAILS_AN_HOUR,
    chance: Callable[[], float] = random.random,
    ring: Callable[[str], None] = lambda _school: None,
) -> Delivered:
    """Try every letter that is due now, once.

    A letter that cannot be written or sent is put off or given up with the reason beside
    it, and the others go on. When the channel as a whole is out of order (no connection,
    wrong password) it is not tried again this time: the other letters are put off with
    the same reason, so that a stalled server costs one time-out and no account is locked.
    *most*: urgent mails to one school within an hour. *ring* is called with the school's id when
    what is critical is about to be told: the second way, whatever becomes of the first; and when
    an urgent letter is refused for good or comes back. Where *channel* is None, letters only wait,
    and it rings. *chance* yields 0..1 and spreads the retries.
    """
    started = clock()
    delivery = _Round(outbox, channel, writer, clock, chance, ring)
    outcomes: Counter[Outcome] = Counter()
    for one in outbox.returned():
        delivery.came_back(one)
    while letter := outbox.claim_letter(
        due=started, until=clock() + lease, urgencies=urgencies, most=most
    ):
        outcomes[delivery.handle(letter)] += 1
    return Delivered(**{outcome.value: outcomes[outcome] for outcome in Outcome})


def to_bytes(message: EmailMessage) -> bytes:
    """The mail as it goes over the wire."""
    return message.as_bytes(policy=_WIRE)


def envelope(message: bytes) -> tuple[str, str]:
    """Sender and recipient, as the mail itself names them."""
    head = message_from_bytes(message, policy=policy.SMTP)
    return head["From"].addresses[0].addr_spec, head["To"].addresses[0].addr_spec


@dataclass(slots=True)
class _Round:
    outbox: Outbox
    channel: Channel | None
    writer: Writer
    clock: Clock
    chance: Callable[[], float]
    ring: Callable[[str], None]
    out_of_order: str = field(default="", init=False)

    def handle(self, letter: Letter) -> Outcome:
        try:
            return self._send(letter)
        except CannotWrite as fault:
            return self._postpone(letter, str(fault))
        except Unusable as fault:
            self.out_of_order = str(fault)
            return self._postpone(letter, str(fault))
        except Refused as fault:
            return self._postpone(letter, str(fault), _UNTIL_MENDED)
        except Temporary as fault:
            return self._postpone(letter, str(fault))
        except Permanent as fault:
            return self._give_up(letter, str(fault))
        except Exception as fault:  # noqa: BLE001 - a fault in one letter must not stop the others
            return self._postpone(letter, _unforeseen(fault))

    def _send(self, letter: Letter) -> Outcome:
        matters = self.writer.readable(letter, self.outbox.matters_in(letter))
        if not matters:
            self.outbox.withdraw(letter, self.clock(), _NOTHING_LEFT)
            return Outcome.WITHDRAWN
        if letter.attempts < _RINGS and any(map(_is_critical, matters)):
            self.ring(letter.school)
        if self.channel is None:
            return self._postpone(letter, _NO_WAY, _UNTIL_THERE_IS_ONE)
        if self.out_of_order:
            return self._postpone(letter, self.out_of_order)
        self._hand_over(letter, matters, self.channel)
        self.outbox.sent(letter, self.clock())
        return Outcome.SENT

    def _hand_over(self, letter: Letter, matters: Matters, channel: Channel) -> None:
        kept = self._kept(letter, matters)
        if kept is not None and letter.attempts and channel.took(kept):
            return  # an earlier try got through, and only its answer was lost
        message = kept or self._write(letter, matters)
        try:
            _send_by(channel, message)
        except TooLarge:
            smaller = self._write(letter, matters, pictures=False)
            if len(smaller) >= len(message):
                raise
            _send_by(channel, smaller)

    def _kept(self, letter: Letter, matters: Matters) -> bytes | None:
        """The bytes kept, unless they are for somebody else, or say more, than is right by now."""
        right = self.writer.message_id(letter, matters)
        return letter.message if letter.message_id == right else None

    def _write(self, letter: Letter, matters: Matters, *, pictures: bool = True) -> bytes:
        written = self.writer.write(letter, matters, self.clock(), pictures=pictures)
        message = to_bytes(written)
        self.outbox.write_message(letter, message, str(written["Message-ID"]))
        return message

    def _give_up(self, letter: Letter, reason: str) -> Outcome:
        """Seen in the log, and told the second way where it tells of what is urgent."""
        log.warning("a letter to %s was refused: %s", letter.whose, reason)
        self.outbox.give_up(letter, self.clock(), reason)
        self._call(letter)
        return Outcome.FAILED

    def came_back(self, letter: Letter) -> None:
        """Told the second way first: killed in between, it is told again."""
        log.warning("a letter to %s came back", letter.whose)
        self._call(letter)
        self.outbox.told_of(letter)

    def _call(self, letter: Letter) -> None:
        matters = self.outbox.matters_in(letter)
        if letter.urgency is not Urgency.DIGEST and any(isinstance(m, Case) for m in matters):
            self.ring(letter.school)

    def _postpone(self, letter: Letter, reason: str, delay: timedelta | None = None) -> Outcome:
        until = self.clock() + (delay or _delay(letter, self.chance()))
        # Not the letter's key: it may hold a part of a post's address.
        log.warning("a letter to %s is put off: %s", letter.whose, reason)
        self.outbox.postpone(letter, until, reason)
        return Outcome.POSTPONED


def _send_by(channel: Channel, message: bytes) -> None:
    sender, recipient = envelope(message)
    channel.send(message, sender=sender, recipient=recipient)


def _is_critical(matter: Matter) -> bool:
    return isinstance(matter, Case) and matter.incident.severity is Severity.CRITICAL


def _unforeseen(fault: Exception) -> str:
    """Its words may be a person's, or a secret, so only its kind is named."""
    kind = type(fault).__name__
    return (
        f"this mail could not be written or sent (a fault of the program: {kind}); "
        "it will be tried again, but open the incident in the dashboard now and tell the people "
        "concerned yourself"
    )


def _delay(letter: Letter, chance: float) -> timedelta:
    """Doubles with each attempt, up to an hour for what is urgent, a day for a digest;
    between half and the whole of it, so that letters do not come back in step."""
    longest = _LONGEST_DELAY[letter.urgency]
    doubled = _FIRST_DELAY * (1 << min(letter.attempts, 12))
    return min(doubled, longest) * (0.5 + chance / 2)
