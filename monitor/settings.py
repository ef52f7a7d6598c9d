"""config.toml, checked once at start: every mistake at once, by key, in words."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, get_args
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from alerts.channels.settings import ChannelSettings
from alerts.contacts import (
    AbsenceSettings,
    Contacts,
    Deputies,
    RouteSettings,
    Section,
    contradictions,
    roster,
)
from alerts.evidence.options import EvidenceSettings
from alerts.hours import HoursSettings, TermSettings, terms_of
from alerts.pictures import Screenshots
from alerts.roster import Roster
from alerts.telling import MAILS_AN_HOUR, Telling
from monitor.dashboard_settings import Dashboard
from monitor.domain import School, StaffMember
from monitor.egress import place
from monitor.failure import Explained
from monitor.retention import Retention
from monitor.secret import MissingSecret, Reference, Secret
from monitor.term_file import read_file
from monitor.terms import Terms
from monitor.vault import KEY_FILE, Vault
from monitor.watchdog_settings import WatchdogSettings
from sources import registry
from sources.contract import Source


class SettingsError(Explained):
    """The configuration needs attention; the message lists everything, a line each."""


class Staff(Section):
    name: str = Field(min_length=1, description="as people write it, with Mr, Mrs, Miss or Ms")
    role: str = Field(min_length=1, description="for example Deputy headteacher")


class SchoolSettings(Section):
    id: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
        description="a short name in small letters; keep it for good",
    )
    name: str = Field(min_length=3, description="the full official name")
    aliases: tuple[str, ...] = Field((), description="what people say instead, nicknames too")
    urn: str = Field("", description="the school's number in the register")
    town: str = Field("", description="tells your school from others of the same name")
    county: str = Field("", description="likewise")
    postcode: str = Field("", description="likewise")
    website: str = Field("", description="the school's own site")
    handles: tuple[str, ...] = Field((), description="the school's own accounts")
    hashtags: tuple[str, ...] = Field((), description="hashtags used for the school")
    homonyms: tuple[str, ...] = Field((), description="what has the same name and is not you")
    headteacher: str = Field("", description="as people write it")
    staff: tuple[Staff, ...] = Field((), description="people named in their role on your site")
    contacts: Contacts = Field(default_factory=Contacts)
    deputies: Deputies = Field(default_factory=Deputies)
    absences: tuple[AbsenceSettings, ...] = ()
    routes: RouteSettings = Field(default_factory=RouteSettings)
    hours: HoursSettings = Field(default_factory=HoursSettings)
    terms: tuple[TermSettings, ...] = ()
    inset_days: tuple[date, ...] = Field((), description="staff work, pupils stay at home")
    closed_days: tuple[date, ...] = Field((), description="nobody comes; not bank holidays")
    term_dates: Path | None = Field(None, description="a CSV file with all of that instead")

    def school(self) -> School:
        kept = self.model_dump(include={f.name for f in fields(School)} - {"staff"})
        staff = tuple(StaffMember(name=s.name, role=s.role) for s in self.staff)
        return School(**kept, staff=staff)

    def roster(self, today: date) -> Roster:
        """Who is on duty."""
        return roster(self.contacts, self.deputies, self.absences, today)

    def calendar(self) -> Terms:
        """When there is school. Raises ValueError with a sentence."""
        read = read_file(self.term_dates) if self.term_dates else Terms()
        return terms_of(self.terms, self.inset_days, self.closed_days, read)

    def telling(self, today: date, terms: Terms, mails_an_hour: int) -> Telling:
        """Whom to tell of what, and when."""
        return Telling(
            roster=self.roster(today),
            routes=self.routes.changes(),
            hours=self.hours.hours(terms),
            mails_an_hour=mails_an_hour,
            answer_critical=timedelta(hours=self.hours.answer_critical_hours),
            answer_high=timedelta(hours=self.hours.answer_high_hours),
        )


class Alerts(ChannelSettings):
    """How people are told, and in which words."""

    mails_an_hour: int = Field(
        MAILS_AN_HOUR, ge=2, le=1000, description="urgent mails to one school, at most"
    )
    screenshots: Screenshots = Field(
        Screenshots.LINK,
        description='"attach-internal": with mails to your own domain, if no child is in them',
    )
    guidance: Path | None = Field(
        None, description="your own copy of alerts/guidance.toml: what mails tell people to do"
    )
    steps: Path | None = Field(
        None, description="your own copy of alerts/steps.toml: forms, drafts and clocks"
    )


def _place(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not (host and colon and port.isdigit() and 0 < int(port) < 65536) or "/" in host:
        raise ValueError('write "host:port", for example "intranet.school.example:443"')
    return place(host, int(port))


class Network(Section):
    allow: tuple[Annotated[str, AfterValidator(_place)], ...] = Field(
        (), description="host:port inside your own network that pages may be captured from"
    )
    contact: str = Field(
        "", description="an e-mail address that sites we visit may write to; sent with each visit"
    )


def _source(value: Any) -> Any:
    """Build the [[sources]] table's own kind; its mistakes keep their keys."""
    if isinstance(value, Source) or not isinstance(value, Mapping):
        return value
    table = dict(value)
    kind = table.pop("kind", None)
    if not isinstance(kind, str):
        raise PydanticCustomError("kind", "kind is missing; monitor sources lists the kinds")
    try:
        return registry.load(kind).model_validate(table)
    except ValidationError as error:
        keys = list(registry.load(kind).model_fields)
        raise _Nested(_lines(error.errors(), keys)) from None


