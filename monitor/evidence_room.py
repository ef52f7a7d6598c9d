"""The evidence room: what is captured, handed in, stamped, looked at again and given out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from alerts.evidence.at_rest import Locked
from alerts.evidence.capture import capture
from alerts.evidence.export import export
from alerts.evidence.launcher import find_browser
from alerts.evidence.options import EvidenceSettings
from alerts.evidence.pdf import print_pdf
from alerts.evidence.promises import Kept, keep_promises
from alerts.evidence.proofs import Proofs
from alerts.evidence.rechecks import Eyes, keep_looking
from alerts.evidence.report import SCREENSHOT
from alerts.evidence.seal import read_sealed
from alerts.evidence.stamping import Means, fetch_stamps
from monitor.custody import COMMAND_LINE, PROGRAM, Deed, Handling
from monitor.domain import (
    CaptureMode,
    CapturePromise,
    Case,
    Evidence,
    Mention,
    School,
    capture_mode,
)
from monitor.egress import Egress
from monitor.fetching import ask_authority, fetch_text
from monitor.pipeline import Assess
from monitor.store.store import Store
from monitor.supplying import Supplying
from sources.http import PoliteClient


class EvidenceRoom:
    """Folders of evidence under *root*, and the custody log that knows of each."""

    def __init__(
        self,
        root: Path,
        wanted: EvidenceSettings,
        schools: Mapping[str, School],
        egress: Egress,
        client: PoliteClient,
        assess: Assess,
        store: Store,
        clock: Callable[[], datetime],
    ) -> None:
        self.root, self._wanted, self._schools = root, wanted, schools
        self._egress, self._client, self._assess = egress, client, assess
        self._store, self._clock = store, clock
        self.supply = Supplying(
            root=root, store=store, clock=clock, encrypt_to=wanted.encrypt_to or ""
        )

    def capture(
        self, until: datetime | None = None, on_done: Callable[[], None] = lambda: None
    ) -> Kept:
        """Keep the promises of evidence. *on_done* is called after each."""
        return keep_promises(
            self._store,
            self._make,
            self._clock,
            on_done=lambda _promise, _evidence: on_done(),
            until=until,
        )

    def capture_page(self, url: str, school: str, mode: CaptureMode) -> Evidence:
        """Evidence of one page because a person asked for it; in the log, in no incident."""
        asked = Mention(source="by hand", external_id=url, url=url, text="")
        promise = CapturePromise(id=_new_id(), school=school, mention=asked, mode=mode)
        evidence = self._make(promise, last_try=True)
        self._store.add_capture(school, asked, evidence)
        return evidence

    def _make(self, promise: CapturePromise, last_try: bool) -> Evidence:
        return capture(
            promise,
            self.root,
            egress=self._egress,
            clock=self._clock,
            browser=find_browser(),
            fetch=partial(fetch_text, self._client),
            last_try=last_try,
            encrypt_to=self._wanted.encrypt_to or "",
        )

    def recheck(self, until: datetime | None = None) -> int:
        """Is what was captured still there? How often that was looked at."""
        eyes = Eyes(
            egress=self._egress,
            clock=self._clock,
            browser=find_browser(),
            fetch=partial(fetch_text, self._client),
            barred=self._barred,
        )
        return keep_looking(self._store, eyes, until)

    def _barred(self, school: str, mention: Mention) -> bool:
        """Whether the rule about pictures would bar a page that says this; in doubt it does."""
        owner = self._schools.get(school)
        if owner is None:
            return True
        return capture_mode(mention, self._assess(mention, owner)) is CaptureMode.LINK

    def stamp(self, until: datetime | None = None) -> int:
        """Fetch the time stamps that are owed; how many came."""
        means = Means(
            root=self.root,
            post=partial(ask_authority, self._client),
            clock=self._clock,
            ca_file=self._wanted.timestamp_ca_file,
        )
        return fetch_stamps(self._store, self._wanted.timestamp_authorities, means, until)

    def screenshot(self, _school: str, evidence: Evidence) -> bytes | None:
        """For a mail. None too where it is encrypted and no key is here: no mail waits for it."""
        try:
            found = read_sealed(self.root, evidence, SCREENSHOT, self._wanted.key)
        except Locked:
            return None
        if found is not None:
            self._store.record(_deed(Handling.MAILED, evidence, self._clock()))
        return found

    def export(
        self, case: Case, out: Path, *, masked: bool = False, actor: str = COMMAND_LINE
    ) -> str:
        """The evidence pack of *case*; the SHA-256 of its incident.json. In the custody log
        first, so that no pack is about of which it does not know. Without a browser there is
        no PDF in it. *masked*: it names nobody. Raises CannotKeep."""
        now, subject = self._clock(), case.incident.number
        self._store.record(*(_deed(Handling.EXPORTED, one, now, actor) for one in case.evidence))
        school = self._schools.get(case.incident.school)
        number = export(
            case,
            self.root,
            out,
            proofs=self._proofs(case, school, now, masked=masked),
            print_pdf=_printer(),
            school=school.name if school else "",
        )
        self._store.record(
            Deed(act=Handling.PACKED, subject=subject, at=now, actor=actor, sha256=number)
        )
        return number

    def _proofs(self, case: Case, school: School | None, now: datetime, *, masked: bool) -> Proofs:
        nameless = School(id=case.incident.school, name="")
        return Proofs(
            links=tuple(self._store.custody()),
            stamps=tuple(self._store.stamps([one.id for one in case.evidence])),
            masked=(school or nameless) if masked else None,
            at=now,
            key=self._wanted.key,
        )

    def remove(self, id_: str) -> None:
        """The folder of one piece of evidence. A disk that refuses is an error, not silence."""
        folder = self.root / id_
        if folder.exists():
            shutil.rmtree(folder)

    def promise_head(self) -> None:
        """Promise the mail that takes the head of the custody log out of the house."""
        if self._wanted.custody_mailbox:
            self._store.promise_head(next(iter(self._schools)), self._clock())


def _new_id() -> str:
    return f"ev-{uuid4().hex[:16]}"


def _printer() -> Callable[[str], bytes] | None:
    browser = find_browser()
    return partial(print_pdf, browser=browser) if browser else None


def _deed(act: Handling, evidence: Evidence, at: datetime, actor: str = PROGRAM) -> Deed:
    return Deed(act=act, subject=evidence.id, at=at, actor=actor, sha256=evidence.manifest_sha256)
