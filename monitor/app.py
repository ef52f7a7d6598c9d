"""The only place where the parts are joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Protocol

from alerts.checks_page import write_checks
from alerts.evidence.launcher import find_browser
from alerts.evidence.pdf import print_pdf
from alerts.governors import CannotWrite
from alerts.governors import Report as TermReport
from alerts.governors import write as write_report
from alerts.trust import write_trust
from monitor.answering import answer
from monitor.counts import LONDON
from monitor.coverage import Coverage
from monitor.dispatch import Dispatch
from monitor.domain import Assessment, Event, Incident, Mention, School
from monitor.egress import Egress
from monitor.elsewhere import Elsewhere
from monitor.evidence_room import EvidenceRoom
from monitor.forgetting import Forgotten, forget, would_forget
from monitor.health import Check
from monitor.lessons import Lesson
from monitor.pipeline import Assess, Polled
from monitor.posting import PostRoom
from monitor.reporting import Report, take
from monitor.retention import cutoffs
from monitor.reviewing import Reviewer
from monitor.schools import Schools
from monitor.settings import Settings
from monitor.store.accounts import Account, Accounts
from monitor.store.store import Store
from monitor.teaching import work_and_learn
from monitor.visitor import Visit, Visitor
from nlp.assess import Assessor, model_version
from sources.http import PoliteClient

STAMPS = timedelta(minutes=1)  # so long may a scan ask for time stamps; what is left comes later
LOOK_AGAIN = timedelta(minutes=2)  # so long may a scan look at what it captured before
CAMERA_FIRST = timedelta(minutes=2)  # so long may a scan take pictures before it tells people
_AT_THE_DOOR = timedelta(seconds=10)  # for one answer; a person waits

Clock = Callable[[], datetime]


class Progress(Protocol):
    """Told of how far a long job has come."""

    def begin(self, what: str, total: int) -> None: ...
    def advance(self) -> None: ...


class Quiet:
    """Progress that nobody watches."""

    def begin(self, what: str, total: int) -> None: ...
    def advance(self) -> None: ...


@dataclass(slots=True, kw_only=True)
class Scanned:
    """What one pass came to; `troubles` are sentences for the person who asked for it."""

    visits: list[Polled] = field(default_factory=list)
    captures: int = 0
    rechecks: int = 0
    alerts_sent: int = 0
    troubles: list[str] = field(default_factory=list)


class Reader:
    """Judges one mention at a time: each takes all cores. *lessons*: those in force at a school,
    by its id."""

    def __init__(self, lessons: Callable[[str], Sequence[Lesson]] = lambda _: ()) -> None:
        self._turn, self._lessons = Lock(), lessons

    @cached_property
    def model(self) -> str:
        return model_version()

    @cached_property
    def _assessor(self) -> Assessor:
        """Loaded when first needed: a look at the log needs no word lists."""
        return Assessor()

    def __call__(self, mention: Mention, school: School) -> Assessment:
        lessons = self._lessons(school.id)
        with self._turn:
            return self._assessor(mention, school, lessons)


def _now() -> datetime:
    return datetime.now(UTC)


class App:
    """The program, put together from its settings. Opening it opens the database."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock = _now,
        assess: Assess | None = None,
        gap: timedelta = timedelta(seconds=1),
    ) -> None:
        """*assess*: somebody else's judgement. *gap*: the pause between two requests to a site."""
        self.settings, self.clock = settings, clock
        self.schools = Schools(settings, clock)
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.store = Store(settings.database_url(), key=settings.key_of_database())
        self.assess = assess or Reader(self.store.lessons_in_force)
        self._egress = egress = Egress(frozenset(settings.network.allow))
        self.client = PoliteClient(egress, contact=settings.network.contact, gap=gap)
        self.visitor = Visitor(
            settings.sources, self.schools, self.client, self.assess, self.store, clock
        )
        self.evidence = EvidenceRoom(
            settings.data_dir / "evidence",
            settings.evidence,
            self.schools,
            egress,
            self.client,
            self.assess,
            self.store,
            clock,
        )
        self.reviewer = Reviewer(
            store=self.store,
            schools=self.schools,
            groups={source.name: source.group for source in settings.sources},
            terms=self.schools.terms,
            clock=clock,
        )
        self.dispatch = Dispatch(
            settings,
            self.schools,
            egress,
            self.evidence.screenshot,
            self.reviewer,
            self.store,
            clock,
        )

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.store, self.clock, self.settings.vault())

    @cached_property
    def elsewhere(self) -> dict[str, Elsewhere]:
        """The accounts elsewhere with which people may sign in, by kind."""
        board, room = self.settings.dashboard, PostRoom(self._egress, patience=_AT_THE_DOOR)
        found = board.sign_in.providers(board.url)
        return {each.kind: Elsewhere(each, room, self.clock) for each in found}

    def jobs(self) -> dict[str, Callable[[], object]]:
        """What the scheduler ticks, by name. Each does what is due, and can be killed anywhere."""
        return {
            "poll": self.poll,
            "capture": self.evidence.capture,
            "deliver": self.dispatch.deliver,
            "escalate": self.dispatch.escalate,
            "weekly": self.dispatch.weekly,
            "termly": self.dispatch.termly,
            "recheck": self.evidence.recheck,
            "forget": self.forget,
            "custody": self.evidence.promise_head,
            "stamp": self.evidence.stamp,
        }

    def poll(self) -> None:
        self._note_judge()
        self.visitor.go(self.visitor.due())

    def _note_judge(self) -> None:
        """So that a report can say when the rules changed in its term."""
        if isinstance(self.assess, Reader):
            self.store.judging_by(self.assess.model, self.clock())

    def scan(
        self, visits: list[Visit], progress: Progress, *, keep_hours: bool = False
    ) -> Scanned:
        """One pass: read, capture, tell. Nobody waits for the camera beyond two minutes."""
        done = Scanned()
        self._note_judge()
        progress.begin("Reading sources", len(visits))
        done.visits = self.visitor.go(visits, progress.advance)
        progress.begin("Capturing evidence", self.store.captures_waiting())
        done.captures = self.evidence.capture(self.clock() + CAMERA_FIRST, progress.advance).count
        self.dispatch.weekly()
        self.dispatch.termly()
        self.dispatch.hasten(keep_hours=keep_hours)
        done.alerts_sent = self.dispatch.deliver().sent
        done.captures += self.evidence.capture(on_done=progress.advance).count
        self.evidence.stamp(until=self.clock() + STAMPS)
        progress.begin("Looking again", self.store.rechecks_due(self.clock()))
        done.rechecks = self.evidence.recheck(until=self.clock() + LOOK_AGAIN)
        done.troubles = self.dispatch.undelivered()
        return done

    def forget(self) -> Forgotten:
        """Apply retention."""
        now = self.clock()
        at = cutoffs(self.settings.retention, now)
        forgotten = forget(self.store, at, self.evidence.remove, now)
        self.store.take_stock()
        return forgotten

    def would_forget(self) -> Forgotten:
        return would_forget(self.store, cutoffs(self.settings.retention, self.clock()))

    def work(self, number: str, event: Event, seen: int | None = None) -> Incident:
        """A person does something to an incident. Raises NoSuchIncident, Overtaken."""
        tellings = self.schools.tellings()
        return work_and_learn(self.store, self.schools, tellings, number, event, seen)

    def answer(self, link: str) -> bool:
        """Write down that the letter with this link was seen."""
        return answer(self.store, link, self.clock())

    def take_report(self, school: School, report: Report, account: Account) -> str:
        """What a member of staff saw; the number of its incident."""
        return take(
            report,
            school,
            by=account.email,
            role=account.role,
            assess=self.assess,
            telling=self.schools.telling(school.id),
            store=self.store,
            clock=self.clock,
        )

    def report(
        self, school: str, first: date, last: date, out: Path, *, round_to: int = 1
    ) -> TermReport:
        """The governors' report on the terms that these days lie in. Raises CannotWrite."""
        report = self.reviewer.report(school, first, last, so_far=True, round_to=round_to)
        if report.trend is None:
            raise CannotWrite("This period has not begun yet. Please choose days up to today.")
        write_report(report, out, print_pdf=_printed)
        return report

    def trust_report(self, first: date, last: date, out: Path) -> None:
        """What all schools have published of these days. Raises CannotWrite."""
        self.reviewer.publish_all(first, last)
        write_trust(self.reviewer.together(first, last), out, print_pdf=_printed)

    def publish_so_far(self) -> None:
        """Show governors what there is of the present term."""
        today = self.schools.today()
        for school in self.schools:
            self.reviewer.report(school, today, today, so_far=True)

    def checks(self, school: str, first: date, last: date) -> list[Check]:
        """The record of visits on both days and all between."""
        return self.store.checks(school, *_period(first, last))

    def write_checks(self, school: str, coverage: Coverage, out: Path) -> None:
        """The page that proves regular checks. Raises CannotWrite."""
        owner, today = self.schools[school], self.schools.today()
        write_checks(coverage, owner, out, made=today, print_pdf=_printed)

    def close(self) -> None:
        self.client.close()
        self.store.close()


def _printed(html: str) -> bytes:
    return print_pdf(html, find_browser())


def _period(first: date, last: date) -> tuple[datetime, datetime]:
    """From midnight to midnight, both days included, by the clock on the school's wall."""
    start = datetime.combine(first, time.min, LONDON)
    return start, datetime.combine(last + timedelta(days=1), time.min, LONDON)