class _Nested(ValueError):
    """Mistakes of a table within a table, each with its key."""

    def __init__(self, lines: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{key}: {what}" for key, what in lines))
        self.lines = lines


class Settings(Section):
    data_dir: Path = Field(Path("data"), description="database, evidence, logs")
    database: str = Field("sqlite", description='"sqlite", or "env:NAME" for PostgreSQL')
    database_key: Secret | None = Field(
        None, description="where the key is to which an SQLite database is encrypted"
    )
    schools: tuple[SchoolSettings, ...] = Field(min_length=1)
    sources: tuple[Annotated[Source, BeforeValidator(_source)], ...] = ()
    alerts: Alerts = Field(default_factory=Alerts)
    network: Network = Field(default_factory=Network)
    evidence: EvidenceSettings = Field(default_factory=EvidenceSettings)
    dashboard: Dashboard = Field(default_factory=Dashboard)
    watchdog: WatchdogSettings = Field(default_factory=WatchdogSettings)
    retention: Retention = Field(default_factory=Retention)

    def database_url(self) -> str:
        """SQLAlchemy's address of the database. Raises MissingSecret."""
        if self.database == "sqlite":
            return f"sqlite:///{quote(str(self.data_dir / 'monitor.db'))}"  # a folder may be a%20b
        return Reference("env", self.database.removeprefix("env:")).reveal()

    def key_of_database(self) -> str:
        """Empty where it is not encrypted by us. Raises MissingSecret."""
        return self.database_key.reveal() if self.database_key else ""

    def vault(self) -> Vault:
        return Vault(file=self.data_dir / KEY_FILE, kept=self.dashboard.key)

    def missing_secrets(self) -> list[str]:
        """One sentence for each secret that is not where the configuration says, and without
        which work cannot begin. The key to read evidence is not among them: it may lie in a
        safe, and what seals evidence needs only the other half."""
        return [
            sentence
            for where, secret in _secrets(self)
            if secret is not self.evidence.identity
            for sentence in _absent(where, secret)
        ]


def _secrets(section: BaseModel, path: str = "") -> Iterator[tuple[str, Reference]]:
    for name in type(section).model_fields:
        value, where = getattr(section, name), f"{path}{name}"
        if isinstance(value, Reference):
            yield where, value
        elif isinstance(value, BaseModel):
            yield from _secrets(value, f"{where}.")
        elif isinstance(value, tuple):
            for i, item in enumerate(value, 1):
                if isinstance(item, BaseModel):
                    yield from _secrets(item, f"{where}[{i}].")


def _absent(where: str, secret: Reference) -> list[str]:
    try:
        secret.reveal()
    except MissingSecret as error:
        return [f"{where}: {error}"]
    return []


def load(path: Path) -> Settings:
    """Read and check the file. Raises SettingsError naming every mistake in it."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"There is no configuration at {path}. Run monitor init, or give --config PATH."
        ) from None
    except OSError:
        raise SettingsError(f"{path} cannot be read. Please check its permissions.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not plain text in UTF-8. Please save it so.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {_where(error)}") from None
    settings, mistakes = _build(table)
    if settings is not None:
        settings = _beside(path.parent, settings)
        mistakes += _contradictions(settings)
    if mistakes or settings is None:
        lines = "\n".join(f"  {key}: {what}" for key, what in mistakes)
        raise SettingsError(f"{path} needs attention:\n{lines}")
    return settings


def _beside(folder: Path, settings: Settings) -> Settings:
    """Paths in a configuration are meant from where it lies."""
    named = {"guidance": settings.alerts.guidance, "steps": settings.alerts.steps}
    found = {name: folder / file for name, file in named.items() if file is not None}
    schools = tuple(
        s.model_copy(update={"term_dates": s.term_dates and folder / s.term_dates})
        for s in settings.schools
    )
    return settings.model_copy(
        update={
            "data_dir": folder / settings.data_dir,
            "database_key": settings.database_key and settings.database_key.beside(folder),
            "alerts": settings.alerts.model_copy(update=found),
            "evidence": settings.evidence.beside(folder),
            "dashboard": settings.dashboard.beside(folder),
            "schools": schools,
        }
    )


def _where(error: tomllib.TOMLDecodeError) -> str:
    """tomllib's message ends in "(at line 3, column 5)"; it quotes at most one character."""
    message = str(error)
    place_ = message[message.rfind("(") :].strip("()") if "(" in message else ""
    return f"please look {place_}." if place_.startswith("at ") else "please check its brackets."


def _build(table: Mapping[str, Any]) -> tuple[Settings | None, list[tuple[str, str]]]:
    try:
        return Settings.model_validate(table), []
    except ValidationError as error:
        return None, _lines(error.errors())


def _lines(
    errors: Sequence[ErrorDetails], keys: Sequence[str] | None = None
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for error in errors:
        key = _key(error["loc"])
        if error["type"] == "too_short" and any(_inside(error, e) for e in errors):
            continue  # it is only short of what is wrong in it, and that is said already
        nested = error.get("ctx", {}).get("error")
        if isinstance(nested, _Nested):
            found += [(f"{key}.{inner}", what) for inner, what in nested.lines]
        else:
            found.append((key, _words(error, keys or _siblings(error["loc"]))))
    return found


def _inside(outer: ErrorDetails, inner: ErrorDetails) -> bool:
    depth = len(outer["loc"])
    return len(inner["loc"]) > depth and inner["loc"][:depth] == outer["loc"]


def _key(loc: Sequence[str | int]) -> str:
    """("schools", 0, "name") -> "schools[1].name": people count from one."""
    key = ""
    for part in loc:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else part
    return key


_PLAIN = {
    "missing": "is missing; please add it",
    "string_type": 'must be text in "quotes"',
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": 'must be a list, for example ["one", "two"]',
    "model_type": "must be a table of keys",
    "model_attributes_type": "must be a table of keys",
    "url_parsing": "must be a web address beginning with http:// or https://",
    "url_scheme": "must be a web address beginning with http:// or https://",
    "url_type": 'must be a web address in "quotes"',
    "string_pattern_mismatch": "does not have the form it needs; see config.example.toml",
    "string_too_short": "is too short",
    "too_short": "needs at least one",
    "path_type": 'must be a folder in "quotes"',
    "date_from_datetime_parsing": "must be a day such as 2026-12-07, without quotes",
    "date_type": "must be a day such as 2026-12-07, without quotes",
    "enum": "is not a word we know here; see config.example.toml",
    "is_instance_of": "must be a table of keys with a kind",
}


def _words(error: ErrorDetails, keys: Sequence[str]) -> str:
    if error["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(error["loc"][-1]), keys, n=1)
        return "is not a key we know" + (f"; did you mean {close[0]}?" if close else "")
    if error["type"] == "greater_than_equal":
        return f"must be at least {error['ctx']['ge']}"
    if error["type"] == "less_than_equal":
        return f"must be at most {error['ctx']['le']}"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return _PLAIN.get(error["type"], error["msg"][:1].lower() + error["msg"][1:])


def _siblings(loc: Sequence[str | int]) -> list[str]:
    """The keys that may stand where this one stands."""
    model: type[BaseModel] = Settings
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        inner = _model_in(field.annotation) if field else None
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := _model_in(a))), None)


