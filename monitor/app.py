"""The only place where the parts are joined."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import Protocol, TypeVar
from uuid import uuid4

from alerts.channels.contract import Bell, Channel, ChannelError
from alerts.checks_page import write_checks
from alerts.deliver import Delivered, deliver
from alerts.evidence.at_rest import Locked
from alerts.evidence.capture import capture
from alerts.evidence.export import export
from alerts.evidence.launcher import find_browser
from alerts.evidence.pdf import print_pdf
from alerts.evidence.promises import Kept, keep_promises
from alerts.evidence.proofs import Proofs
from alerts.evidence.rechecks import Eyes, keep_looking
from alerts.evidence.report import SCREENSHOT
from alerts.evidence.seal import read_sealed
from alerts.evidence.stamping import Means, fetch_stamps
from alerts.evidence.supplied import Supply, keep_supplied
from alerts.governors import CannotWrite
from alerts.governors import Report as TermReport
from alerts.governors import write as write_report
from alerts.guidance import BadGuidance, Guidance, load_guidance
from alerts.playbook import Playbook, load_playbook
from alerts.routing import weekly_readers
from alerts.telling import Telling
from alerts.writer import MailWriter
from monitor.answering import answer, escalate
from monitor.counts import LONDON
from monitor.coverage import Coverage
from monitor.custody import COMMAND_LINE, PROGRAM, Deed, Handling
from monitor.domain import (
    AlertState,
    Assessment,
    CaptureMode,
    CapturePromise,
    Case,
    Event,
    Evidence,
    Incident,
    Mention,
    School,
    capture_mode,
)
from monitor.egress import Egress
from monitor.fetching import ask_authority, fetch_text
from monitor.health import Check
from monitor.pipeline import Polled, poll
from monitor.posting import PostRoom
from monitor.reporting import Report, take
from monitor.retention import cutoffs
from monitor.reviewing import Reviewer
from monitor.rounds import Rounds
from monitor.secret import MissingSecret
from monitor.settings import SchoolSettings, Settings
from monitor.store.accounts import Account
from monitor.store.database import RowRefused, StoreError
from monitor.store.store import Store
from monitor.terms import Terms
from monitor.watching import ask_canaries, write_down
from monitor.working import work
from nlp.assess import Assessor
from sources.contract import Source
from sources.errors import AccessRefused, Broken, SourceError, Unfinished
from sources.http import PoliteClient

log = logging.getLogger(__name__)

STAMPS = timedelta(minutes=1)  # so long may a scan ask for time stamps; what is left comes later
LOOK_AGAIN = timedelta(minutes=2)  # so long may a scan look at what it captured before
CAMERA_FIRST = timedelta(minutes=2)  # so long may a scan take pictures before it tells people

Clock = Callable[[], datetime]
Data = TypeVar("Data")


class Progress(Protocol):
    """Told of how far a long job has come."""

    def begin(self, what: str, total: int) -> None: ...
    def advance(self) -> None: ...


class Quiet:
    """Progress that nobody watches."""

    def begin(self, what: str, total: int) -> None: ...
    def advance(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One source, to be read for one school."""

    school: SchoolSettings
    source: Source

    @property
    def key(self) -> tuple[str, str]:
        """Of the school and of the source."""
        return self.school.id, self.source.name


