"""The whole product in one function. Everything else is detail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from alerts.decide import decide
from alerts.spreading import DAY, decide_spread
from alerts.telling import Telling
from monitor import incidents
from monitor.domain import (
    Alert,
    Assessment,
    Incident,
    Mention,
    School,
    as_kept,
    capture_mode,
)
from monitor.likeness import sketch
from monitor.store.entry import Entry
from monitor.store.mentions import Book
from monitor.store.store import Store
from sources.contract import Source
from sources.errors import SourceError
from sources.http import PoliteClient

Assess = Callable[[Mention, School], Assessment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one visit to one source for one school came to."""

    source: str
    school: str
    new: int = 0
    about_school: int = 0
    incidents_opened: int = 0
    asked: tuple[str, ...] = ()  # the words that were searched for
    error: SourceError | None = None


def poll(
    school: School,
    source: Source,
    client: PoliteClient,
    assess: Assess,
    telling: Telling,
    store: Store,
    clock: Callable[[], datetime],
) -> Polled:
    """Read what is new, judge it, and write down all that follows from it.

    Sends nothing and opens no browser: alerts and captures are promises in the database,
    kept by alerts/deliver.py and alerts/evidence/promises.py. So this can be killed at any
    moment and run again.
    """
    polled = Polled(source=source.name, school=school.id)
    try:
        for page in source.fetch(school, store.cursor(school.id, source.name), client):
            for mention in store.unseen(school.id, page.mentions):
                assessment = assess(mention, school)
                entered = enter(school, mention, assessment, telling, store, clock)
                if entered is not None:
                    polled = _count(polled, assessment, opened=entered)
            store.save_cursor(school.id, source.name, page.cursor)  # last
            polled = replace(polled, asked=(*polled.asked, *page.asked))
    except SourceError as error:
        return replace(polled, error=error)
    return polled


def enter(
    school: School,
    read: Mention,
    judged: Assessment,
    telling: Telling,
    store: Store,
    clock: Callable[[], datetime],
) -> bool | None:
    """Write it down with all that follows, in one transaction. Whether it opened an incident;
    None if somebody else wrote it down in the meantime. It is seen when nobody else can write:
    what governors are shown by then is counted for good."""
    mode, copies = capture_mode(read, judged), not read.kept_as
    mention, assessment = as_kept(read, judged)
    place, story = incidents.place(mention.url), incidents.story(mention.text)
    with store.entering(school.id) as book:
        if not book.is_news(mention):
            return None
        now = clock()
        edition, earlier = book.edition(mention), book.earlier(mention)
        near = book.neighbours(mention, place, story, now - incidents.TOGETHER)
        before = incidents.edited(mention, earlier) or incidents.akin(mention, near)
        mode = incidents.capture_of(mode, before)
        incident = incidents.group(
            mention, assessment, school.id, before, mode, now, edition=edition
        )
        words = sketch(mention.text, school.name) if copies else None
        promises = partial(_alerts, book, words, telling, now, again=bool(edition))
        entry = Entry(
            school=school.id,
            mention=mention,
            place=place,
            story=story,
            assessment=assessment,
            seen_at=now,
            incident=incident,
            alerts=promises(incident, before) if incident else (),
            capture=mode if incident and copies else None,
            edition=edition,
            sketch=words,
        )
        kept = book.keep(entry)
    return (incident is not None and before is None) if kept else None


def _alerts(
    book: Book,
    words: bytes | None,
    telling: Telling,
    now: datetime,
    incident: Incident,
    before: Incident | None,
    *,
    again: bool,
) -> tuple[Alert, ...]:
    """Who is to hear of it. *again*: it is a post that was known and has changed."""
    news = decide(incident, before, telling, now, partial(book.told_lately, words, now))
    if news or again:
        return tuple(news)
    return tuple(decide_spread(incident, before, partial(book.told, now - DAY), telling, now))


def _count(polled: Polled, assessment: Assessment, *, opened: bool) -> Polled:
    return replace(
        polled,
        new=polled.new + 1,
        about_school=polled.about_school + assessment.about_school,
        incidents_opened=polled.incidents_opened + opened,
    )
