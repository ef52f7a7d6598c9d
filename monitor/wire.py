"""How the nouns look as JSON, in the log, on the command line and in the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypedDict

from monitor.domain import Assessment, Case, Category, Reason, Sentiment, Severity


class BecauseJson(TypedDict):
    category: str
    start: int
    end: int
    text: str
    rule: str


class AssessmentJson(TypedDict):
    about_school: bool
    relevance: float
    categories: list[str]
    scores: dict[str, float]
    severity: str
    sentiment: str
    because: list[BecauseJson]
    not_assessed: str | None
    about_head: bool
    child_safety: bool
    criticism: bool
    model: str


class MentionJson(TypedDict):
    source: str
    url: str
    author: str
    text: str
    published_at: str | None
    first_seen_at: str | None
    assessment: AssessmentJson


class FileJson(TypedDict):
    name: str
    sha256: str
    bytes: int


class EvidenceJson(TypedDict):
    id: str
    mode: str
    captured_at: str | None
    state: str
    note: str
    files: list[FileJson]


class AlertJson(TypedDict):
    role: str
    channel: str
    state: str
    sent_at: str | None
    message_id: str
    error: str


class IncidentJson(TypedDict):
    id: str
    school: str
    opened_at: str | None
    state: str
    severity: str
    categories: list[str]
    mentions: list[MentionJson]
    evidence: list[EvidenceJson]
    alerts: list[AlertJson]


def moment(value: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the second; None stays None."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def assessment_to_json(assessment: Assessment) -> AssessmentJson:
    return {
        "about_school": assessment.about_school,
        "relevance": round(assessment.relevance, 4),
        "categories": [c.value for c in Category if c in assessment.categories],
        "scores": {c.value: round(s, 4) for c, s in sorted(assessment.scores.items())},
        "severity": assessment.severity.value,
        "sentiment": assessment.sentiment.value,
        "because": [
            {
                "category": r.category,
                "start": r.start,
                "end": r.end,
                "text": r.text,
                "rule": r.rule,
            }
            for r in assessment.because
        ],
        "not_assessed": assessment.not_assessed,
        "about_head": assessment.about_head,
        "child_safety": assessment.child_safety,
        "criticism": assessment.criticism,
        "model": assessment.model,
    }


def assessment_from_json(data: AssessmentJson) -> Assessment:
    return Assessment(
        about_school=data["about_school"],
        relevance=data["relevance"],
        categories=frozenset(map(Category, data["categories"])),
        scores={Category(c): s for c, s in data["scores"].items()},
        severity=Severity(data["severity"]),
        sentiment=Sentiment(data["sentiment"]),
        because=tuple(Reason(**r) for r in data["because"]),
        not_assessed=data["not_assessed"],
        about_head=data["about_head"],
        child_safety=data["child_safety"],
        criticism=data["criticism"],
        model=data["model"],
    )


def case_to_json(case: Case) -> IncidentJson:
    """One line of `monitor incidents --json`."""
    incident = case.incident
    return {
        "id": incident.number,
        "school": incident.school,
        "opened_at": moment(incident.opened_at),
        "state": incident.state.value,
        "severity": incident.severity.value,
        "categories": [c.value for c in Category if c in incident.categories],
        "mentions": [
            {
                "source": s.mention.source,
                "url": s.mention.url,
                "author": s.mention.author,
                "text": s.mention.text,
                "published_at": moment(s.mention.published_at),
                "first_seen_at": moment(s.first_seen_at),
                "assessment": assessment_to_json(s.assessment),
            }
            for s in case.sightings
        ],
        "evidence": [
            {
                "id": e.id,
                "mode": e.mode.value,
                "captured_at": moment(e.captured_at),
                "state": e.state.value,
                "note": e.note,
                "files": [{"name": f.name, "sha256": f.sha256, "bytes": f.bytes} for f in e.files],
            }
            for e in case.evidence
        ],
        "alerts": [
            {
                "role": t.role.value,
                "channel": t.channel,
                "state": t.state.value,
                "sent_at": moment(t.sent_at),
                "message_id": t.message_id,
                "error": t.error,
            }
            for t in case.told
        ],
    }