@dataclass(slots=True, kw_only=True)
class Scanned:
    """What one pass came to; `troubles` are sentences for the person who asked for it."""

    visits: list[Polled] = field(default_factory=list)
    captures: int = 0
    rechecks: int = 0
    alerts_sent: int = 0
    troubles: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much was, or would be, forgotten."""

    not_about_us: int
    authors: int
    mentions: int
    checks: int
    incidents: tuple[str, ...]
    evidence: tuple[str, ...] = ()  # outside any incident


def _now() -> datetime:
    return datetime.now(UTC)


class App:
    """The program, put together from its settings. Opening it opens the database."""

    def __init__(self, settings: Settings, *, clock: Clock = _now) -> None:
        self.settings = settings
        self.clock = clock
        self.egress = Egress(frozenset(settings.network.allow))
        self.client = PoliteClient(self.egress, contact=settings.network.contact)
        self.schools: dict[str, School] = {s.id: s.school() for s in settings.schools}
        self.terms: dict[str, Terms] = {s.id: s.calendar() for s in settings.schools}
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.store = Store(settings.database_url())
        self.rounds = Rounds(self.visit, self._give_up)
        self._reading = Lock()

    @cached_property
    def assessor(self) -> Assessor:
        """Loaded when first needed: a look at the log needs no word lists."""
        return Assessor()

    def assess(self, mention: Mention, school: School) -> Assessment:
        """One at a time: the reader takes all cores for each."""
        with self._reading:
            return self.assessor(mention, school)

    @cached_property
    def guidance(self) -> Guidance:
        """What mails tell people to do. A mistake in a school's own words stops no mail."""
        return _own_or_ours(load_guidance, self.settings.alerts.guidance)

    @cached_property
    def playbook(self) -> Playbook:
        """The steps after an incident; likewise."""
        return _own_or_ours(load_playbook, self.settings.alerts.steps)

    @property
    def evidence_root(self) -> Path:
        return self.settings.data_dir / "evidence"

    def work(self, number: str, event: Event, seen: int | None = None) -> Incident:
        """A person does something to an incident. Raises NoSuchIncident, Overtaken."""
        tellings = {school.id: self.telling(school) for school in self.settings.schools}
        return work(self.store, number, event, tellings, seen=seen)

    def visits(self, *, only: str | None = None) -> Iterator[Visit]:
        for source in self.settings.sources:
            for school in self.settings.schools:
                if source.serves(self.schools[school.id]) and only in (None, source.name):
                    yield Visit(school=school, source=source)

    def due(self, visits: Iterator[Visit]) -> list[Visit]:
        now = self.clock()
        return [v for v in visits if self.store.due(v.school.id, v.source.name, now)]

    def visit(self, visit: Visit) -> Polled:
        """Poll one source for one school, and write down how that went."""
        polled = self._poll(visit)
        canary = self._canary(visit) if polled.error is None else None
        return self._write_down(visit, polled, canary)

    def _give_up(self, visit: Visit) -> Polled:
        return self._write_down(visit, self._failed(visit, Unfinished()))

    def _write_down(self, visit: Visit, polled: Polled, canary: str | None = None) -> Polled:
        telling = self.telling(visit.school)
        write_down(polled, visit.source, telling, self.store, self.clock(), canary)
        return polled

    def _canary(self, visit: Visit) -> str | None:
        """As ask_canaries says; a kind that fails in an unforeseen way was not asked."""
        source = visit.source
        school, client = self.schools[visit.school.id], self.client.allowing(source.places())
        try:
            return ask_canaries(school, source, client, self.store, self.clock)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a kind may be a stranger's; its words may be a person's
            log.warning("the canaries of %s failed (%s)", source.name, type(error).__name__)
            return None

    def _poll(self, visit: Visit) -> Polled:
        """One source that fails in an unforeseen way must not end the visits to the others."""
        school, source = visit.school, visit.source
        try:
            return poll(
                self.schools[school.id],
                source,
                self.client.allowing(source.places()),
                self.assess,
                self.telling(school),
                self.store,
                self.clock,
            )
        except RowRefused as error:
            return self._failed(visit, Broken(str(error)))
        except StoreError:
            raise
        except MissingSecret as error:
            return self._failed(visit, AccessRefused(str(error)))
        except Exception as error:  # noqa: BLE001 - a kind may be a stranger's
            return self._failed(visit, Broken(type(error).__name__))

    def _failed(self, visit: Visit, error: SourceError) -> Polled:
        return Polled(source=visit.source.name, school=visit.school.id, error=error)

    def scan(self, visits: list[Visit], progress: Progress) -> Scanned:
        """One pass: read, capture, tell. Nobody waits for the camera beyond two minutes."""
        done = Scanned()
        progress.begin("Reading sources", len(visits))
        done.visits = self._round(visits, progress)
        progress.begin("Capturing evidence", self.store.captures_waiting())
        done.captures = self._capture_in_view(progress, until=self.clock() + CAMERA_FIRST)
        self.weekly()
        self.store.hasten(self.clock())
        done.alerts_sent = self.deliver().sent
        done.captures += self._capture_in_view(progress)
        self.stamp(until=self.clock() + STAMPS)
        progress.begin("Looking again", self.store.rechecks_due(self.clock()))
        done.rechecks = self.recheck(until=self.clock() + LOOK_AGAIN)
        done.troubles = self.undelivered()
        return done

    def _round(self, visits: list[Visit], progress: Progress) -> list[Polled]:
        """What came of each visit, in the order of the configuration."""
        came: dict[tuple[str, str], Polled] = {}
        for visit, polled in self.rounds.go(visits):
            came[visit.key] = polled
            progress.advance()
        return [came[visit.key] for visit in visits if visit.key in came]

    def telling(self, school: SchoolSettings) -> Telling:
        """Whom to tell of what today, and when."""
        most = self.settings.alerts.mails_an_hour
        return school.telling(self._today(), self.terms[school.id], most)

    def _today(self) -> date:
        """By the clock on the school's wall."""
        return self.clock().astimezone(LONDON).date()

    # The jobs of the scheduler.

    def poll(self) -> None:
        self._round(self.due(self.visits()), Quiet())

    def capture(self) -> Kept:
        return keep_promises(self.store, self._make_evidence, self.clock)

    def recheck(self, until: datetime | None = None) -> int:
        """Is what was captured still there? How often that was looked at."""
        return keep_looking(self.store, self._eyes(), until)

    def _eyes(self) -> Eyes:
        return Eyes(
            egress=self.egress,
            clock=self.clock,
            browser=find_browser(),
            fetch=partial(fetch_text, self.client),
            barred=self._barred,
        )

    def _barred(self, school: str, mention: Mention) -> bool:
        """Whether the rule about pictures would bar a page that says this; in doubt it does."""
        owner = self.schools.get(school)
        if owner is None:
            return True
        return capture_mode(mention, self.assess(mention, owner)) is CaptureMode.LINK

    def _capture_in_view(self, progress: Progress, until: datetime | None = None) -> int:
        return keep_promises(
            self.store,
            self._make_evidence,
            self.clock,
            on_done=lambda _promise, _evidence: progress.advance(),
            until=until,
        ).count

    def _make_evidence(self, promise: CapturePromise, last_try: bool) -> Evidence:
        return capture(
            promise,
            self.evidence_root,
            egress=self.egress,
            clock=self.clock,
            browser=find_browser(),
            fetch=partial(fetch_text, self.client),
            last_try=last_try,
            encrypt_to=self.settings.evidence.encrypt_to or "",
        )

    def channel(self) -> Channel | None:
        """The way by which letters leave; None where none is configured."""
        return self.settings.alerts.channel(PostRoom(self.egress))

    def bells(self, school: str) -> list[Bell]:
        """Those to be rung for *school* when an incident is critical."""
        return list(self.settings.alerts.bells(school, PostRoom(self.egress)))

    def deliver(self) -> Delivered:
        """Try every letter that is due. Without a way to send all wait, and are seen to."""
        channel = self.channel()
        if channel is None:
            return Delivered()
        writer = MailWriter(
            schools=self.schools,
            rosters={s.id: s.roster(self._today()) for s in self.settings.schools},
            sender=channel.sender,
            dashboard_url=self.settings.dashboard.url,
            guidance=self.guidance,
            playbook=self.playbook,
            screenshot=self._screenshot,
            custody_mailbox=self.settings.evidence.custody_mailbox or "",
        )
        self._hasten_readdressed(writer)
        most = self.settings.alerts.mails_an_hour
        return deliver(self.store, channel, writer, clock=self.clock, most=most, ring=self._ring)

    def weekly(self) -> None:
        """The weekly summary is due on a Monday, whether there is anything to tell or not."""
        now = self.clock()
        for school in self.settings.schools:
            telling = self.telling(school)
            for role in weekly_readers(telling.roster):
                self.store.promise_week(school.id, role, telling.hours.next_week(now), now)

    def escalate(self) -> int:
        """Tell others of what nobody has answered in time."""
        tellings = {school.id: self.telling(school) for school in self.settings.schools}
        return escalate(self.store, tellings, self.clock())

    def answer(self, link: str) -> bool:
        """Write down that the letter with this link was seen."""
        return answer(self.store, link, self.clock())

    def _ring(self, school: str) -> None:
        """The second way for what is critical. A bell that fails stops no letter."""
        for bell in self.bells(school):
            try:
                bell.ring(self.settings.dashboard.url)
            except ChannelError as error:
                log.warning("the urgent call (%s) for %s failed: %s", bell.name, school, error)

    def stamp(self, until: datetime | None = None) -> int:
        """Fetch the time stamps that are owed; how many came."""
        wanted = self.settings.evidence
        return fetch_stamps(
            self.store,
            wanted.timestamp_authorities,
            Means(
                root=self.evidence_root,
                post=partial(ask_authority, self.client),
                clock=self.clock,
                ca_file=wanted.timestamp_ca_file,
            ),
            until,
        )

    def custody(self) -> None:
        """Promise the mail that takes the head of the custody log out of the house."""
        if self.settings.evidence.custody_mailbox:
            self.store.promise_head(self.settings.schools[0].id, self.clock())

    def _hasten_readdressed(self, writer: MailWriter) -> None:
        """A letter that was refused leaves at once when its address has been put right."""
        now = self.clock()
        for letter, state, due_at, _ in self.store.unsent():
            if state is AlertState.WAITING and due_at > now and writer.is_readdressed(letter):
                self.store.hasten_letter(letter, now)

    def _screenshot(self, _school: str, evidence: Evidence) -> bytes | None:
        """None too where it is encrypted and no key is here: no mail waits for a picture."""
        key = self.settings.evidence.key
        try:
            found = read_sealed(self.evidence_root, evidence, SCREENSHOT, key)
        except Locked:
            return None
        if found is not None:
            self.store.record(_done(Handling.MAILED, evidence, self.clock()))
        return found

    def undelivered(self) -> list[str]:
        """A sentence for each letter that should have left and has not."""
        now, found = self.clock(), []
        for letter, state, due_at, error in self.store.unsent():
            if state is AlertState.WAITING and not error and due_at > now:
                continue
            why = error or self._why_not_tried()
            found.append(f"A mail to the {letter.role.value} of {letter.school} waits: {why}")
        return found

    def _why_not_tried(self) -> str:
        if self.channel() is None:
            return "no mail server is configured; add [alerts.email]"
        return "it has not been tried yet"

    def forget(self, *, dry_run: bool = False) -> Forgotten:
        """Apply retention to the database and to the evidence on disk."""
        at = cutoffs(self.settings.retention, self.clock())
        if dry_run:
            return Forgotten(
                not_about_us=self.store.forgettable_mentions(at.not_about_us, about_school=False),
                authors=self.store.strippable_authors(at.author, since=at.mention),
                mentions=self.store.forgettable_mentions(at.mention, about_school=True),
                checks=self.store.forgettable_checks(at.coverage),
                incidents=tuple(self.store.forgettable_cases(at.incident)),
                evidence=tuple(self.store.forgettable_evidence(at.incident)),
            )
        return Forgotten(
            not_about_us=self.store.forget_mentions(at.not_about_us, about_school=False),
            mentions=self.store.forget_mentions(at.mention, about_school=True),
            authors=self.store.strip_authors(at.author),
            checks=self.store.forget_checks(at.coverage),
            incidents=tuple(self._forget_cases(self.store.forgettable_cases(at.incident))),
            evidence=tuple(self._forget_evidence(self.store.forgettable_evidence(at.incident))),
        )

    def _forget_cases(self, numbers: list[str]) -> Iterator[str]:
        """Folders first: killed in between, the incident is still there to be forgotten again."""
        for number in numbers:
            case = self.store.case(number)
            for evidence in case.evidence if case else ():
                self._remove(evidence.id)
            self.store.forget_case(number, self.clock())
            yield number
        self.store.forget_words()

    def _forget_evidence(self, ids: list[str]) -> Iterator[str]:
        for id_ in ids:
            self._remove(id_)
            self.store.forget_evidence(id_, self.clock())
            yield id_

    def _remove(self, id_: str) -> None:
        """The folder of one piece of evidence. A disk that refuses is an error, not silence."""
        folder = self.evidence_root / id_
        if folder.exists():
            shutil.rmtree(folder)

    def capture_page(self, url: str, school: str, mode: CaptureMode) -> Evidence:
        """Evidence of one page because a person asked for it; in the log, in no incident."""
        asked = Mention(source="by hand", external_id=url, url=url, text="")
        promise = CapturePromise(
            id=f"ev-{uuid4().hex[:16]}", school=school, mention=asked, mode=mode
        )
        evidence = self._make_evidence(promise, last_try=True)
        self.store.add_capture(school, asked, evidence)
        return evidence

    def supply(
        self, case: Case, read: Callable[[], bytes], *, actor: str, no_indecent_picture: bool
    ) -> Evidence:
        """Seal what a person hands in for *case*. Raises Refused, without reading it, unless the
        person has said that no picture in it could be indecent; CannotKeep."""
        incident = case.incident
        supply = Supply(
            id=f"ev-{uuid4().hex[:16]}",
            school=incident.school,
            by=actor,
            read=read,
            no_indecent_picture=no_indecent_picture,
            pictures_allowed=incident.pictures_allowed,
        )
        evidence = keep_supplied(
            supply,
            self.evidence_root,
            self.clock(),
            encrypt_to=self.settings.evidence.encrypt_to or "",
        )
        self.store.supplied(incident, evidence, actor)
        return evidence

    def export(self, case: Case, out: Path, *, masked: bool = False) -> str:
        """The evidence pack of *case*; the SHA-256 of its incident.json. In the custody log
        first, so that no pack is about of which it does not know. Without a browser there is
        no PDF in it. *masked*: it names nobody. Raises CannotKeep."""
        now = self.clock()
        deeds = [_done(Handling.EXPORTED, one, now, COMMAND_LINE) for one in case.evidence]
        self.store.record(*deeds)
        school = self.schools.get(case.incident.school)
        browser = find_browser()
        number = export(
            case,
            self.evidence_root,
            out,
            proofs=Proofs(
                links=tuple(self.store.custody()),
                stamps=tuple(self.store.stamps([one.id for one in case.evidence])),
                masked=(school or School(id=case.incident.school, name="")) if masked else None,
                at=now,
                key=self.settings.evidence.key,
            ),
            print_pdf=partial(print_pdf, browser=browser) if browser else None,
            school=school.name if school else "",
        )
        subject = case.incident.number
        self.store.record(
            Deed(act=Handling.PACKED, subject=subject, at=now, actor=COMMAND_LINE, sha256=number)
        )
        return number

    @property
    def reviewer(self) -> Reviewer:
        return Reviewer(
            store=self.store,
            schools=self.schools,
            groups={source.name: source.group for source in self.settings.sources},
            terms=self.terms,
            clock=self.clock,
        )

    def report(
        self, school: str, first: date, last: date, out: Path, *, round_to: int = 1
    ) -> TermReport:
        """The governors' report on the terms that these days lie in. Raises CannotWrite."""
        report = self.reviewer.report(school, first, last, so_far=True, round_to=round_to)
        if report.trend is None:
            raise CannotWrite("This period has not begun yet. Please choose days up to today.")
        write_report(report, out, print_pdf=lambda h: print_pdf(h, find_browser()))
        return report

    def write_checks(self, school: str, coverage: Coverage, out: Path) -> None:
        """The page that proves regular checks. Raises CannotWrite."""
        write_checks(
            coverage,
            self.schools[school],
            out,
            made=self._today(),
            print_pdf=lambda h: print_pdf(h, find_browser()),
        )

    def publish_so_far(self) -> None:
        """Show governors what there is of the present term."""
        today = self._today()
        for school in self.schools:
            self.reviewer.report(school, today, today, so_far=True)

    def _telling(self, school: str) -> Telling:
        """Whom to tell of what there today."""
        return self.telling(next(s for s in self.settings.schools if s.id == school))

    def take_report(self, school: School, report: Report, account: Account) -> str:
        """What a member of staff saw; the number of its incident."""
        return take(
            report,
            school,
            by=account.email,
            role=account.role,
            assess=self.assess,
            telling=self._telling(school.id),
            store=self.store,
            clock=self.clock,
        )

    def checks(self, school: str, first: date, last: date) -> list[Check]:
        """The record of visits on both days and all between."""
        return self.store.checks(school, *_period(first, last))

    def close(self) -> None:
        self.client.close()
        self.store.close()


def _done(act: Handling, evidence: Evidence, at: datetime, actor: str = PROGRAM) -> Deed:
    return Deed(act=act, subject=evidence.id, at=at, actor=actor, sha256=evidence.manifest_sha256)


def _own_or_ours(load: Callable[..., Data], own: Path | None) -> Data:
    try:
        return load(own) if own is not None else load()
    except BadGuidance as error:
        log.error("%s. Until that is mended, what came with the program is used.", error)
        return load()


def _period(first: date, last: date) -> tuple[datetime, datetime]:
    """From midnight to midnight, both days included, by the clock on the school's wall."""
    start = datetime.combine(first, time.min, LONDON)
    return start, datetime.combine(last + timedelta(days=1), time.min, LONDON)
