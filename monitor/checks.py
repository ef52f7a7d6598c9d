"""Does what is configured work? Tries each part for real, and says so in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from alerts.evidence.at_rest import Locked
from alerts.evidence.errors import EvidenceError
from alerts.evidence.launcher import built_at, find_browser
from alerts.evidence.options import EvidenceSettings
from alerts.evidence.pdf import print_pdf
from alerts.routing import term_reader
from monitor.app import App
from monitor.certificate import BadCertificate
from monitor.check_mail import check_mail
from monitor.dashboard_settings import Dashboard
from monitor.domain import Role
from monitor.elsewhere import Elsewhere
from monitor.finding import Finding
from monitor.health import SourceHealth
from monitor.health_words import lines
from monitor.openid import NotBelieved
from monitor.secret import MissingSecret
from monitor.settings import Settings
from monitor.store.database import StoreError
from monitor.trying import try_once
from monitor.visitor import Visit
from monitor.words import ROLES, day


def check(settings: Settings, *, send_to: str = "") -> Iterator[Finding]:
    """In the order in which a post would meet the parts. *send_to*: where a test mail goes."""
    with _an_app(settings) as (app, database):
        yield database
        yield from _the_rest(app, send_to)


@contextmanager
def _an_app(settings: Settings) -> Iterator[tuple[App, Finding]]:
    """The program, and how its database is. Where that is broken, over an empty one that is
    thrown away, so that the rest can be tried nevertheless."""
    with ExitStack() as stack:
        try:
            app = stack.enter_context(closing(App(settings)))
            found = _database(app)
        except (StoreError, MissingSecret, OSError) as error:
            found = Finding(part="database", ok=False, sentence=_sentence(error))
            folder = Path(stack.enter_context(TemporaryDirectory()))
            spare = settings.model_copy(update={"data_dir": folder, "database": "sqlite"})
            app = stack.enter_context(closing(App(spare)))
        yield app, found


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"data_dir cannot be used ({error.strerror}). Please check it."
    return str(error)


def _database(app: App) -> Finding:
    with app.store.transaction():
        pass
    return Finding(part="database", ok=True, sentence="The database can be written to.")


def _the_rest(app: App, send_to: str) -> Iterator[Finding]:
    yield from _secrets(app)
    visits = list(app.visitor.all())
    if not visits:
        yield Finding(
            part="sources",
            ok=False,
            sentence="No source is configured, so nothing can be found. Add [[sources]].",
        )
    health = {(one.school, one.source): one for one in app.store.health()}
    for visit in visits:
        yield _with_health(
            _source(app, visit), health.get((visit.school.id, visit.source.name)), app
        )
    yield _browser(app.clock())
    yield from check_key(app.settings.evidence)
    yield from _contacts(app)
    yield from check_doors(app.elsewhere.values())
    yield from check_certificate(app.settings.dashboard, app.clock())
    yield from _term_reports(app)
    yield from check_mail(app, send_to)


def check_doors(doors: Iterable[Elsewhere]) -> Iterator[Finding]:
    """Accounts elsewhere with which staff sign in, as far as it can be tried without a person."""
    for there in doors:
        part, name = f"signing in with {there.provider.name}", there.provider.name
        try:
            there.begin()
        except NotBelieved as error:
            said = f"{name}: {error.detail or error} See docs/sign-in.md."
            yield Finding(part=part, ok=False, sentence=said)
        else:
            said = f"{name} answers. The redirect URI there must be {there.provider.back}"
            yield Finding(part=part, ok=True, sentence=said)


def check_certificate(wanted: Dashboard, now: datetime) -> Iterator[Finding]:
    """Whether browsers will believe the dashboard's own certificate, as far as it tells itself."""
    if (proof := wanted.proof) is None:
        return
    host = urlsplit(wanted.url).hostname or ""
    try:
        proof.context()
        ends, fits = proof.ends_at(), proof.is_for(host)
    except BadCertificate as error:
        yield Finding(part=_CERTIFICATE, ok=False, sentence=str(error))
        return
    last_day = day(ends.date())
    if not fits:
        said = f"The certificate is not for {host}, which is the name in url under [dashboard]."
    elif ends <= now:
        said = f"The certificate ended on {last_day}, so browsers warn of the dashboard. {_NEW}"
    else:
        said = f"The certificate is for {host}, and good until {last_day}."
    yield Finding(part=_CERTIFICATE, ok=fits and ends > now, sentence=said)