def _contradictions(settings: Settings) -> list[tuple[str, str]]:
    """What each key alone cannot show."""
    ids = [school.id for school in settings.schools]
    names = [source.name for source in settings.sources]
    found = [("schools.id", f"{i} is used twice") for i in _twice(ids)]
    found += [("sources.name", f"{n} is used twice; each needs its own") for n in _twice(names)]
    for i, school in enumerate(settings.schools, 1):
        wrong = contradictions(school.deputies, school.absences)
        found += [(f"schools[{i}].absences", what) for what in wrong]
        found += [(f"schools[{i}].term_dates", what) for what in _bad_dates(school)]
    for i, source in enumerate(settings.sources, 1):
        unknown = sorted(set(source.schools) - set(ids))
        found += [
            (f"sources[{i}].schools", f"there is no school with the id {u}") for u in unknown
        ]
    if settings.database != "sqlite" and not settings.database.startswith("env:"):
        found.append(("database", 'write "sqlite", or "env:NAME" for a PostgreSQL address'))
    found += [(f"dashboard.{key}", what) for key, what in settings.dashboard.contradictions()]
    if settings.database != "sqlite" and settings.database_key is not None:
        found.append(("database_key", "is for SQLite; PostgreSQL has its own ways to encrypt"))
    return found


def _bad_dates(school: SchoolSettings) -> list[str]:
    try:
        school.calendar()
    except ValueError as error:  # BadTermDates of a file, or terms that overlap
        return [str(error)]
    return []


def _twice(values: Sequence[str]) -> list[str]:
    return sorted({v for v in values if values.count(v) > 1})


__all__ = ["Secret", "Settings", "SettingsError", "load"]
