"""A running dashboard over a real database, with a few invented incidents in it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Thread
from types import MappingProxyType

import httpx
from argon2 import PasswordHasher
from fastapi.routing import APIRoute
from pydantic import HttpUrl
from pyotp import TOTP

from alerts.evidence.at_rest import NO_KEY, Key
from alerts.playbook import load_playbook
from alerts.telling import Telling
from monitor.account_role import NO_PASSWORD, AccountRole
from monitor.answering import answer
from monitor.domain import (
    Alert,
    Assessment,
    CaptureMode,
    CapturePromise,
    Category,
    Evidence,
    EvidenceFile,
    EvidenceState,
    Incident,
    Looked,
    Mention,
    Reason,
    Recheck,
    Role,
    School,
    Sentiment,
    Severity,
    Shows,
    StillThere,
    Urgency,
)
from monitor.egress import Egress
from monitor.elsewhere import Elsewhere
from monitor.evidence_room import EvidenceRoom
from monitor.likeness import sketch
from monitor.passkey import party_at
from monitor.profile import Profile, profile
from monitor.reporting import Report, take
from monitor.reviewing import Reviewer
from monitor.settings import EvidenceSettings, Settings
from monitor.store.accounts import Account, Accounts
from monitor.store.mentions import Entry
from monitor.store.store import Store
from monitor.teaching import work_and_learn
from monitor.terms import Terms
from monitor.trends import Groups
from monitor.trying import Trials
from monitor.vault import Vault
from monitor.visitor import Visit
from monitor.web.app import create_app
from monitor.web.server import listen, server
from sources.contract import Source
from sources.feed import Feed
from sources.http import PoliteClient
from sources.searxng import Searxng

PASSWORD = "seven purple kettles"
SCHOOLS = {
    "wexcombe": School(id="wexcombe", name="Wexcombe Park Primary School"),
    "otherby": School(id="otherby", name="Otherby Hall School"),
}


def a_feed(name: str, url: str = "https://forum.wexcombe.example/feed") -> Feed:
    return Feed(name=name, url=HttpUrl(url))


SOURCES: tuple[Source, ...] = (
    a_feed("town forum"),
    Searxng(name="web search", url=HttpUrl("https://search.wexcombe.example")),
)
NO_GROUPS: Groups = MappingProxyType({})


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def picture(width: int = 600, height: int = 800) -> bytes:
    """A grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xc8" * width) * height)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@dataclass
class Phone:
    """An authenticator app. No code is shown twice; where it would be, the clock moves on."""

    secret: str
    clock: Clock
    shown: int = 0

    def code(self) -> str:
        app = TOTP(self.secret)
        moment = max(app.timecode(self.clock.now) - 1, self.shown + 1)
        while app.timecode(self.clock.now) + 1 < moment:
            self.clock.now += timedelta(seconds=30)
        self.shown = moment
        return app.generate_otp(moment)


