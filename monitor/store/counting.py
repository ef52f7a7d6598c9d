"""Mentions and incidents read for counting: when and what kind. Of their words only the themes
of criticism are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, func, literal, select
from sqlmodel import Session, col

from monitor.counts import Counted, Handled, Outcome, Theme
from monitor.domain import Act, Category, Decision, Progress, Sentiment, Severity, StillThere
from monitor.store.database import Database
from monitor.store.recheck_tables import RecheckRow
from monitor.store.tables import (
    AlertRow,
    CaptureRow,
    EventRow,
    IncidentRow,
    LetterRow,
    MentionRow,
)
from monitor.wire import AssessmentJson

ThemesOf = Callable[[str], frozenset[Theme]]
SiteAsked = Callable[[str], str]
_STREAMED = 1000  # rows held at a time
_NO_CONCERN = (Decision.CRITICISM, Decision.NO_CONCERN)


def no_themes(_text: str) -> frozenset[Theme]:
    return frozenset()


def no_site(_step: str) -> str:
    return ""


class Counting(Database):
    def counted(
        self, school: str, start: datetime, end: datetime, themes_of: ThemesOf = no_themes
    ) -> list[Counted]:
        """Mentions about the school first seen in [start, end); not those that a person found to
        be about another. *themes_of*: what a text of criticism is about; without it no words
        are read."""
        words = literal("") if themes_of is no_themes else col(MentionRow.text)
        query = (
            select(
                col(MentionRow.first_seen_at),
                col(MentionRow.published_at),
                col(MentionRow.source),
                col(MentionRow.assessment),
                col(IncidentRow.decision),
                words,
            )
            .join_from(MentionRow, IncidentRow, isouter=True)
            .where(
                col(MentionRow.school) == school,
                col(MentionRow.about_school).is_(True),
                col(MentionRow.first_seen_at) >= start,
                col(MentionRow.first_seen_at) < end,
                func.coalesce(IncidentRow.decision, "") != Decision.NOT_US,
            )
            .order_by(
                col(MentionRow.first_seen_at), col(MentionRow.source), col(MentionRow.external_id)
            )
            .execution_options(yield_per=_STREAMED)
        )
        with self.reading() as session:
            return [_counted(*row, themes_of=themes_of) for row in session.execute(query)]

    def handled(
        self, school: str, start: datetime, end: datetime, site_asked: SiteAsked = no_site
    ) -> list[Handled]:
        """Incidents opened in [start, end), with what was done. *site_asked*: which site a step
        asked to take something down, by the step's title; "" for any other step."""
        these = (
            col(IncidentRow.school) == school,
            col(IncidentRow.opened_at) >= start,
            col(IncidentRow.opened_at) < end,
        )
        with self.reading() as session:
            told, gone = _told(session, these), _gone(session, these)
            done = _done(session, these)
            query = select(
                col(IncidentRow.key),
                col(IncidentRow.opened_at),
                col(IncidentRow.closed_at),
                col(IncidentRow.decision),
            ).where(*these)
            return [
                _handled(
                    (opened, told.get(key), closed),
                    decision,
                    done.get(key, ()),
                    gone.get(key, ()),
                    site_asked,
                )
                for key, opened, closed, decision in session.execute(
                    query.order_by(col(IncidentRow.opened_at), col(IncidentRow.key))
                )
            ]


These = tuple[ColumnElement[bool], ...]


def _told(session: Session, these: These) -> dict[str, datetime]:
    """When the first mail of each left."""
    query = (
        select(col(AlertRow.incident), func.min(col(LetterRow.sent_at)))
        .join_from(AlertRow, LetterRow)
        .join(IncidentRow, col(IncidentRow.key) == col(AlertRow.incident))
        .where(*these, col(LetterRow.sent_at).is_not(None))
        .group_by(col(AlertRow.incident))
    )
    return {str(key): at for key, at in session.execute(query)}


def _gone(session: Session, these: These) -> dict[str, tuple[datetime, ...]]:
    """When each was seen to be gone, oldest first."""
    query = (
        select(col(CaptureRow.incident), col(RecheckRow.at))
        .join_from(RecheckRow, CaptureRow, col(CaptureRow.id) == col(RecheckRow.capture))
        .join(IncidentRow, col(IncidentRow.key) == col(CaptureRow.incident))
        .where(*these, col(RecheckRow.found) == StillThere.GONE)
        .order_by(col(CaptureRow.incident), col(RecheckRow.at))
    )
    rows = groupby(session.execute(query), key=lambda row: str(row[0]))
    return {key: tuple(at for _, at in found) for key, found in rows}


Done = tuple[datetime, str, str]  # when, which act, and its value


def _done(session: Session, these: These) -> dict[str, tuple[Done, ...]]:
    """The decisions and steps of each, oldest first."""
    query = (
        select(col(EventRow.incident), col(EventRow.at), col(EventRow.act), col(EventRow.value))
        .join_from(EventRow, IncidentRow, col(IncidentRow.key) == col(EventRow.incident))
        .where(*these, col(EventRow.act).in_((Act.DECIDED, Act.STEP)))
        .order_by(col(EventRow.incident), col(EventRow.position))
    )
    rows = groupby(session.execute(query), key=lambda row: str(row[0]))
    return {key: tuple((at, act, value) for _, at, act, value in found) for key, found in rows}


def _counted(
    seen: datetime,
    published: datetime | None,
    source: str,
    assessment: str,
    decision: str | None,
    text: str,
    *,
    themes_of: ThemesOf,
) -> Counted:
    judged: AssessmentJson = json.loads(assessment)
    in_log = decision is not None
    criticism = judged["criticism"] or decision == Decision.CRITICISM
    return Counted(
        first_seen_at=seen,
        source=source,
        categories=frozenset(map(Category, judged["categories"])),
        severity=Severity(judged["severity"]),
        sentiment=Sentiment(judged["sentiment"]),
        criticism=criticism,
        in_log=in_log and decision not in _NO_CONCERN,
        waited=seen - published if published and published <= seen else None,
        themes=themes_of(text) if criticism else frozenset(),
    )


def _handled(
    times: tuple[datetime, datetime | None, datetime | None],
    decision: str,
    done: Iterable[Done],
    gone: Iterable[datetime],
    site_asked: SiteAsked,
) -> Handled:
    opened, told, closed = times
    done = tuple(done)
    asked = ((at, _site(value, site_asked)) for at, act, value in done if act == Act.STEP)
    asked_at, site = next(((at, site) for at, site in asked if site), (None, ""))
    return Handled(
        opened_at=opened,
        told_at=told,
        decided_at=next((at for at, act, _ in done if act == Act.DECIDED), None),
        closed_at=closed,
        asked_at=asked_at,
        gone_at=next((at for at in gone if asked_at and at >= asked_at), None),
        site=site,
        outcome=Outcome(decision) if decision else Outcome.UNSAID,
    )


def _site(value: str, site_asked: SiteAsked) -> str:
    """Of a step that was taken, by its value "sent: its title"."""
    progress, _, title = value.partition(": ")
    return "" if progress == Progress.NOT_NEEDED else site_asked(title)
