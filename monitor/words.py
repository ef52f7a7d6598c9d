"""What people read instead of our labels: plain British English, the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from monitor.domain import Category, Role, Sentiment, Severity

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
ROLES: Mapping[Role, str] = MappingProxyType(
    {
        Role.HEAD: "Headteacher",
        Role.CHAIR_OF_GOVERNORS: "Chair of governors",
        Role.DSL: "Designated safeguarding lead",
        Role.OFFICE: "School office",
        Role.DATA_PROTECTION_OFFICER: "Data protection officer",
    }
)


_LONDON = ZoneInfo("Europe/London")


def when(moment: datetime | None) -> str:
    """In UK time, as people write it."""
    if moment is None:
        return "not known"
    local = moment.astimezone(_LONDON)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"
