"""What people read instead of our labels: plain British English, the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from monitor.counts import (
    LONDON,
    Age,
    Asked,
    Fate,
    Handling,
    Kind,
    Outcome,
    SourceGroup,
    Speed,
    Theme,
)
from monitor.domain import (
    Category,
    Decision,
    Progress,
    Role,
    Sentiment,
    Severity,
    StillThere,
    Veracity,
)

CATEGORIES: Mapping[Category, str] = MappingProxyType(
    {
        Category.THREAT: "Threat of violence or damage",
        Category.DEFAMATION: "Possibly defamatory: get advice",
        Category.IDENTIFYING: "Identifies a person",
        Category.HATE: "Hateful",
        Category.ABUSE: "Abusive",
        Category.SEXUAL: "Sexual",
        Category.SELF_HARM: "Self-harm or a child in danger",
        Category.EXTREMISM: "Extremist",
        Category.IMPERSONATION: "Pretends to be the school",
    }
)
SEVERITIES: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.CRITICAL: "Critical",
        Severity.HIGH: "High",
        Severity.MEDIUM: "Medium",
        Severity.LOW: "Low",
        Severity.NONE: "None",
    }
)
SENTIMENTS: Mapping[Sentiment, str] = MappingProxyType(
    {
        Sentiment.POSITIVE: "Positive",
        Sentiment.NEUTRAL: "Neutral",
        Sentiment.MIXED: "Mixed",
        Sentiment.NEGATIVE: "Negative",
    }
)
KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.CONCERN: "Concern, in the incident log",
        Kind.CRITICISM: "Lawful criticism",
        Kind.OTHER: "Praise, news and everything else",
    }
)
GROUPS: Mapping[SourceGroup, str] = MappingProxyType(
    {
        SourceGroup.NEWS: "Newspapers and blogs",
        SourceGroup.SOCIAL: "Social media",
        SourceGroup.REVIEWS: "Review sites",
        SourceGroup.FORUMS: "Forums and watched pages",
        SourceGroup.SEARCH: "Search engines",
        SourceGroup.RECORDS: "Encyclopaedias, petitions, requests for information",
        SourceGroup.STAFF: "Passed on by staff",
        SourceGroup.LOOKALIKE: "Accounts and domains that look like the school's",
        SourceGroup.OTHER: "Other places",
    }
)
# What it is, and what follows from that.
DECISIONS: Mapping[Decision, tuple[str, str]] = MappingProxyType(
    {
        Decision.NOT_US: ("Not about us", "Closes it. It is about somebody else."),
        Decision.NO_CONCERN: ("About us, no concern", "Closes it. Nothing needs to be done."),
        Decision.CRITICISM: (
            "Fair criticism",
            "Closes it. People may say this; it is a matter for the complaints procedure.",
        ),
        Decision.INCIDENT: ("An incident", "Keeps it open. The school acts on it."),
    }
)
VERACITIES: Mapping[Veracity, str] = MappingProxyType(
    {
        Veracity.TRUE: "True",
        Veracity.UNTRUE: "Untrue",
        Veracity.DISPUTED: "Disputed",
        Veracity.UNKNOWN: "Not known",
    }
)
PROGRESS: Mapping[Progress, str] = MappingProxyType(
    {
        Progress.DONE: "Done",
        Progress.SENT: "Sent, waiting for an answer",
        Progress.ANSWERED: "Answer came",
        Progress.NOT_NEEDED: "Not needed here",
    }
)
THEMES: Mapping[Theme, str] = MappingProxyType(
    {
        Theme.COMPLAINTS: "How complaints are answered",
        Theme.COMMUNICATION: "Communication and notice",
        Theme.BEHAVIOUR: "Behaviour, bullying and sanctions",
        Theme.SEND: "Special educational needs",
        Theme.STAFFING: "Staff leaving or missing",
        Theme.TEACHING: "Lessons, homework and results",
        Theme.BUILDINGS: "Buildings and toilets",
        Theme.FOOD: "Meals",
        Theme.UNIFORM: "Uniform",
        Theme.TRANSPORT: "Buses, traffic and parking",
        Theme.MONEY: "Costs and money",
        Theme.ATTENDANCE: "Absence, fines and closures",
        Theme.ADMISSIONS: "Places and appeals",
    }
)
ASKED: Mapping[Asked, str] = MappingProxyType(
    {
        Asked.ASKED: "A site or the writer was asked to remove it",
        Asked.NOT_ASKED: "Nobody was asked",
    }
)
FATES: Mapping[Fate, str] = MappingProxyType(
    {Fate.GONE: "gone", Fate.NOT_SEEN_GONE: "not seen to be gone"}
)
HANDLINGS: Mapping[Handling, str] = MappingProxyType(
    {Handling.CLOSED: "Closed", Handling.OPEN: "Still open"}
)
SPEEDS: Mapping[Speed, str] = MappingProxyType(
    {Speed.IN_TIME: "Within five school days", Speed.LATER: "Later"}
)
OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.INCIDENT: "An incident",
        Outcome.CRITICISM: "Lawful criticism after all",
        Outcome.NO_CONCERN: "No concern after all",
        Outcome.NOT_US: "Not about the school",
        Outcome.UNSAID: "Closed without saying",
    }
)
AGES: Mapping[Age, str] = MappingProxyType(
    {
        Age.WEEK: "Up to a week",
        Age.MONTH: "One to four weeks",
        Age.OLDER: "More than four weeks",
    }
)
ROLES: Mapping[Role, str] = MappingProxyType(
    {
        Role.HEAD: "Headteacher",
        Role.CHAIR_OF_GOVERNORS: "Chair of governors",
        Role.DSL: "Designated safeguarding lead",
        Role.OFFICE: "School office",
        Role.DATA_PROTECTION_OFFICER: "Data protection officer",
        Role.CLERK: "Clerk to the governors",
    }
)
STILL_THERE: Mapping[StillThere, str] = MappingProxyType(
    {
        StillThere.UNCHANGED: "Still there, unchanged",
        StillThere.EDITED: "Still there, but edited",
        StillThere.GONE: "Gone",
        StillThere.WALLED: "Behind a wall",
        StillThere.UNKNOWN: "Could not be told",
    }
)


def many(number: int, thing: str) -> str:
    """ "1 post", "2 posts"; *thing* takes an s."""
    return f"1 {thing}" if number == 1 else f"{number:,} {thing}s"


def day(one: date) -> str:
    return f"{one.day} {one:%B %Y}"


def when(moment: datetime | None) -> str:
    """In UK time, as people write it."""
    if moment is None:
        return "not known"
    local = moment.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"