_CERTIFICATE = "certificate of the dashboard"
_NEW = "Put a new one in its place; the dashboard takes it up by itself."


def _secrets(app: App) -> Iterator[Finding]:
    for sentence in app.settings.missing_secrets():
        yield Finding(part="secrets", ok=False, sentence=sentence)


def _source(app: App, visit: Visit) -> Finding:
    """How a first page is read, and what its kind plans."""
    found = try_once(visit, app.client)
    plan = visit.source.plan(visit.school) if found.ok else ""
    return replace(found, sentence=f"{found.sentence} {plan}".rstrip())


def _with_health(finding: Finding, health: SourceHealth | None, app: App) -> Finding:
    """What was found just now, and how the source has been up to now."""
    if health is None:
        return finding
    up_to_now = " ".join(lines(health, app.clock()))
    return replace(finding, sentence=f"{finding.sentence} Up to now: {up_to_now}")


OLD_BROWSER = timedelta(days=30)
_STARTS = "The browser starts inside its sandbox."


def _browser(now: datetime) -> Finding:
    """Print an empty page: the whole way, sandbox and all."""
    browser = find_browser()
    try:
        print_pdf("<!doctype html><title>check</title>", browser)
    except EvidenceError as error:
        return Finding(part="browser", ok=False, sentence=str(error))
    old = age_of(browser, now) if browser else ""
    return Finding(part="browser", ok=True, sentence=f"{_STARTS} {old}".rstrip())


def age_of(browser: Path, now: datetime) -> str:
    """A warning if it is old: pages are written by strangers, and old ones have known holes."""
    age = now - built_at(browser)
    if age <= OLD_BROWSER:
        return ""
    return (
        f"But it is {age.days} days old. Browsers are mended every few weeks; please update it "
        "(on Debian or Ubuntu: apt update && apt upgrade)."
    )


def check_key(wanted: EvidenceSettings) -> Iterator[Finding]:
    """That its key is away is no mistake: it may lie in a safe until it is needed."""
    if wanted.encrypt_to is None or wanted.identity is None:
        return
    try:
        fits = wanted.key.fits(wanted.encrypt_to)
    except Locked:
        yield Finding(part=_KEY, ok=True, sentence=_AWAY)
        return
    yield Finding(part=_KEY, ok=fits, sentence=_FITS if fits else _ANOTHER)


_KEY = "evidence key"
_FITS = "The key is here, and evidence can be read with it."
_AWAY = (
    "Evidence is made as usual. The key to read it is not on this computer; screenshots can be "
    "seen, and packs made, once it is back where identity under [evidence] says."
)
_ANOTHER = (
    "The key under identity in [evidence] cannot read what is encrypted to encrypt_to: the two "
    "do not belong together. Put both lines back as monitor init wrote them, before more "
    "evidence is made that nobody can read."
)


# Who else is named is a matter of how a school is organised.
_NEEDED = (Role.HEAD, Role.CHAIR_OF_GOVERNORS, Role.DSL, Role.OFFICE)


def _contacts(app: App) -> Iterator[Finding]:
    for school in app.settings.schools:
        part = f"contacts of {school.id}"
        missing = [role for role in _NEEDED if role not in school.contacts.by_role()]
        if not missing:
            yield Finding(part=part, ok=True, sentence="All who must be told have an address.")
        else:
            names = ", ".join(role.value for role in missing)
            sentence = f"No address for {names}. Add it under [schools.contacts]."
            yield Finding(part=part, ok=Role.HEAD not in missing, sentence=sentence)


def _term_reports(app: App) -> Iterator[Finding]:
    for school, roster in app.schools.rosters().items():
        reader = term_reader(roster)
        part = f"term reports of {school}"
        yield Finding(part=part, ok=reader is not None, sentence=read_by(reader))


def read_by(reader: Role | None) -> str:
    """Who is sent the report of each term."""
    if reader is None:
        return "Nobody would be sent the report of each term. Add clerk under [schools.contacts]."
    instead = "" if reader is Role.CLERK else ", as no clerk to the governors has an address"
    return f"The report of each term goes to the {ROLES[reader].lower()}{instead}."