@dataclass
class Dashboard:
    store: Store
    accounts: Accounts
    evidence: Path
    clock: Clock
    schools: Mapping[str, School] = field(default_factory=lambda: SCHOOLS)
    groups: Groups = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)  # of the configuration
    url: str = ""
    changed: list[str] = field(default_factory=list)  # what verify() answers
    phones: dict[str, Phone] = field(default_factory=dict)  # by e-mail address
    routes: list[APIRoute] = field(default_factory=list)

    def asked(self, schools: Collection[str]) -> list[Visit]:
        return [
            Visit(school=self.schools[id_], source=source)
            for source in self.sources
            for id_ in schools
            if source.serves(self.schools[id_])
        ]

    def add_account(self, role: AccountRole, *schools: str, email: str = "") -> str:
        """With a password, and the second step where the role needs it; staff have neither."""
        email = email or f"{role}@wexcombepark.example"
        token = self.accounts.add(email, role, schools or ("wexcombe",))
        if role in NO_PASSWORD:
            return email
        self.accounts.set_password(token, PASSWORD)
        session = self.accounts.sign_in(email, PASSWORD)
        if secret := self.accounts.offered(session):
            self.phones[email] = Phone(secret, self.clock)
            inside, _ = self.accounts.set_up(session, self.code(email))
            session = inside
        self.accounts.sign_out(session)
        return email

    def code(self, email: str) -> str:
        """What the app on this person's phone shows next."""
        return self.phones[email].code()

    def enter(self, client: httpx.Client, email: str, wanted: str = "") -> httpx.Response:
        """Both steps, as a person takes them, or a link; the answer to the last."""
        if any(e.email == email and e.role in NO_PASSWORD for e in self.accounts.everyone()):
            return client.post(f"/invite/{self.accounts.invite(email)}")
        form = {"email": email, "password": PASSWORD, "wanted": wanted}
        answer = client.post("/sign-in", data=form)
        if answer.headers.get("location", "").startswith("/second-step"):
            form = {"code": self.code(email), "wanted": wanted}
            answer = client.post("/second-step", data=form)
        return answer

    def browser(self) -> httpx.Client:
        """With cookies, and the headers that a browser sends with a form of ours."""
        return httpx.Client(
            base_url=self.url,
            trust_env=False,
            timeout=60,
            headers={"Origin": self.url, "Sec-Fetch-Site": "same-origin"},
        )

    @contextmanager
    def signed_in(self, role: AccountRole, *schools: str) -> Iterator[httpx.Client]:
        email = self.add_account(role, *schools)
        with self.browser() as client:
            assert self.enter(client, email).headers["location"] in ("/", "/report")
            yield client

    def add_incident(
        self,
        text: str,
        *,
        school: str = "wexcombe",
        author: str = "@parent",
        url: str = "https://forum.wexcombe.example/post/1",
        source: str = "town forum",
        categories: frozenset[Category] = frozenset({Category.THREAT}),
        severity: Severity = Severity.HIGH,
        because: tuple[Reason, ...] = (),
        about_head: bool = False,
        child_safety: bool = False,
        pictures_allowed: bool = True,
        not_assessed: str | None = None,
        mode: CaptureMode | None = None,
        files: dict[str, bytes] | None = None,
        shows: Shows = Shows.POST,
        alerts: tuple[Role, ...] = (),
        told: bool = False,
    ) -> str:
        """The number of the new incident. *told*: it may be found to tell another's story."""
        name = sha256(f"{school}{text}{url}".encode()).hexdigest()[:12]
        now = self.clock()
        mention = Mention(source=source, external_id=name, url=url, text=text, author=author)
        incident = Incident(
            key=name,
            school=school,
            opened_at=now,
            categories=categories,
            severity=severity,
            about_head=about_head,
            child_safety=child_safety,
            pictures_allowed=pictures_allowed,
        )
        assessment = Assessment(
            about_school=True,
            relevance=0.9,
            model="test",
            categories=categories,
            severity=severity,
            sentiment=Sentiment.NEGATIVE,
            because=because,
            about_head=about_head,
            child_safety=child_safety,
            not_assessed=not_assessed,
        )
        mails = tuple(
            Alert(
                key=f"{name}-{role}",
                school=school,
                incident=name,
                role=role,
                severity=severity,
                urgency=Urgency.NOW,
                due_at=Clock().now,
            )
            for role in alerts
        )
        entry = Entry(
            school=school,
            mention=mention,
            place=url,
            story=name,
            assessment=assessment,
            seen_at=now,
            incident=incident,
            alerts=mails,
            capture=mode,
            sketch=sketch(text) if told else None,
        )
        assert self.store.keep(entry)
        if mode is not None:
            promise = self.store.claim_capture(self.clock(), timedelta(minutes=5))
            assert promise is not None
            self.capture(mode, files or {}, promise, shows)
        return next(c for c in self.store.cases(school) if c.incident.key == name).incident.number

    def look_again(self, hours: int, found: StillThere, difference: str = "") -> None:
        """At the one piece of evidence, so long from now."""
        at = self.clock() + timedelta(hours=hours)
        promise = self.store.claim_recheck(at, timedelta(minutes=5))
        assert promise is not None
        recheck = Recheck(at=at, found=found, difference=difference)
        self.store.rechecked(promise, Looked(recheck=recheck, due_at=at))

    def capture(
        self,
        mode: CaptureMode,
        files: dict[str, bytes],
        promise: CapturePromise,
        shows: Shows = Shows.POST,
    ) -> None:
        """Keep it: as if these had been found on the page."""
        folder = self.evidence / promise.id
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        sealed = Evidence(
            id=promise.id,
            mode=mode,
            state=EvidenceState.SEALED,
            captured_at=self.clock(),
            manifest_sha256=sha256(b"manifest").hexdigest(),
            files=tuple(
                EvidenceFile(name=name, sha256=sha256(c).hexdigest(), bytes=len(c))
                for name, c in files.items()
            ),
            shows=Shows.NOT_OPENED if mode is CaptureMode.LINK else shows,
        )
        self.store.captured(promise, sealed)

    def reported(self, school: School, report: Report, account: Account) -> str:
        return take(
            report,
            school,
            by=account.email,
            role=account.role,
            assess=as_abuse,
            telling=Telling.to({}),
            store=self.store,
            clock=self.clock,
        )

    def profile(self, school: str) -> Profile:
        settings = settings_of(self.schools)
        return profile(settings, school, Terms(), self.clock.now.date())

    @property
    def reviewer(self) -> Reviewer:
        return Reviewer(
            store=self.store,
            schools=self.schools,
            groups=self.groups,
            terms=dict.fromkeys(self.schools, Terms()),
            clock=self.clock,
        )

    def publish(self, school: str) -> None:
        """What governors may know so far of the term that runs."""
        today = self.clock().date()
        assert self.reviewer.report(school, today, today, so_far=True).trend


