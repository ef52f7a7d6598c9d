"""The whole product in one function. Everything else is detail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice

from alerts.channels.faults import came_back
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

TOGETHER = 20  # mentions entered in one go; an alert does not wait long for the other nineteen

Assess = Callable[[Mention, School], Assessment]
Judged = tuple[Mention, Assessment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one visit to one source for one school came to."""

    source: str
    school: str
    new: int = 0
    about_school: int = 0
    incidents_opened: int = 0
    asked: tuple[str, ...] = ()  # the words that were searched for
    canaries_at: datetime | None = None  # when its canaries were asked before
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
    before = store.before(school.id, source.name)
    polled = Polled(source=source.name, school=school.id, canaries_at=before.canaries_at)
    cursor = before.cursor
    try:
        for page in source.fetch(school, cursor, client):
            news = store.unseen(school.id, page.mentions)
            while some := [(each, assess(each, school)) for each in islice(news, TOGETHER)]:
                last = len(some) < TOGETHER and not page.returned
                reached = (source.name, page.cursor) if last and page.cursor != cursor else None
                entered = enter_all(school, some, telling, store, clock, reached)
                polled, cursor = _count(polled, some, entered), page.cursor if reached else cursor
            for letter in page.returned:
                store.came_back(letter.message_id, came_back(letter.status), clock())
            if page.cursor != cursor:
                store.save_cursor(school.id, source.name, page.cursor)  # last
                cursor = page.cursor
            polled = replace(polled, asked=(*polled.asked, *page.asked))
    except SourceError as error:
        return replace(polled, error=error)
    return polled


def enter_all(
    school: School,
    judged: Sequence[Judged],
    telling: Telling,
    store: Store,
    clock: Callable[[], datetime],
    reached: tuple[str, str] | None = None,
) -> list[bool | None]:
    """As `enter` says of each, in one transaction for all: most of the cost is its own. One
    that cannot be entered must not keep out those before it. *reached*: the source of which
    they are the last of a page, and its cursor."""
    try:
        with store.entering(school.id) as book:
            book.look_up(mention for mention, _ in judged)
            entered = [_write(book, school, *one, telling, clock) for one in judged]
            if reached is not None:
                book.save_cursor(*reached)
            return entered
    except Exception:  # noqa: BLE001 - the one whose fault it is is met again below, and raised
        entered = [enter(school, *one, telling, store, clock) for one in judged]
        if reached is not None:
            store.save_cursor(school.id, *reached)
        return entered


def enter(
    school: School,
    mention: Mention,
    assessment: Assessment,
    telling: Telling,
    store: Store,
    clock: Callable[[], datetime],
) -> bool | None:
    """Write it down with all that follows, in one transaction. Whether it opened an incident;
    None if somebody else wrote it down in the meantime."""
    with store.entering(school.id) as book:
        return _write(book, school, mention, assessment, telling, clock)


def _write(
    book: Book,
    school: School,
    read: Mention,
    judged: Assessment,
    telling: Telling,
    clock: Callable[[], datetime],
) -> bool | None:
    """It is seen when nobody else can write: what governors are shown by then is counted for
    good."""
    mode, copies = capture_mode(read, judged), not read.kept_as
    mention, assessment = as_kept(read, judged)
    if not (book.is_news(mention) and book.is_worth_keeping(mention, assessment)):
        return None
    now = clock()
    place, story = incidents.place(mention.url), incidents.story(mention.text)
    edition = book.edition(mention)
    matters = incidents.for_a_person(mention, assessment)
    before = _before(book, mention, place, story, now) if matters else None
    mode = incidents.capture_of(mode, before)
    incident = incidents.group(mention, assessment, school.id, before, mode, now, edition=edition)
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


def _before(
    book: Book, mention: Mention, place: str, story: str, now: datetime
) -> Incident | None:
    """The open incident to which it belongs."""
    earlier = book.earlier(mention)
    if found := incidents.edited(mention, earlier):
        return found
    near = book.neighbours(mention, place, story, now - incidents.TOGETHER)
    return incidents.akin(mention, near)


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


def _count(polled: Polled, judged: Sequence[Judged], entered: Sequence[bool | None]) -> Polled:
    new = [
        (a, opened) for (_, a), opened in zip(judged, entered, strict=True) if opened is not None
    ]
    return replace(
        polled,
        new=polled.new + len(new),
        about_school=polled.about_school + sum(a.about_school for a, _ in new),
        incidents_opened=polled.incidents_opened + sum(opened for _, opened in new),
    )
