"""What the configuration says of a school, in plain words, and what it leaves out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from alerts.roster import Roster
from monitor.domain import Role
from monitor.settings import SchoolSettings, Settings
from monitor.terms import Terms
from monitor.words import ROLES, day, many

_A_YEAR = timedelta(days=365)
_NEVER = "not set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A few things of one kind. `key`: where they stand in config.toml."""

    title: str
    key: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is not said, what that costs, and the key to be filled in."""

    what: str
    costs: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    name: str
    parts: tuple[Part, ...]
    missing: tuple[Gap, ...]


def profile(settings: Settings, school: str, terms: Terms, today: date) -> Profile:
    """Of the school with this id. *terms*: its calendar."""
    one = next(each for each in settings.schools if each.id == school)
    roster = one.roster(today)
    return Profile(
        name=one.name,
        parts=(
            _names(one),
            _people(one),
            _told(one),
            _terms(terms, today),
            _hours(one),
            _kept(settings),
        ),
        missing=(*_nobody(roster), *_unsaid(one, terms)),
    )


def _names(one: SchoolSettings) -> Part:
    place = ", ".join(filter(None, (one.town, one.county, one.postcode)))
    return Part(
        title="The school, and what it is called",
        key="[[schools]]",
        rows=(
            ("Official name", one.name),
            ("Also called", _list(one.aliases)),
            ("Where it is", place or _NEVER),
            ("Number in the register (URN)", one.urn or _NEVER),
            ("Website", one.website or _NEVER),
            ("Its own accounts and hashtags", _list((*one.handles, *one.hashtags))),
            ("Has the same name and is not you", _list(one.homonyms)),
        ),
    )


def _people(one: SchoolSettings) -> Part:
    staff = tuple((person.role, person.name) for person in one.staff)
    head = ("Headteacher", one.headteacher or _NEVER)
    return Part(
        title="People in their roles", key="headteacher, staff in [[schools]]", rows=(head, *staff)
    )


def _told(one: SchoolSettings) -> Part:
    holders, deputies = one.contacts.by_role(), one.deputies.by_role()
    rows = []
    for role, name in ROLES.items():
        deputy = f"; deputy {deputies[role]}" if deputies.get(role) else ""
        rows.append((name, (holders.get(role) or _NEVER) + deputy))
    away = tuple(
        (f"Away: {ROLES[each.role]}", f"{day(each.first)} to {day(each.last)}")
        for each in one.absences
    )
    return Part(
        title="Who is told", key="[schools.contacts], [schools.deputies]", rows=(*rows, *away)
    )


def _terms(terms: Terms, today: date) -> Part:
    coming = [term for term in terms.terms(today, today + _A_YEAR) if term.end >= today]
    return Part(
        title="Term dates",
        key="[[schools.terms]], or a file named in term_dates",
        rows=tuple(
            (
                term.name,
                f"{day(term.start)} to {day(term.end)}"
                + ("" if term in terms.own else " (customary; your own are not set)"),
            )
            for term in coming
        ),
    )


def _hours(one: SchoolSettings) -> Part:
    hours = one.hours
    return Part(
        title="When mails may come",
        key="[schools.hours]",
        rows=(
            ("What is critical", "at any hour"),
            ("On school days", hours.school_days.replace("-", " to ")),
            ("At weekends and in the holidays", hours.other_days.replace("-", " to ")),
            ("A critical mail goes to others after", _hours_long(hours.answer_critical_hours)),
            ("What is high goes to others after", _hours_long(hours.answer_high_hours)),
        ),
    )


def _kept(settings: Settings) -> Part:
    kept = settings.retention
    return Part(
        title="How long things are kept",
        key="[retention]",
        rows=(
            ("Posts that are not about you", _days(kept.not_about_us_days)),
            ("Names of authors outside the log", _days(kept.author_days)),
            ("Other posts outside the log", _days(kept.mention_days)),
            ("The record of what was checked", _days(kept.coverage_days)),
            ("Closed incidents with their evidence", _days(kept.incident_days)),
            ("Incidents about a child's safety", "until a person moves them to the child's file"),
        ),
    )


_IN_VAIN = {
    Role.HEAD: "alerts that are for the head",
    Role.CHAIR_OF_GOVERNORS: "concerns about the head",
    Role.DSL: "child-safety alerts",
    Role.OFFICE: "tasks of the office, and news of sources that cannot be seen,",
    Role.DATA_PROTECTION_OFFICER: "personal details that are shown in public",
    Role.CLERK: "governors' reports",
}


def _nobody(roster: Roster) -> Iterator[Gap]:
    """Roles without an address, and who gets their mail instead."""
    for role, matter in _IN_VAIN.items():
        if roster.address(role):
            continue
        instead = roster.standing(role, concerns_head=role is Role.CHAIR_OF_GOVERNORS)
        goes = "go to nobody" if instead is role else f"go to the {ROLES[instead].lower()}"
        yield Gap(
            what=f"No {ROLES[role].lower()} is named",
            costs=f"{matter[0].upper()}{matter[1:]} {goes}.",
            key=f"{role.value} in [schools.contacts]",
        )
    for role in (Role.HEAD, Role.DSL, Role.CHAIR_OF_GOVERNORS):
        if roster.address(role) and not roster.address(role, deputy=True):
            yield Gap(
                what=f"Nobody stands in: {ROLES[role].lower()}",
                costs="While they are away, their mail waits in their box.",
                key=f"{role.value} in [schools.deputies]",
            )


def _unsaid(one: SchoolSettings, terms: Terms) -> Iterator[Gap]:
    for missing, what, costs, key in (
        (not one.aliases, "No nicknames", "Posts that use them are missed.", "aliases"),
        (
            not (one.town or one.postcode),
            "No place",
            "Posts about schools of the same name elsewhere may be taken for yours.",
            "town, postcode",
        ),
        (
            not one.homonyms,
            "Nothing that has the same name",
            "If there is anything (a hotel, a school elsewhere), what is said of it may be taken "
            "for you.",
            "homonyms",
        ),
        (
            not one.headteacher,
            "No name of the head",
            "A concern about the head is known only where a post says “the head”.",
            "headteacher",
        ),
        (
            not one.staff,
            "No staff",
            "Posts that name them and not the school are missed.",
            "staff",
        ),
        (
            not (one.handles or one.hashtags or one.website),
            "No accounts, hashtags or website of your own",
            "Posts that link to you without naming you are missed, and your own account may be "
            "taken for a look-alike.",
            "handles, hashtags, website",
        ),
        (
            not terms.own,
            "No term dates of your own",
            "The customary ones are assumed, so mails may come in your holidays.",
            "terms or term_dates",
        ),
    ):
        if missing:
            yield Gap(what=what, costs=costs, key=f"{key} in [[schools]]")


def _list(words: Sequence[str]) -> str:
    return ", ".join(words) or _NEVER


def _days(count: int) -> str:
    years, rest = divmod(count, 365)
    if years and rest <= years:  # leap days
        return many(years, "year")
    return f"{count} days"


def _hours_long(count: int) -> str:
    return f"{many(count, 'hour')} without an answer"
