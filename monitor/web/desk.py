"""What the screens work with, and how they come by it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from fastapi import Request

from alerts.evidence.at_rest import Key
from alerts.playbook import Playbook
from monitor.audit import Trace
from monitor.coverage import SourceDay
from monitor.custody import Deed, Link
from monitor.domain import Case, Event, Evidence, Incident, School
from monitor.elsewhere import Elsewhere
from monitor.health import Grade, SourceHealth
from monitor.lessons import Decided, Lesson, LessonDeed
from monitor.passkey import RelyingParty
from monitor.profile import Profile
from monitor.reporting import Report
from monitor.reviewing import Reviewer
from monitor.stamps import Stamp
from monitor.store.accounts import Account, Accounts
from monitor.store.audit import Found, Sent
from monitor.store.cases import Listed, Wanted
from monitor.store.checkouts import Holder
from monitor.store.visits import SourceKey
from monitor.terms import Terms
from monitor.trying import Trials
from monitor.visitor import Visit


class Log(Protocol):
    """What the dashboard reads from the store; it writes there only who looked at what, and
    what each keeps on the desk."""

    def listed(
        self, wanted: Wanted, *, limit: int, offset: int = 0, gravest: bool = False
    ) -> list[Listed]:
        """Newest first, or gravest."""

    def count(self, wanted: Wanted) -> int: ...

    def case(self, number: str) -> Case | None: ...

    def health(self, keys: Iterable[SourceKey] | None = None) -> list[SourceHealth]: ...

    def grades(
        self, schools: Collection[str], now: datetime, at_best: Grade = Grade.WELL
    ) -> dict[SourceKey, Grade]:
        """How each source that was ever visited for these schools is, at a glance; no more than
        those that are *at_best* so."""

    def last_read(self, schools: Collection[str]) -> dict[str, datetime]:
        """When each source was last read well for any of these schools, by its name."""

    def cursors(self, keys: Iterable[SourceKey]) -> dict[SourceKey, str | None]:
        """How far these have been read, as their kinds keep it."""

    def checked_days(self, school: str, first: date, last: date) -> list[SourceDay]:
        """What each source was on each day, both days included."""

    def stamps(self, captures: Collection[str]) -> list[Stamp]:
        """The time stamps of these pieces of evidence, and those still waited for."""

    def record(self, *deeds: Deed) -> None:
        """Add to the custody log."""

    def custody_of(self, subjects: Collection[str]) -> list[Link]:
        """What was done to these, oldest first."""

    def note_look(self, number: str, reader: int, now: datetime) -> None:
        """Add to the audit log that an account read an incident."""

    def readers(self, number: str, since: datetime) -> list[tuple[int, datetime]]:
        """Which accounts read an incident, and when, the first first."""

    def note_denial(self, who: int, now: datetime) -> None:
        """That an account asked for what is not for it, or not there."""

    def note_report(self, report: str, reporter: int, now: datetime) -> None:
        """Add to the audit log that an account sent a report."""

    def sent_by(self, reporter: int, source: str, limit: int) -> list[Sent]:
        """What an account reported, by way of *source*, newest first."""

    def deeds_of(
        self, accounts: Collection[int], limit: int, offset: int
    ) -> tuple[list[Found], int]:
        """What was done by or to these accounts, newest first, and how much there is of it."""

    def deeds_at(
        self, schools: Collection[str], limit: int, offset: int
    ) -> tuple[list[Found], int]:
        """The same of all accounts of these schools."""

    def looks_at(
        self, wanted: Wanted, number: str, source: str, limit: int, offset: int
    ) -> tuple[list[Found], int]:
        """Who read, saw or took out what of these incidents, and how much there is of it."""

    def is_promised(self, incident: Incident) -> bool:
        """Whether a page of it is still to be captured."""

    def views(self, account: int) -> dict[str, str]:
        """The filters of each saved list, by name."""

    def save_view(self, account: int, name: str, filters: str) -> bool:
        """False where there are too many already."""

    def forget_view(self, account: int, name: str) -> None: ...

    def holder(self, incident: str, account: int, now: datetime) -> Holder | None:
        """Who else has it open."""

    def open(
        self, incident: str, account: int, now: datetime, *, take_over: bool = False
    ) -> Holder | None:
        """It is this account's now; else who has it."""

    def leave(self, incident: str, account: int) -> None: ...

    def leave_all(self, account: int) -> None: ...

    def looks(self, school: str, author: str, since: datetime) -> int:
        """How often somebody at the school looked who that is."""

    def reveal(self, number: str, author: str, event: Event, deed: Deed) -> bool:
        """Write it down, before anybody is shown anything."""

    def number_of(self, school: str, source: str, external_id: str) -> str | None:
        """Of the incident that a mention belongs to."""

    def lessons(self, school: str) -> list[Lesson]:
        """All that the school's decisions have taught, the newest first."""

    def decided(self, school: str) -> list[Decided]:
        """The last decision on each of the incidents that were decided lately."""

    def lessons_of(self, number: str) -> list[Lesson]:
        """Those that had anything to do with an incident."""

    def named_lessons(self, ids: Collection[int]) -> dict[int, Lesson]: ...

    def numbers_within(self, wanted: Wanted, numbers: Collection[str]) -> set[str]:
        """Which of these incidents somebody may know of who may know of *wanted*."""

    def turn(self, id_: int, deed: LessonDeed, trace: Trace) -> bool:
        """Take a lesson back, or put it back."""


class Supply(Protocol):
    """As monitor.supplying: seals what a person hands in for an incident. Raises Refused."""

    def __call__(
        self,
        case: Case,
        read: Callable[[], bytes],
        *,
        actor: str,
        no_indecent_picture: bool,
        form: str = "",
    ) -> Evidence: ...


class Pack(Protocol):
    """As monitor.evidence_room: writes the evidence pack to a file; its number. Raises
    EvidenceError, Locked."""

    def __call__(self, case: Case, out: Path, *, masked: bool = False, actor: str) -> str: ...


Reporting = Callable[[School, Report, Account], str]
Work = Callable[[str, Event, int | None], Incident]
Verify = Callable[[Evidence], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    store: Log
    accounts: Accounts
    schools: Mapping[str, School]  # by id
    evidence_root: Path  # holds one folder for each evidence id
    key: Key  # to read what is encrypted there
    verify: Verify  # what is wrong with the files; nothing when they are unchanged
    work: Work  # as monitor.working.work: the number, what was done, what had been seen
    reviewer: Reviewer
    report: Reporting  # writes it down; the number of its incident
    supply: Supply
    pack: Pack
    profile: Callable[[str], Profile]  # of the school with this id
    terms: Callable[[str], Terms]  # likewise
    playbook: Playbook  # the steps after an incident
    asked: Callable[[Collection[str]], list[Visit]]  # of the schools with these ids
    trials: Trials  # of a source, once, by hand
    answer: Callable[[str], bool]  # write down that the alert with this link was seen
    clock: Callable[[], datetime]
    secure_cookies: bool
    party: RelyingParty  # whom passkeys are for
    elsewhere: Mapping[str, Elsewhere]  # accounts elsewhere with which people sign in

    @property
    def cookie(self) -> str:
        """`__Host-` lets no other site on the same domain set it; browsers want TLS for it."""
        return "__Host-session" if self.secure_cookies else "session"

    @property
    def ticket(self) -> str:
        """The cookie of what was begun at the door."""
        return "__Host-door" if self.secure_cookies else "door"

    def schools_of(self, account: Account) -> list[School]:
        return [self.schools[id_] for id_ in sorted(account.schools) if id_ in self.schools]


def desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found
