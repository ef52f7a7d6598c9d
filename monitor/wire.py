"""How the nouns look as JSON, in the log, on the command line and in the database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypedDict

from monitor.canonical import canonical
from monitor.domain import (
    Assessment,
    Case,
    Category,
    Event,
    Reason,
    Recheck,
    Sentiment,
    Severity,
    Sighting,
)


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


class RevisionJson(TypedDict):
    text: str
    published_at: str | None
    edited_at: str | None
    seen_at: str | None
    assessment: AssessmentJson


class MentionJson(TypedDict):
    source: str
    external_id: str
    url: str
    author: str
    text: str
    published_at: str | None
    first_seen_at: str | None
    assessment: AssessmentJson
    revisions: list[RevisionJson]
    story: str


class SightingJson(TypedDict):
    source: str
    external_id: str
    url: str
    first_seen_at: str | None


class PlaceJson(TypedDict):
    address: str
    sightings: list[SightingJson]


class FileJson(TypedDict):
    name: str
    sha256: str
    bytes: int


class RecheckJson(TypedDict):
    at: str | None
    found: str
    note: str
    difference: str


class EvidenceJson(TypedDict):
    id: str
    mode: str
    captured_at: str | None
    state: str
    shows: str
    note: str
    files: list[FileJson]
    rechecks: list[RecheckJson]


class AlertJson(TypedDict):
    role: str
    channel: str
    state: str
    sent_at: str | None
    message_id: str
    error: str


class EventJson(TypedDict):
    act: str
    value: str
    reason: str
    by: str
    role: str
    at: str | None


class IncidentJson(TypedDict):
    id: str
    school: str
    opened_at: str | None
    closed_at: str | None
    state: str
    severity: str
    categories: list[str]
    decision: str | None
    veracity: str | None
    assigned: str
    due: str | None
    acknowledged_at: str | None
    history: list[EventJson]
    mentions: list[MentionJson]
    places: list[PlaceJson]
    near_copies: int
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
    incident, standing = case.incident, case.incident.standing
    return {
        "id": incident.number,
        "school": incident.school,
        "opened_at": moment(incident.opened_at),
        "closed_at": moment(standing.closed_at),
        "state": incident.state.value,
        "severity": incident.severity.value,
        "categories": [c.value for c in Category if c in incident.categories],
        "decision": standing.decision.value if standing.decision else None,
        "veracity": standing.veracity.value if standing.veracity else None,
        "assigned": standing.assigned,
        "due": standing.due.isoformat() if standing.due else None,
        "acknowledged_at": moment(standing.acknowledged_at),
        "history": [_event_to_json(event) for event in case.history],
        "mentions": [_mention_to_json(s) for s in case.sightings],
        "places": [
            {"address": address, "sightings": [_sighting_to_json(s) for s in seen]}
            for address, seen in places(case).items()
        ],
        "near_copies": case.near_copies,
        "evidence": [
            {
                "id": e.id,
                "mode": e.mode.value,
                "captured_at": moment(e.captured_at),
                "state": e.state.value,
                "shows": e.shows.value,
                "note": e.note,
                "files": [{"name": f.name, "sha256": f.sha256, "bytes": f.bytes} for f in e.files],
                "rechecks": [_recheck_to_json(recheck) for recheck in e.rechecks],
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


def _event_to_json(event: Event) -> EventJson:
    return {
        "act": event.act.value,
        "value": event.value,
        "reason": event.reason,
        "by": event.by,
        "role": event.role,
        "at": moment(event.at),
    }


def _recheck_to_json(recheck: Recheck) -> RecheckJson:
    return {
        "at": moment(recheck.at),
        "found": recheck.found.value,
        "note": recheck.note,
        "difference": recheck.difference,
    }


def _mention_to_json(sighting: Sighting) -> MentionJson:
    mention = sighting.mention
    return {
        "source": mention.source,
        "external_id": mention.external_id,
        "url": mention.url,
        "author": mention.author,
        "text": mention.text,
        "published_at": moment(mention.published_at),
        "first_seen_at": moment(sighting.first_seen_at),
        "assessment": assessment_to_json(sighting.assessment),
        "revisions": [
            {
                "text": r.mention.text,
                "published_at": moment(r.mention.published_at),
                "edited_at": moment(r.mention.edited_at),
                "seen_at": moment(r.seen_at),
                "assessment": assessment_to_json(r.assessment),
            }
            for r in sighting.revisions
        ],
        "story": sighting.story,
    }


def _sighting_to_json(sighting: Sighting) -> SightingJson:
    return {
        "source": sighting.mention.source,
        "external_id": sighting.mention.external_id,
        "url": sighting.mention.url,
        "first_seen_at": moment(sighting.first_seen_at),
    }


def places(case: Case) -> dict[str, list[Sighting]]:
    """Each page once, with all who saw it: one that several sources found is corroborated."""
    found: dict[str, list[Sighting]] = {}
    for sighting in case.sightings:
        found.setdefault(canonical(sighting.mention.url), []).append(sighting)
    return found
