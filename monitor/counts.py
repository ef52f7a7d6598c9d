"""What is counted for governors, and what they may know of a period. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from monitor.domain import Category, Sentiment, Severity

LONDON = ZoneInfo("Europe/London")


class SourceGroup(StrEnum):
    """The kind of place where a mention was found: a source's own name could be a person's."""

    NEWS = "news"
    SOCIAL = "social"
    REVIEWS = "reviews"
    FORUMS = "forums"
    SEARCH = "search"
    RECORDS = "records"  # encyclopaedias, petitions, requests for information
    STAFF = "staff"
    LOOKALIKE = "lookalike"
    OTHER = "other"


class Kind(StrEnum):
    """What a mention is to the school; each is one of them.

    concern: it went into the incident log. criticism: lawful criticism that did not.
    """

    CONCERN = "concern"
    CRITICISM = "criticism"
    OTHER = "other"


class Division(StrEnum):
    """By what a number is divided."""

    KINDS = "kinds"
    WEEKS = "weeks"
    GROUPS = "groups"
    SENTIMENTS = "sentiments"
    CATEGORIES = "categories"
    SEVERITIES = "severities"
    THEMES = "themes"
    HANDLING = "handling"
    SPEED = "speed"
    OUTCOMES = "outcomes"
    AGES = "ages"
    ASKED = "asked"
    REMOVALS = "removals"


class Theme(StrEnum):
    """What lawful criticism is about (nlp/themes.toml)."""

    COMPLAINTS = "complaints"
    COMMUNICATION = "communication"
    BEHAVIOUR = "behaviour"
    SEND = "send"
    STAFFING = "staffing"
    TEACHING = "teaching"
    BUILDINGS = "buildings"
    FOOD = "food"
    UNIFORM = "uniform"
    TRANSPORT = "transport"
    MONEY = "money"
    ATTENDANCE = "attendance"
    ADMISSIONS = "admissions"


class Asked(StrEnum):
    """Whether a site was asked to take down what an incident is about."""

    ASKED = "asked"
    NOT_ASKED = "not_asked"


class Fate(StrEnum):
    """What became of a post of which a site was asked to take it down. Whether it is gone is
    known where it could be looked at again."""

    GONE = "gone"
    NOT_SEEN_GONE = "not_seen_gone"


class Handling(StrEnum):
    """Where an incident stands when it is counted."""

    CLOSED = "closed"
    OPEN = "open"


class Speed(StrEnum):
    """How soon it was closed: within five school days, or later."""

    IN_TIME = "in_time"
    LATER = "later"


class Outcome(StrEnum):
    """What a closed incident turned out to be; the last two show how often an alert was wrong."""

    INCIDENT = "incident"
    CRITICISM = "criticism"
    NO_CONCERN = "no_concern"
    NOT_US = "not_us"
    UNSAID = "unsaid"


class Age(StrEnum):
    """How long it has been open."""

    WEEK = "week"
    MONTH = "month"
    OLDER = "older"


class Wait(StrEnum):
    """From one step to the next."""

    FOUND = "found"  # from the post to its being found
    TOLD = "told"  # from then to the first mail
    DECIDED = "decided"  # from the first mail to the first decision
    CLOSED = "closed"  # from the first mail to the end
    REMOVED = "removed"  # from asking a site to the post's being seen to be gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """By which weights and words posts were judged, and from which day on."""

    version: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How well a version judges, in per cent, on *posts* that it had not learnt from.

    `..._found`: of a hundred that should be, how many are. `..._right`: of a hundred that are
    said to be, how many should be; `severity` and `sentiment`: how many are told exactly.
    """

    version: str
    posts: int
    about_right: int
    about_found: int
    alerts_right: int
    alerts_found: int
    severity: int
    sentiment: int


OTHER_SITE = "Another site, or the writer"
Table = Mapping[str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A mention about the school without its words: all that a trend may know of it."""

    first_seen_at: datetime
    source: str
    categories: frozenset[Category]
    severity: Severity
    sentiment: Sentiment
    criticism: bool
    in_log: bool
    waited: timedelta | None = None  # from the post, as far as it says when, to its being found
    themes: frozenset[Theme] = frozenset()  # of lawful criticism

    @property
    def kind(self) -> Kind:
        if self.in_log:
            return Kind.CONCERN
        return Kind.CRITICISM if self.criticism else Kind.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """An incident without its content: when what was done, and what it turned out to be.

    `site`: that was asked first to take it down, by its name in our own list, or OTHER_SITE; "".
    """

    opened_at: datetime
    told_at: datetime | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    asked_at: datetime | None = None
    gone_at: datetime | None = None
    site: str = ""
    outcome: Outcome = Outcome.UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From a moment on, until just before another."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"the period ends ({self.end}) before it begins ({self.start})")

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    @property
    def first_day(self) -> date:
        return self.start.astimezone(LONDON).date()

    @property
    def last_day(self) -> date:
        return (self.end - timedelta(microseconds=1)).astimezone(LONDON).date()

    def meets(self, other: Period) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What governors may know of a period: counts; no text, no names, no addresses.

    A count of None is withheld: it is from one to four, or would let a reader work out one
    that is. A table without rows is withheld as a whole; a table that is absent had nothing
    to divide. `apart`: parts of the period in which one to four were found, which are in no
    number here. `incidents`: how many were opened. `waits`: half of them took no longer.
    `parts`: of how many it is the sum; what is withheld in one is less than all that is shown,
    and in the sum of several it need not be.
    """

    period: Period
    total: int | None
    incidents: int | None = 0
    tables: Mapping[Division, Table] = field(default_factory=dict)
    waits: Mapping[Wait, timedelta] = field(default_factory=dict)
    apart: tuple[Period, ...] = ()
    parts: int = 1

    def number(self, kind: Kind) -> int | None:
        """How many there are of a kind; None if that is withheld."""
        return 0 if self.total == 0 else self.tables.get(Division.KINDS, {}).get(kind)
