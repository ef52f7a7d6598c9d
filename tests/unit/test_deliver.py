"""What becomes of each letter, whatever goes wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import ClassVar

import pytest

from alerts.channels.contract import ChannelError, Permanent, Temporary, Unusable
from alerts.deliver import CannotWrite, Delivered, deliver, identity
from monitor.domain import Case, Category, Incident, Letter, Role, Severity, Urgency

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_case(key: str = "wexcombe:forum:17") -> Case:
    incident = Incident(
        key=key,
        school="wexcombe",
        opened_at=NOON,
        categories=frozenset({Category.THREAT}),
        severity=Severity.HIGH,
        number="2026-014",
    )
    return Case(incident=incident, sightings=())


def a_letter(key: str = "one", urgency: Urgency = Urgency.NOW) -> Letter:
    return Letter(key=key, school="wexcombe", role=Role.HEAD, urgency=urgency)


@dataclass
class Row:
    letter: Letter
    cases: tuple[Case, ...]
    next_attempt_at: datetime = NOON
    state: str = "waiting"
    error: str = ""


class Recorder:
    """An outbox in memory, enough to see what deliver asks of a store."""

    def __init__(self, *letters: Letter, cases: tuple[Case, ...] = (a_case(),)) -> None:
        self.rows = {letter.key: Row(letter, cases) for letter in letters}

    def claim_letter(
        self, *, due: datetime, until: datetime, urgencies: frozenset[Urgency]
    ) -> Letter | None:
        for row in self.rows.values():
            fits = row.letter.urgency in urgencies
            if fits and row.state == "waiting" and row.next_attempt_at <= due:
                claimed = row.letter
                row.next_attempt_at = until
                row.letter = replace(claimed, attempts=claimed.attempts + 1)
                return claimed
        return None

    def cases_in(self, letter: Letter) -> tuple[Case, ...]:
        return self.rows[letter.key].cases

    def write_message(self, letter: Letter, message: bytes, message_id: str) -> None:
        row = self.rows[letter.key]
        row.letter = replace(row.letter, message=message, message_id=message_id)

    def sent(self, letter: Letter, at: datetime) -> None:
        self.rows[letter.key].state = "sent"

    def postpone(self, letter: Letter, until: datetime, error: str) -> None:
        row = self.rows[letter.key]
        row.next_attempt_at, row.error = until, error

    def give_up(self, letter: Letter, at: datetime, error: str) -> None:
        row = self.rows[letter.key]
        row.state, row.error = "failed", error

    def withdraw(self, letter: Letter, at: datetime, reason: str) -> None:
        row = self.rows[letter.key]
        row.state, row.error = "withdrawn", reason


@dataclass
class Wire:
    """A channel that answers with the faults it is given, then takes everything."""

    faults: list[ChannelError | None] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    tries: int = 0
    name: ClassVar[str] = "wire"

    def send(self, message: bytes, *, sender: str, recipient: str) -> None:
        assert (sender, recipient) == ("monitor@wexcombepark.example", "head@wexcombepark.example")
        self.tries += 1
        fault = self.faults.pop(0) if self.faults else None
        if not isinstance(fault, Permanent | Unusable):
            self.taken.append(message)  # an ambiguous fault may come after the mail was taken
        if fault:
            raise fault

    def check(self) -> None: ...


@dataclass
class Pen:
    fault: Exception | None = None
    hidden: bool = False
    written: int = 0

    def readable(self, letter: Letter, cases: tuple[Case, ...]) -> tuple[Case, ...]:
        return cases[1:] if self.hidden else cases

    def write(self, letter: Letter, cases: tuple[Case, ...], at: datetime) -> EmailMessage:
        self.written += 1
        if self.fault and letter.key == "one":
            raise self.fault
        message = EmailMessage()
        message["From"] = "Monitor <monitor@wexcombepark.example>"
        message["To"] = "head@wexcombepark.example"
        message["Message-ID"] = f"<alert-{identity(letter, cases)}@wexcombepark.example>"
        message["X-Written"] = str(self.written)
        message.set_content(" ".join(case.incident.key for case in cases))
        return message


def run(outbox: Recorder, wire: Wire, pen: Pen, at: datetime = NOON) -> Delivered:
    return deliver(outbox, wire, pen, clock=lambda: at, chance=lambda: 1.0)


def test_every_letter_that_is_due_leaves_once() -> None:
    outbox, wire = Recorder(a_letter("one"), a_letter("two")), Wire()
    assert run(outbox, wire, Pen()) == Delivered(sent=2)
    assert run(outbox, wire, Pen()) == Delivered()
    assert {row.state for row in outbox.rows.values()} == {"sent"}


def test_a_letter_is_written_down_before_it_is_sent() -> None:
    outbox, wire = Recorder(a_letter()), Wire([Temporary("later")])
    run(outbox, wire, Pen())
    kept = outbox.rows["one"].letter
    assert kept.message == wire.taken[0]
    assert kept.message_id.startswith("<alert-")


def test_after_an_ambiguous_fault_the_very_same_bytes_go_again() -> None:
    outbox, wire, pen = Recorder(a_letter()), Wire([Temporary("dropped")]), Pen()
    assert run(outbox, wire, pen) == Delivered(postponed=1)
    assert run(outbox, wire, pen, NOON + timedelta(hours=2)) == Delivered(sent=1)
    assert wire.taken[0] == wire.taken[1]
    assert pen.written == 1


def test_a_letter_put_off_shows_why_and_is_not_tried_again_in_the_same_round() -> None:
    outbox, wire = Recorder(a_letter()), Wire([Temporary("the mailbox is full")])
    assert run(outbox, wire, Pen()) == Delivered(postponed=1)
    row = outbox.rows["one"]
    assert (row.state, row.error, wire.tries) == ("waiting", "the mailbox is full", 1)
    assert row.next_attempt_at == NOON + timedelta(minutes=1)


def test_a_letter_refused_for_good_is_a_visible_failure_and_the_next_one_leaves() -> None:
    outbox = Recorder(a_letter("one"), a_letter("two"))
    assert run(outbox, Wire([Permanent("no such mailbox")]), Pen()) == Delivered(sent=1, failed=1)
    assert (outbox.rows["one"].state, outbox.rows["one"].error) == ("failed", "no such mailbox")
    assert outbox.rows["two"].state == "sent"


def test_when_the_server_cannot_be_used_it_is_asked_once_and_every_letter_says_why() -> None:
    outbox = Recorder(a_letter("one"), a_letter("two"), a_letter("three"))
    wire = Wire([Unusable("wrong password")])
    assert run(outbox, wire, Pen()) == Delivered(postponed=3)
    assert wire.tries == 1
    assert {row.error for row in outbox.rows.values()} == {"wrong password"}
    assert run(outbox, wire, Pen(), NOON + timedelta(hours=2)) == Delivered(sent=3)


def test_a_letter_that_cannot_be_written_says_so_and_the_next_one_leaves() -> None:
    outbox = Recorder(a_letter("one"), a_letter("two"))
    pen = Pen(fault=KeyError("what a child wrote"))
    assert run(outbox, Wire(), pen) == Delivered(sent=1, postponed=1)
    assert "a fault of the program: KeyError" in outbox.rows["one"].error
    assert "what a child wrote" not in outbox.rows["one"].error


def test_what_is_wrong_with_the_configuration_is_said_as_it_is_and_mended_later() -> None:
    outbox = Recorder(a_letter())
    run(outbox, Wire(), Pen(fault=CannotWrite("there is no address for head")))
    assert outbox.rows["one"].error == "there is no address for head"
    assert run(outbox, Wire(), Pen(), NOON + timedelta(hours=1)) == Delivered(sent=1)


def test_a_letter_the_recipient_may_no_longer_read_is_withdrawn() -> None:
    outbox, wire = Recorder(a_letter()), Wire()
    assert run(outbox, wire, Pen(hidden=True)) == Delivered(withdrawn=1)
    assert wire.taken == []


def test_a_kept_mail_is_written_anew_when_a_part_may_no_longer_be_read() -> None:
    outbox = Recorder(a_letter(urgency=Urgency.DIGEST), cases=(a_case("secret"), a_case("open")))
    wire = Wire([Temporary("later")])
    run(outbox, wire, Pen())
    run(outbox, wire, Pen(hidden=True), NOON + timedelta(days=1))
    assert [b"secret" in mail for mail in wire.taken] == [True, False]


def test_only_the_kinds_of_letter_that_were_asked_for_leave() -> None:
    outbox = Recorder(a_letter("one"), a_letter("two", Urgency.DIGEST))
    urgent = frozenset({Urgency.NOW})
    done = deliver(outbox, Wire(), Pen(), clock=lambda: NOON, urgencies=urgent)
    assert done == Delivered(sent=1)
    assert outbox.rows["two"].state == "waiting"


@pytest.mark.parametrize(
    ("urgency", "attempts", "delay"),
    [
        (Urgency.NOW, 0, timedelta(minutes=1)),
        (Urgency.NOW, 3, timedelta(minutes=8)),
        (Urgency.NOW, 400, timedelta(hours=1)),
        (Urgency.DIGEST, 400, timedelta(hours=24)),
    ],
)
def test_the_pauses_grow_and_never_end_in_giving_up(
    urgency: Urgency, attempts: int, delay: timedelta
) -> None:
    letter = replace(a_letter(urgency=urgency), attempts=attempts)
    outbox = Recorder(letter)
    run(outbox, Wire([Temporary("later")]), Pen())
    assert outbox.rows["one"].next_attempt_at == NOON + delay


def test_retries_are_spread_so_that_they_do_not_come_back_in_step() -> None:
    outbox = Recorder(a_letter())
    deliver(outbox, Wire([Temporary("x")]), Pen(), clock=lambda: NOON, chance=lambda: 0.0)
    assert outbox.rows["one"].next_attempt_at == NOON + timedelta(seconds=30)


def test_the_same_letter_about_the_same_incidents_keeps_its_identity() -> None:
    one, two = a_case("1"), a_case("2")
    assert identity(a_letter(), (one, two)) == identity(a_letter(), (two, one, one))
    assert identity(a_letter(), (one,)) != identity(a_letter(), (one, two))
    assert identity(a_letter("one"), (one,)) != identity(a_letter("two"), (one,))
