"""Keeps the promises of the outbox: every letter leaves at least once, as the same bytes."""

from __future__ import annotations

import logging
import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from typing import Protocol

from alerts.channels.contract import Channel, Permanent, Temporary, Unusable
from monitor.domain import Case, Letter, Urgency

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

# Longer than a channel may take for one letter (email: 2 minutes), so that no other worker
# takes up a letter which is still on its way.
LEASE = timedelta(minutes=10)

_FIRST_DELAY = timedelta(minutes=1)
_LONGEST_DELAY = {Urgency.NOW: timedelta(hours=1), Urgency.DIGEST: timedelta(hours=24)}

# Lines may be long rather than folded: folding would turn a long Message-ID into code.
_WIRE = policy.SMTP.clone(max_line_length=900)


class Outbox(Protocol):
    """The promises, as the store keeps them. Each method is one transaction."""

    def claim_letter(
        self, *, due: datetime, until: datetime, urgencies: frozenset[Urgency]
    ) -> Letter | None:
        """A letter that was due at *due*, taken out of reach of others until *until*."""

    def cases_in(self, letter: Letter) -> tuple[Case, ...]:
        """The incidents it tells of, as they are now."""

    def write_message(self, letter: Letter, message: bytes, message_id: str) -> None: ...
    def sent(self, letter: Letter, at: datetime) -> None: ...
    def postpone(self, letter: Letter, until: datetime, error: str) -> None: ...
    def give_up(self, letter: Letter, at: datetime, error: str) -> None: ...
    def withdraw(self, letter: Letter, at: datetime, reason: str) -> None:
        """It must not be sent any more, and nothing is wrong."""


class Writer(Protocol):
    """Turns cases into a mail."""

    def readable(self, letter: Letter, cases: tuple[Case, ...]) -> tuple[Case, ...]:
        """Those of *cases* that the recipient may know of now."""

    def write(self, letter: Letter, cases: tuple[Case, ...], at: datetime) -> EmailMessage:
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
    channel: Channel,
    writer: Writer,
    *,
    clock: Clock,
    lease: timedelta = LEASE,
    urgencies: frozenset[Urgency] = frozenset(Urgency),
    chance: Callable[[], float] = random.random,
) -> Delivered:
    """Try every letter that is due now, once.

    A letter that cannot be written or sent is put off or given up with the reason beside
    it, and the others go on. When the channel as a whole is out of order (no connection,
    wrong password) it is not tried again this time: the other letters are put off with
    the same reason, so that a stalled server costs one time-out and no account is locked.
    *chance* yields 0..1 and spreads the retries.
    """
    started = clock()
    delivery = _Round(outbox, channel, writer, clock, chance)
    outcomes: Counter[Outcome] = Counter()
    while letter := outbox.claim_letter(due=started, until=clock() + lease, urgencies=urgencies):
        outcomes[delivery.handle(letter)] += 1
    return Delivered(**{outcome.value: outcomes[outcome] for outcome in Outcome})


def to_bytes(message: EmailMessage) -> bytes:
    """The mail as it goes over the wire."""
    return message.as_bytes(policy=_WIRE)


def identity(letter: Letter, cases: tuple[Case, ...]) -> uuid.UUID:
    """The same letter about the same incidents has the same identity, on any machine."""
    keys = sorted({case.incident.key for case in cases})
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join((letter.key, *keys)))


@dataclass(slots=True)
class _Round:
    outbox: Outbox
    channel: Channel
    writer: Writer
    clock: Clock
    chance: Callable[[], float]
    out_of_order: str = field(default="", init=False)

    def handle(self, letter: Letter) -> Outcome:
        if self.out_of_order:
            return self._postpone(letter, self.out_of_order)
        try:
            return self._send(letter)
        except CannotWrite as fault:
            return self._postpone(letter, str(fault))
        except Unusable as fault:
            self.out_of_order = str(fault)
            return self._postpone(letter, str(fault))
        except Temporary as fault:
            return self._postpone(letter, str(fault))
        except Permanent as fault:
            log.warning(
                "a letter to the %s of %s was refused: %s", letter.role, letter.school, fault
            )
            self.outbox.give_up(letter, self.clock(), str(fault))
            return Outcome.FAILED

    def _send(self, letter: Letter) -> Outcome:
        message = self._message(letter)
        if message is None:
            self.outbox.withdraw(letter, self.clock(), "the recipient should not know of it now")
            return Outcome.WITHDRAWN
        sender, recipient = _envelope(message)
        self.channel.send(message, sender=sender, recipient=recipient)
        self.outbox.sent(letter, self.clock())
        return Outcome.SENT

    def _message(self, letter: Letter) -> bytes | None:
        """The bytes to send: those kept, unless the recipient may know of less by now."""
        cases = self.writer.readable(letter, self.outbox.cases_in(letter))
        if not cases:
            return None
        if letter.message is not None and str(identity(letter, cases)) in letter.message_id:
            return letter.message
        message, message_id = self._write(letter, cases)
        self.outbox.write_message(letter, message, message_id)
        return message

    def _write(self, letter: Letter, cases: tuple[Case, ...]) -> tuple[bytes, str]:
        try:
            written = self.writer.write(letter, cases, self.clock())
            return to_bytes(written), str(written["Message-ID"])
        except CannotWrite:
            raise
        except Exception as fault:  # noqa: BLE001 - a fault in one letter must not stop the others
            # Its words may be a person's, so only its kind is kept.
            kind = type(fault).__name__
            raise CannotWrite(
                f"this mail could not be written (a fault of the program: {kind}); open the "
                "incident in the dashboard and tell the people concerned yourself"
            ) from None

    def _postpone(self, letter: Letter, reason: str) -> Outcome:
        until = self.clock() + _delay(letter, self.chance())
        # Not the letter's key: it may hold a part of a post's address.
        log.warning("a letter to the %s of %s is put off: %s", letter.role, letter.school, reason)
        self.outbox.postpone(letter, until, reason)
        return Outcome.POSTPONED


def _delay(letter: Letter, chance: float) -> timedelta:
    """Doubles with each attempt, up to an hour for what is urgent, a day for a digest;
    between half and the whole of it, so that letters do not come back in step."""
    longest = _LONGEST_DELAY[letter.urgency]
    doubled = _FIRST_DELAY * (1 << min(letter.attempts, 12))
    return min(doubled, longest) * (0.5 + chance / 2)


def _envelope(message: bytes) -> tuple[str, str]:
    """Sender and recipient, as the mail itself names them."""
    head = message_from_bytes(message, policy=policy.SMTP)
    return head["From"].addresses[0].addr_spec, head["To"].addresses[0].addr_spec
