"""A mailbox: what staff pass on, and the mails of Google Alerts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import SSLSocket
from threading import Event
from typing import ClassVar, Literal, Self, TypedDict

from pydantic import Field, field_validator, model_validator

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from monitor.egress import place
from monitor.oauth import Credentials
from monitor.secret import Secret
from sources.contract import About, Every, Page, Source
from sources.errors import AccessRefused, SourceError, Unreachable
from sources.http import PoliteClient
from sources.line import Before, nothing
from sources.mailbox_alert import alerts
from sources.mailbox_imap import Folder, Overlong, Refused, folder
from sources.mailbox_login import OAuth, Password, password, token
from sources.mailbox_report import report
from sources.mailbox_senders import ALERTS
from sources.mailbox_starttls import start_tls
from sources.mailbox_visit import Place, Read, Rules, Visit
from sources.memory import resume
from sources.website import host_of

_log = logging.getLogger(__name__)
PAGE = 10  # mails between two moves of the cursor
ANEW = timedelta(minutes=10)  # 29 at most (RFC 2177); many a firewall forgets sooner
LINES = 5  # how often a line that a mail made unusable is opened again in one visit
_HOST = r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"


class _At(TypedDict):
    host: str
    port: int
    ca_file: Path | None
    before: Before


class Mailbox(Source):
    """Looks into one folder, from the mail after the last one seen; changes nothing in it.

    A visit is a short one every few minutes: it can be killed and repeated, and one that hangs
    is noticed. Beside it a line is held open on which the server only rings (IMAP's IDLE).
    """

    kind: ClassVar[str] = "mailbox"
    group: ClassVar[SourceGroup] = SourceGroup.STAFF
    about: ClassVar[About] = About(
        finds="links and words that your staff forward to a mailbox, and the pages in mails of "
        "Google Alerts",
        cost="free; a mailbox of your own",
        limits="pictures and other attachments are counted, never opened, nor is the page behind "
        "a link; mails from anybody else, and those that a program sent, are ignored, but for the "
        "word of a mail server that a mail of the monitor came back; a link that a filter has "
        "made unreadable stays as it is",
        terms="only mails of the senders you list are read beyond their header; tell your staff "
        "that what they send there is read by a program and kept",
    )
    every: Every = Field(timedelta(minutes=5), description='how often to look: "5m", "1h"')
    host: str = Field(pattern=_HOST, description="the IMAP server, for example imap.mail.example")
    security: Literal["tls", "starttls"] = Field(
        "tls", description='"tls" from the first byte on, or "starttls"; never without'
    )
    port: int | None = Field(
        None, ge=1, le=65535, description="its port; none: 993, or 143 with starttls"
    )
    username: str = Field(min_length=1, description="the mailbox, most often its own address")
    password: Secret | None = Field(
        None, description="its password (Google: an app password), as env:NAME"
    )
    client_id: str = Field(
        "", description="instead of a password: the id of the app that you registered"
    )
    client_secret: Secret | None = Field(None, description="the app's secret, as env:NAME")
    tenant: str = Field(
        "",
        pattern=r"^[\w.-]*$",
        description="for Microsoft 365: your directory (tenant) id",
    )
    refresh_token: Secret | None = Field(
        None, description="for Google: the token that the app was given, as env:NAME"
    )
    folder: str = Field(
        "INBOX", pattern=r'^[^"\\\r\n\x00-\x1f\x7f-\U0010ffff]+$', description="the folder to read"
    )
    senders: tuple[str, ...] = Field(
        (),
        description="whose mails are believed: addresses, or whole domains; empty: the domain "
        "of the school's website",
    )
    checked_by: str = Field(
        "",
        description="the name with which your mail server begins its Authentication-Results; "
        "with it, only mails that it vouches for are believed",
    )
    days: int = Field(14, ge=1, le=365, description="how far back the first visit looks")
    ca_file: Path | None = Field(
        None, description="only if the server's authority is not public: its certificate"
    )

    @field_validator("senders")
    @classmethod
    def _plain(cls, senders: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one.strip().lower().removeprefix("@") for one in senders)

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        with_app = (bool(self.client_id), bool(self.client_secret))
        which = (bool(self.tenant), self.refresh_token is not None)
        right = with_app == (True, True) and sum(which) == 1
        if self.password is not None and not any((*with_app, *which)):
            return self
        if self.password is not None or not right:
            raise ValueError(
                "give either password, or client_id and client_secret with tenant (Microsoft) "
                "or refresh_token (Google)"
            )
        return self

    def now(self) -> datetime:
        return datetime.now(UTC)

    def places(self) -> frozenset[str]:
        return super().places() | {place(self.host, self._at["port"])}

    @property
    def _at(self) -> _At:
        """Where the server is, and how one begins with it."""
        starts = self.security == "starttls"
        return {
            "host": self.host,
            "port": self.port or (143 if starts else 993),
            "ca_file": self.ca_file,
            "before": start_tls if starts else nothing,
        }

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        place, trouble = resume(Place, cursor), None
        rules = Rules(listed=self._listed(school), host=self.host, checked_by=self.checked_by)
        visit = Visit(rules, place, (self.now() - timedelta(days=self.days)).date())
        try:
            self._read(visit, client)
        except SourceError as error:
            trouble = error  # what was read before it is not lost
        for start in range(0, len(visit.read), PAGE):
            some = visit.read[start : start + PAGE]
            place = place.after(visit.validity, some)
            mentions = tuple(m for one in some for m in self._mentions(one, school))
            yield Page(
                mentions=mentions,
                cursor=place.model_dump_json(),
                returned=tuple(one.returned for one in some if one.returned),
            )
        if visit.ignored:
            _log.info(
                "%s: %d mails from others or from programs, ignored", self.name, visit.ignored
            )
        if trouble is not None:
            raise trouble

    def _listed(self, school: School) -> frozenset[str]:
        own = host_of(school.website)
        listed = frozenset(self.senders or ({own} - {""}))
        if not listed:
            raise AccessRefused(
                "nobody's mails may be believed: please write senders for this source, or the "
                "school's website"
            )
        return listed

    def _login(self, client: PoliteClient) -> Password | OAuth:
        if self.password is not None:
            return password(self.password)
        assert self.client_secret is not None  # see _one_way_in
        who = Credentials(
            client_id=self.client_id,
            secret=self.client_secret,
            tenant=self.tenant,
            refresh=self.refresh_token,
        )
        return token(client, who)

    def _read(self, visit: Visit, client: PoliteClient) -> None:
        """A mail that is too long for us even in outline ends the line, but not the visit."""
        login = self._login(client)
        for _ in range(LINES):
            with (
                client.line(**self._at) as line,
                self._opened(line, login) as box,
                suppress(Overlong),
            ):
                visit.look(box)
                return
        raise Unreachable("its answers are longer than we read")

    def _opened(self, line: SSLSocket, login: Password | OAuth) -> AbstractContextManager[Folder]:
        greeted = self.security == "starttls"
        return folder(line, self.folder, login, self.username, greeted=greeted)

    def listen(self, client: PoliteClient, ended: Event) -> Iterator[None]:
        """Where the server does not know IDLE, the visits of the schedule must do."""
        login = self._login(client)
        with client.waiting_line(**self._at) as line, self._opened(line, login) as box:
            if not box.tells():
                return
            yield
            with suppress(Refused):
                while not ended.is_set():
                    if box.wait(ANEW.total_seconds(), ended.is_set):
                        yield

    def _mentions(self, read: Read, school: School) -> Iterator[Mention]:
        if read.letter is None:
            return
        if read.sender == ALERTS:
            yield from alerts(self.name, read.letter)
        else:
            yield report(self.name, read.letter, read.sender, school)
