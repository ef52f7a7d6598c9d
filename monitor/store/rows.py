"""From rows to nouns."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from monitor.domain import (
    Act,
    AlertState,
    CaptureMode,
    Category,
    Decision,
    Event,
    Evidence,
    EvidenceFile,
    EvidenceState,
    Incident,
    IncidentState,
    Mention,
    Recheck,
    Revision,
    Role,
    Severity,
    Shows,
    Sighting,
    Standing,
    Told,
    Veracity,
)
from monitor.health import Actor, Ailing, Ailment, SourceHealth
from monitor.store.history_tables import RevisionRow
from monitor.store.tables import CaptureRow, EventRow, IncidentRow, LetterRow, MentionRow, VisitRow
from monitor.wire import assessment_from_json


def mention_from_row(row: MentionRow | Row[Any]) -> Mention:
    return Mention(
        source=row.source,
        external_id=row.external_id,
        url=row.url,
        text=row.text,
        author=row.author,
        published_at=row.published_at,
        published_as=row.published_as,
        sensitive=row.sensitive,
        answers=row.answers,
        counts=counts_from_text(row.counts),
    )


def counts_to_text(counts: tuple[tuple[str, int], ...]) -> str:
    return json.dumps(counts) if counts else ""


def counts_from_text(text: str) -> tuple[tuple[str, int], ...]:
    return tuple((what, often) for what, often in json.loads(text or "[]"))


def as_revised(mention: Mention, row: RevisionRow) -> Mention:
    """The post as it stood then."""
    return replace(
        mention,
        url=row.url,
        text=row.text,
        published_at=row.published_at,
        published_as=row.published_as,
        edited_at=row.edited_at,
        counts=counts_from_text(row.counts),
        sensitive=row.sensitive,
    )


def sighting_from_row(
    row: MentionRow, revisions: Iterable[RevisionRow] = (), story: str = ""
) -> Sighting:
    mention = mention_from_row(row)
    return Sighting(
        mention=mention,
        assessment=assessment_from_json(json.loads(row.assessment)),
        first_seen_at=row.first_seen_at,
        revisions=tuple(
            Revision(
                mention=as_revised(mention, revision),
                assessment=assessment_from_json(json.loads(revision.assessment)),
                seen_at=revision.seen_at,
            )
            for revision in revisions
        ),
        story=story,
    )


def incident_from_row(row: IncidentRow) -> Incident:
    return Incident(
        key=row.key,
        number=row.number,
        school=row.school,
        opened_at=row.opened_at,
        state=IncidentState(row.state),
        categories=frozenset(map(Category, row.categories.split())),
        severity=Severity(row.severity),
        about_head=row.about_head,
        child_safety=row.child_safety,
        pictures_allowed=row.pictures_allowed,
        judged=Severity(row.judged),
        standing=Standing(
            decision=Decision(row.decision) if row.decision else None,
            veracity=Veracity(row.veracity) if row.veracity else None,
            assigned=row.assigned,
            due=row.due,
            acknowledged_at=row.acknowledged_at,
            closed_at=row.closed_at,
            lowered=row.lowered,
        ),
    )


def event_from_row(row: EventRow) -> Event:
    return Event(
        act=Act(row.act), at=row.at, by=row.who, role=row.role, value=row.value, reason=row.reason
    )


def evidence_from_row(row: CaptureRow, rechecks: Iterable[Recheck] = ()) -> Evidence:
    return Evidence(
        id=row.id,
        mode=CaptureMode(row.mode),
        state=EvidenceState(row.state),
        captured_at=row.captured_at or row.due_at,
        manifest_sha256=row.manifest_sha256,
        files=tuple(EvidenceFile(**f) for f in json.loads(row.files)),
        note=row.note or row.error,
        shows=Shows(row.shows),
        rechecks=tuple(rechecks),
    )


def told_from_row(row: LetterRow) -> Told:
    return Told(
        role=Role(row.role),
        channel="email",
        state=AlertState(row.state),
        sent_at=row.sent_at,
        answered_at=row.answered_at,
        message_id=row.message_id,
        error=row.error,
    )


def health_from_row(row: VisitRow | Row[Any]) -> SourceHealth:
    since = row.ailing_since
    return SourceHealth(
        source=row.source,
        school=row.school,
        last_success_at=row.last_success_at,
        last_find_at=row.last_find_at,
        next_visit_at=row.next_visit_at,
        watched_since=row.watched_since,
        error=row.error,
        failing_since=row.failing_since,
        failures=row.failures,
        successes=row.successes,
        needs_a_person=row.needs_a_person,
        actor=Actor(row.actor),
        usual_gap=_span(row.usual_gap_s),
        quiet_after=_span(row.quiet_after_s),
        canary=row.canary,
        canary_failing_since=row.canary_failing_since,
        canary_failures=row.canary_failures,
        ailing=Ailing(ailment=Ailment(row.ailment), since=since) if since else None,
        told_times=row.told_times,
        told_at=row.told_at,
    )


def health_to_row(health: SourceHealth) -> dict[str, object]:
    """Its columns in the row of a visit."""
    return {
        "school": health.school,
        "source": health.source,
        "last_success_at": health.last_success_at,
        "last_find_at": health.last_find_at,
        "next_visit_at": health.next_visit_at,
        "watched_since": health.watched_since,
        "error": health.error,
        "failing_since": health.failing_since,
        "failures": health.failures,
        "successes": health.successes,
        "needs_a_person": health.needs_a_person,
        "actor": health.actor,
        "usual_gap_s": _seconds(health.usual_gap),
        "quiet_after_s": _seconds(health.quiet_after),
        "canary": health.canary,
        "canary_failing_since": health.canary_failing_since,
        "canary_failures": health.canary_failures,
        "ailment": health.ailing.ailment if health.ailing else "",
        "ailing_since": health.ailing.since if health.ailing else None,
        "told_times": health.told_times,
        "told_at": health.told_at,
    }


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())
