"""What a school can do after an incident, as dated data that it may edit: steps.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from alerts.guidance import Part, read_words
from monitor.domain import Category

OURS = Path(__file__).with_name("steps.toml")

# What the program knows of an incident, for the drafts.
PLACES = frozenset({"school", "address", "incident", "found", "platform", "what"})
_PLACE = re.compile(r"\{(\w*)\}")

WRITERS = ("pupil", "staff", "parent", "stranger")
_WORDS = frozenset(
    {
        *("any", "child_safety", "about_head", "unread", "known_site", "other_site", *WRITERS),
        *(category.value for category in Category),
    }
)

Page = Annotated[str, Field(pattern=r"^(https://[!-~]+)?$")]


class Stage(StrEnum):
    """In the order of the policy: before all else comes whoever is in danger now."""

    AT_ONCE = "at_once"
    PRESERVE = "preserve"
    REPORT = "report"
    INVESTIGATE = "investigate"
    CONTACT = "contact"
    PLATFORM = "platform"
    POLICE = "police"


class Rule(Part):
    """One step, and when it is shown."""

    stage: Stage
    title: str = Field(min_length=1)
    text: str
    when: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    url: Page = ""
    draft: str = ""
    clock: str = ""
    checked_on: date | None = None


class Clock(Part):
    """From *starts* until *ends*. Of hours, a working one stands still at weekends and on bank
    holidays. Months and school days end with their last day; a month that ends on a weekend or
    a bank holiday, with the next day that does not; school days after `working_days` at most."""

    hours: int = Field(0, ge=0)
    working: bool = False
    months: int = Field(0, ge=0, le=12)
    school_days: int = Field(0, ge=0, le=60)
    working_days: int = Field(0, ge=0, le=120)
    starts: str
    ends: str

    @model_validator(mode="after")
    def _counts_one_thing(self) -> Self:
        if sum(map(bool, (self.hours, self.months, self.school_days))) != 1:
            raise ValueError("a clock counts either hours, or months, or school_days")
        if bool(self.school_days) != bool(self.working_days):
            raise ValueError("school_days and working_days, the most they may take, go together")
        return self


class Draft(Part):
    """A text to begin with: {braces} are known to the program, [brackets] to a person."""

    title: str
    to: str
    text: str


class Platform(Part):
    name: str
    hosts: tuple[str, ...] = Field(min_length=1)  # "site.example", or "site.example/part"
    how: str
    forms: dict[str, Page] = Field(default_factory=dict)
    checked_on: date | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        kinds = {"any", *(category.value for category in Category)}
        if unknown := sorted(self.forms.keys() - kinds):
            raise ValueError(f"{self.name} has forms for what is no category: {unknown[0]}")
        return self

    def has(self, host: str, path: str) -> bool:
        return any(_is_at(site, host, path) for site in self.hosts)

    def form(self, gravest_first: Sequence[Category]) -> str:
        """Where it takes reports; empty where it does in its own menus only."""
        fitting = (self.forms[kind] for kind in gravest_first if kind in self.forms)
        return next(fitting, self.forms.get("any", ""))


def _is_at(site: str, host: str, path: str) -> bool:
    name, _, part = site.partition("/")
    return (host == name or host.endswith(f".{name}")) and path.startswith(f"/{part}")


class Playbook(Part):
    """All of steps.toml."""

    checked_on: date
    applies_in: str
    notice: str
    steps: tuple[Rule, ...]
    clocks: dict[str, Clock] = Field(default_factory=dict)
    platforms: tuple[Platform, ...] = ()
    drafts: dict[str, Draft] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for mistake in self._mistakes():
            raise ValueError(mistake)
        return self

    def _mistakes(self) -> Iterator[str]:
        yield from _unknown("[drafts.…]", (s.draft for s in self.steps), self.drafts)
        yield from _unknown("[clocks.…]", (s.clock for s in self.steps), self.clocks)
        for step in self.steps:
            for word in (*step.when, *step.unless):
                if word not in _WORDS:
                    yield f"{word} in the step “{step.title}” is no word for when or unless"
        for name, draft in self.drafts.items():
            for place in _PLACE.findall(draft.text):
                if place not in PLACES:
                    yield f"the program knows no {{{place}}}, which stands in drafts.{name}"

    def platform(self, url: str) -> Platform | None:
        """The site on which a post stands, if it is one of those that we know."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            return None
        return next((one for one in self.platforms if one.has(host, parts.path)), None)


def _unknown(what: str, used: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    missing = sorted({name for name in used if name} - set(known))
    if missing:
        yield f"no {what} for: {', '.join(missing)}"


def fill_in(draft: Draft, facts: dict[str, str]) -> str:
    """The draft with what the program knows; what it does not know, a person fills in. What is
    put in is not read again, so nothing in it is a command."""
    return _PLACE.sub(lambda it: facts.get(it[1]) or f"[{it[1]}]", draft.text).strip() + "\n"


def load_playbook(path: Path = OURS) -> Playbook:
    """Read a file of steps. Raises BadGuidance."""
    return read_words(Playbook, path)
