"""What becomes of each letter, whatever goes wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import ClassVar

import pytest

from alerts.channels.contract import (
    Permanent,
    Refused,
    Temporary,
    TooLarge,
    Unusable,
)
from alerts.deliver import CannotWrite, Delivered, Writer, deliver
from alerts.guidance import load_guidance
from alerts.playbook import load_playbook
from alerts.roster import Roster
from alerts.writer import MailWriter
from monitor.domain import Case, Category, Incident, Letter, Role, School, Severity, Urgency

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
        self, *, due: datetime, until: datetime, urgencies: frozenset[Urgency], most: int
    ) -> Letter | None:
        for row in self.rows.values():
            fits = row.letter.urgency in urgencies
            if fits and row.state == "waiting" and row.next_attempt_at <= due:
                claimed = row.letter
                row.next_attempt_at = until
                row.letter = replace(claimed, attempts=claimed.attempts + 1)
                return claimed
        return None

    def matters_in(self, letter: Letter) -> tuple[Case, ...]:
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

    def returned(self) -> list[Letter]:
        return [row.letter for row in self.rows.values() if row.state == "returned"]

    def told_of(self, letter: Letter) -> None:
        self.rows[letter.key].state = "failed"

    def withdraw(self, letter: Letter, at: datetime, reason: str) -> None:
        row = self.rows[letter.key]
        row.state, row.error = "withdrawn", reason


@dataclass
class Wire:
    """A channel that answers with the faults it is given, then takes everything."""

    faults: list[Exception | None] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    tries: int = 0
    name: ClassVar[str] = "wire"
    sender: ClassVar[str] = "monitor@wexcombepark.example"
    answers: bool = False  # whether it can say what it took

    def took(self, message: bytes) -> bool:
        return self.answers and message in self.taken

    def send(self, message: bytes, *, sender: str, recipient: str) -> None:
        assert sender == "monitor@wexcombepark.example"
        self.tries += 1
        fault = self.faults.pop(0) if self.faults else None
        if not isinstance(fault, Permanent | Unusable | Refused):
            self.taken.append(message)  # an ambiguous fault may come after the mail was taken
            self.recipients.append(recipient)
        if fault:
            raise fault

    def check(self) -> None: ...


@dataclass
class Pen:
    fault: Exception | None = None
    hidden: bool = False
    recipient: str = "head@wexcombepark.example"
    conflict: CannotWrite | None = None
    written: int = 0

    def readable(self, letter: Letter, cases: tuple[Case, ...]) -> tuple[Case, ...]:
        return cases[1:] if self.hidden else cases

    def message_id(self, letter: Letter, cases: tuple[Case, ...]) -> str:
        if self.conflict:
            raise self.conflict
        keys = "+".join(case.incident.key.replace(":", ".") for case in cases)
        return f"<{letter.key}.{keys}.{self.recipient}>"

    def write(
        self, letter: Letter, cases: tuple[Case, ...], at: datetime, *, pictures: bool = True
    ) -> EmailMessage:
        self.written += 1
        if self.fault and letter.key == "one":
            raise self.fault
        message = EmailMessage()
        message["From"] = "Monitor <monitor@wexcombepark.example>"
        message["To"] = self.recipient
        message["Message-ID"] = self.message_id(letter, cases)
        message["X-Written"] = str(self.written)
        message.set_content(" ".join(case.incident.key for case in cases) + "picture" * pictures)
        return message


def run(outbox: Recorder, wire: Wire, pen: Writer, at: datetime = NOON) -> Delivered:
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
    assert kept.message_id == Pen().message_id(kept, (a_case(),))


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


def test_a_fault_nobody_foresaw_puts_the_letter_off_by_its_kind_and_the_next_one_leaves(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outbox = Recorder(a_letter("one"), a_letter("two"))
    wire = Wire([UnicodeEncodeError("ascii", "pass\u00a3word", 4, 5, "ordinal not in range")])
    assert run(outbox, wire, Pen()) == Delivered(sent=1, postponed=1)
    assert "a fault of the program: UnicodeEncodeError" in outbox.rows["one"].error
    assert "pass\u00a3word" not in outbox.rows["one"].error + caplog.text


def test_a_kept_mail_never_goes_to_an_address_the_role_no_longer_has() -> None:
    outbox, wire = Recorder(a_letter()), Wire([Temporary("later")])
    run(outbox, wire, Pen(recipient="old@wexcombepark.example"))
    kept = outbox.rows["one"].letter
    run(outbox, wire, Pen(recipient="new@wexcombepark.example"), NOON + timedelta(hours=1))
    assert wire.recipients == ["old@wexcombepark.example", "new@wexcombepark.example"]
    assert outbox.rows["one"].letter.message_id != kept.message_id


def test_a_kept_mail_stays_where_the_addresses_now_forbid_it() -> None:
    outbox, wire = Recorder(a_letter()), Wire([Temporary("later")])
    run(outbox, wire, Pen())
    pen = Pen(conflict=CannotWrite("this address is also the head's"))
    assert run(outbox, wire, pen, NOON + timedelta(hours=1)) == Delivered(postponed=1)
    assert outbox.rows["one"].error == "this address is also the head's"
    assert len(wire.taken) == 1


def a_writer(**contacts: str) -> MailWriter:
    return MailWriter(
        schools={"wexcombe": School(id="wexcombe", name="Wexcombe Park Primary School")},
        rosters={
            "wexcombe": Roster.of({Role(role): address for role, address in contacts.items()})
        },
        sender="monitor@wexcombepark.example",
        dashboard_url="http://127.0.0.1:8000",
        guidance=load_guidance(),
        playbook=load_playbook(),
        screenshot=lambda school, evidence: None,
    )


@pytest.mark.parametrize(
    ("chair", "outcome", "recipients"),
    [
        ("new-chair@w.example", Delivered(sent=1), ["chair@w.example", "new-chair@w.example"]),
        ("chair@w.example", Delivered(postponed=1), ["chair@w.example"]),
    ],
)
def test_a_kept_mail_about_the_head_never_goes_to_an_address_that_has_become_the_heads(
    chair: str, outcome: Delivered, recipients: list[str]
) -> None:
    case = a_case()
    concern = replace(case, incident=replace(case.incident, about_head=True))
    letter = replace(a_letter(), role=Role.CHAIR_OF_GOVERNORS)
    outbox, wire = Recorder(letter, cases=(concern,)), Wire([Temporary("later")])
    run(outbox, wire, a_writer(head="head@w.example", chair_of_governors="chair@w.example"))
    now = a_writer(head="chair@w.example", chair_of_governors=chair)
    assert run(outbox, wire, now, NOON + timedelta(hours=1)) == outcome
    assert wire.recipients == recipients


@pytest.mark.parametrize("urgency", Urgency)
def test_a_refused_recipient_is_tried_daily_and_says_why(urgency: Urgency) -> None:
    outbox, pen = Recorder(a_letter("one", urgency), a_letter("two")), Pen()
    wire = Wire([Refused("no such mailbox")])
    assert run(outbox, wire, pen) == Delivered(sent=1, postponed=1)
    row = outbox.rows["one"]
    assert (row.state, row.error) == ("waiting", "no such mailbox")
    assert row.next_attempt_at == NOON + timedelta(days=1)
    assert run(outbox, wire, pen, row.next_attempt_at) == Delivered(sent=1)


def test_a_mail_that_is_too_large_leaves_at_once_without_its_pictures() -> None:
    outbox, wire = Recorder(a_letter("one"), a_letter("two")), Wire([TooLarge("too large")])
    assert run(outbox, wire, Pen()) == Delivered(sent=2)
    assert [b"picture" in mail for mail in wire.taken] == [False, True]
    assert outbox.rows["one"].letter.message == wire.taken[0]


def test_a_mail_too_large_even_without_pictures_waits_and_the_next_one_leaves() -> None:
    outbox = Recorder(a_letter("one"), a_letter("two"))
    wire = Wire([TooLarge("too large"), TooLarge("still too large")])
    assert run(outbox, wire, Pen()) == Delivered(sent=1, postponed=1)
    assert (outbox.rows["one"].state, outbox.rows["one"].error) == ("waiting", "still too large")
    wire.faults = [TooLarge("again")]
    later = NOON + timedelta(days=1)
    assert run(outbox, wire, Pen(written=7), later) == Delivered(postponed=1)
    assert wire.tries == 4, "nothing smaller is left to try"


def test_a_letter_whose_answer_was_lost_is_not_sent_again_where_the_service_can_say() -> None:
    outbox, pen = Recorder(a_letter()), Pen()
    wire = Wire(faults=[Temporary("lost")], answers=True)
    run(outbox, wire, pen)
    assert run(outbox, wire, pen, at=NOON + timedelta(hours=2)) == Delivered(sent=1)
    assert (wire.tries, len(wire.taken), outbox.rows["one"].state) == (1, 1, "sent")


def test_what_is_critical_rings_the_bell_before_the_mail_and_again_at_its_second_try_only() -> (
    None
):
    rung: list[str] = []
    critical = a_case()
    critical = replace(critical, incident=replace(critical.incident, severity=Severity.CRITICAL))
    outbox = Recorder(a_letter(), cases=(critical,))
    wire = Wire(faults=[Temporary("busy")] * 3)
    for hours in (0, 2, 4, 6):
        now = NOON + timedelta(hours=hours)
        deliver(outbox, wire, Pen(), clock=lambda now=now: now, chance=lambda: 1, ring=rung.append)
    assert outbox.rows["one"].state == "sent"
    assert rung == ["wexcombe", "wexcombe"]


def test_a_mail_server_that_is_down_does_not_keep_the_bell_from_ringing() -> None:
    rung: list[str] = []
    critical = replace(a_case().incident, severity=Severity.CRITICAL)
    outbox = Recorder(a_letter(), a_letter("two"))
    outbox.rows["two"].cases = (replace(a_case(), incident=critical),)
    wire = Wire(faults=[Unusable("down")])
    deliver(outbox, wire, Pen(), clock=lambda: NOON, ring=rung.append)
    assert outbox.rows["two"].error == "down"
    assert (wire.tries, rung) == (1, ["wexcombe"])


def test_what_is_high_rings_nobody() -> None:
    rung: list[str] = []
    deliver(Recorder(a_letter()), Wire(), Pen(), clock=lambda: NOON, ring=rung.append)
    assert rung == []


def test_where_no_mail_server_is_configured_the_bell_rings_and_the_letter_waits() -> None:
    rung: list[str] = []
    critical = replace(a_case().incident, severity=Severity.CRITICAL)
    outbox = Recorder(a_letter(), cases=(replace(a_case(), incident=critical),))
    deliver(outbox, None, Pen(), clock=lambda: NOON, ring=rung.append)
    row = outbox.rows["one"]
    assert row.state == "waiting"
    assert row.error == "no mail server is configured; add [alerts.email]"
    assert row.letter.message is None, "nobody's address is known to be the sender's yet"
    assert rung == ["wexcombe"]


@pytest.mark.parametrize(("urgency", "calls"), [(Urgency.NOW, 1), (Urgency.DIGEST, 0)])
def test_what_is_urgent_and_refused_for_good_goes_the_second_way(
    urgency: Urgency, calls: int
) -> None:
    rung: list[str] = []
    outbox, wire = Recorder(a_letter(urgency=urgency)), Wire(faults=[Permanent("refused")])
    deliver(outbox, wire, Pen(), clock=lambda: NOON, ring=rung.append)
    assert outbox.rows["one"].state == "failed"
    assert len(rung) == calls


@pytest.mark.parametrize(("urgency", "calls"), [(Urgency.NOW, 1), (Urgency.DIGEST, 0)])
def test_what_is_urgent_and_came_back_goes_the_second_way_once(
    urgency: Urgency, calls: int
) -> None:
    rung: list[str] = []
    outbox, wire = Recorder(a_letter(urgency=urgency)), Wire()
    outbox.rows["one"].state = "returned"
    for _ in range(2):
        deliver(outbox, wire, Pen(), clock=lambda: NOON, ring=rung.append)
    assert outbox.rows["one"].state == "failed"
    assert len(rung) == calls
    assert wire.tries == 0