def as_abuse(_mention: Mention, _school: School) -> Assessment:
    """What a judge would say of anything; how a real one judges is tested with it."""
    return Assessment(
        about_school=True,
        relevance=1,
        model="test",
        categories=frozenset({Category.ABUSE}),
        severity=Severity.MEDIUM,
    )


TELLINGS = {
    school: Telling.to({role: f"{role}@{school}.example" for role in Role}) for school in SCHOOLS
}


def settings_of(schools: Mapping[str, School]) -> Settings:
    """As if they stood in a configuration, with what a school fills in first."""
    tables = [
        {
            "id": school.id,
            "name": school.name,
            "aliases": ["Wexcombe Park"],
            "town": "Wexcombe",
            "contacts": {"head": "head@wexcombepark.example"},
        }
        for school in schools.values()
    ]
    return Settings.model_validate({"schools": tables})


@contextmanager
def running(
    folder: Path,
    *,
    secure_cookies: bool = False,
    name: str = "127.0.0.1",
    elsewhere: Callable[[str, Clock], Mapping[str, Elsewhere]] = lambda *_: {},
    key: Key = NO_KEY,
    database: str = "",
    schools: Mapping[str, School] = SCHOOLS,
    groups: Groups = NO_GROUPS,
    allow: Collection[str] = (),
) -> Iterator[Dashboard]:
    """*allow*: the places on loopback that a source may be asked at, as "host:port"."""
    store = Store(database or f"sqlite:///{folder / 'monitor.db'}")
    clock = Clock()
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts = Accounts(store, clock, Vault(file=folder / "dashboard-key.txt"), hasher)
    board = Dashboard(store, accounts, folder / "evidence", clock, schools, groups, [*SOURCES])
    client = PoliteClient(Egress(frozenset(allow)), contact="office@wexcombepark.example")
    room = EvidenceRoom(
        board.evidence,
        EvidenceSettings(),
        schools,
        Egress(frozenset()),
        client,
        as_abuse,
        store,
        clock,
    )
    with listen("127.0.0.1", 0) as listening:
        board.url = f"http://{name}:{listening.getsockname()[1]}"
        app = create_app(
            store=store,
            accounts=board.accounts,
            schools=schools,
            evidence_root=board.evidence,
            key=key,
            verify=lambda _: list(board.changed),
            reviewer=board.reviewer,
            reporting=board.reported,
            supply=room.supply,
            pack=room.export,
            profile=board.profile,
            terms=lambda _: Terms(),
            playbook=load_playbook(),
            work=lambda number, event, seen: work_and_learn(
                store, schools, TELLINGS, number, event, seen
            ),
            asked=board.asked,
            trials=Trials(client, clock),
            answer=lambda link: answer(store, link, clock()),
            clock=clock,
            secure_cookies=secure_cookies,
            party=party_at(board.url),
            elsewhere=elsewhere(board.url, clock),
        )
        board.routes = [route for route in app.routes if isinstance(route, APIRoute)]
        web = server(app)
        thread = Thread(target=web.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield board
        finally:
            web.should_exit = True
            thread.join()
            client.close()
            store.close()
