"""The weekly mail: that we looked, what could not be seen, and what there was, praise included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from alerts.compose import compose_week, week_id
from alerts.roster import Roster
from alerts.routing import weekly_readers
from alerts.text import COLUMNS
from alerts.when import Hours
from monitor.custody import Deed, Handling
from monitor.domain import (
    Assessment,
    Category,
    Incident,
    Letter,
    Mention,
    Role,
    Sentiment,
    Severity,
    Urgency,
)
from monitor.health import Actor
from monitor.store.entry import Entry
from monitor.store.store import Store
from monitor.store.tables import LetterRow
from monitor.week import Week, letter_key, span_in
from tests.unit.test_compose import a_context, a_letter
from tests.unit.test_decide import CHAIR, EVERYONE, HEAD, OFFICE

MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
THEN = MONDAY - 3 * DAY
DIGEST = frozenset({Urgency.DIGEST})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store(f"sqlite:///{tmp_path / 'week.db'}")
    yield found
    found.close()


def said(
    store: Store,
    id_: str,
    *,
    source: str = "Reviews",
    categories: frozenset[Category] = frozenset(),
    sentiment: Sentiment = Sentiment.NEUTRAL,
    about_head: bool = False,
    child_safety: bool = False,
    criticism: bool = False,
    at: datetime = THEN,
) -> None:
    mention = Mention(source=source, external_id=id_, url=f"https://r.example/{id_}", text=id_)
    severity = Severity.HIGH if categories else Severity.NONE
    assessment = Assessment(
        about_school=True,
        relevance=1,
        model="m",
        categories=categories,
        severity=severity,
        sentiment=sentiment,
        about_head=about_head,
        child_safety=child_safety,
        criticism=criticism,
    )
    incident = Incident(
        key=f"wexcombe:{source}:{id_}",
        school="wexcombe",
        opened_at=at,
        categories=categories,
        severity=severity,
        about_head=about_head,
        child_safety=child_safety,
    )
    entry = Entry(
        school="wexcombe",
        mention=mention,
        place=id_,
        story=id_,
        assessment=assessment,
        seen_at=at,
        incident=incident if categories else None,
    )
    assert store.keep(entry)


def looked(store: Store, source: str, at: datetime, error: str = "") -> None:
    with store.recording("wexcombe", source) as book:
        if error:
            book.went_badly(at, error, again_in=HOUR, needs_a_person=False, actor=Actor.NOBODY)
        else:
            book.went_well(at, HOUR)


def the_week(store: Store, role: Role = HEAD) -> Week:
    assert store.promise_week("wexcombe", role, MONDAY, THEN)
    letter = store.claim_letter(due=MONDAY, until=MONDAY + HOUR, urgencies=DIGEST, most=9)
    assert letter is not None
    assert letter.role is role
    (week,) = store.matters_in(letter)
    assert isinstance(week, Week)
    return week


def words(week: Week) -> tuple[str, str]:
    letter = Letter(key="weekly", school="wexcombe", role=HEAD, urgency=Urgency.DIGEST)
    mail = compose_week(letter, week, a_context(), at=MONDAY)
    text = mail.get_content()
    print(mail["Subject"], text, sep="\n\n")
    assert all(len(line) <= COLUMNS for line in text.splitlines())
    return str(mail["Subject"]), " ".join(text.split())


def test_a_quiet_week_is_told_as_a_quiet_week_and_not_by_silence(store: Store) -> None:
    for hour in range(10):
        looked(store, "Paper", THEN + hour * HOUR)
        looked(store, "Forum", THEN + hour * HOUR)
    subject, text = words(the_week(store))
    assert subject == "This week: nothing new"
    assert "We looked 20 times at 2 places. Every place could be seen." in text
    assert "nothing was found" in text


def test_a_place_that_could_not_be_seen_is_named_and_not_in_the_subject(store: Store) -> None:
    looked(store, "Paper", THEN)
    looked(store, "Forum", THEN)
    looked(store, "Forum", THEN + HOUR, "it wants a login")
    subject, text = words(the_week(store))
    assert subject == "This week: nothing new, and 1 place not seen"
    assert "What we could not see - Forum" in text


def test_a_week_in_which_the_program_was_off_says_so(store: Store) -> None:
    subject, text = words(the_week(store))
    assert subject == "This week: nobody looked"
    assert "We did not look at all" in text
    assert "nothing was found" not in text


def test_good_news_is_part_of_the_picture(store: Store) -> None:
    looked(store, "Reviews", THEN)
    for n in range(3):
        said(store, f"praise {n}", sentiment=Sentiment.POSITIVE)
    said(store, "grumble", criticism=True, sentiment=Sentiment.NEGATIVE)
    said(store, "threat", categories=frozenset({Category.THREAT}))
    subject, text = words(the_week(store))
    assert subject == "This week: 1 new incident"
    assert "3 posts speak well of the school: Reviews (3)" in text
    assert "1 post of lawful criticism" in text
    assert "2026-001, high, open: Threat of violence or damage" in text
    assert "Still open 1, of which 1 nobody has touched" in text


def test_the_head_does_not_learn_from_the_week_that_there_is_a_concern_about_the_head(
    store: Store,
) -> None:
    looked(store, "Reviews", THEN)
    said(store, "head", categories=frozenset({Category.ABUSE}), about_head=True)
    week = the_week(store)
    assert (week.incidents, week.open, week.unanswered) == ((), 0, 0)
    assert words(week)[0] == "This week: nothing new"


def test_a_kept_summary_is_written_anew_once_it_names_what_is_now_about_the_head(
    store: Store,
) -> None:
    said(store, "1", categories=frozenset({Category.THREAT}))
    week, letter = the_week(store), a_letter(HEAD, Urgency.DIGEST)
    assert len(week.incidents) == 1
    before = week_id(letter, week, a_context())
    assert week_id(letter, replace(week, open=9), a_context()) == before
    assert week_id(letter, replace(week, incidents=()), a_context()) != before


def test_the_office_does_not_learn_of_children_at_risk_and_the_head_does(store: Store) -> None:
    said(store, "child", categories=frozenset({Category.SELF_HARM}), child_safety=True)
    assert len(the_week(store, HEAD).incidents) == 1
    assert the_week(store, OFFICE).incidents == ()


def test_unusually_many_posts_are_told_as_such(store: Store) -> None:
    for week in range(8):
        looked(store, "Reviews", THEN - (week + 1) * 7 * DAY)
        said(store, f"usual {week}", at=THEN - (week + 1) * 7 * DAY)
    looked(store, "Reviews", THEN)
    for n in range(8):
        said(store, f"post {n}")
    assert "8 posts: unusually many (about 1 is usual)" in words(the_week(store))[1]


def test_a_week_is_promised_once_and_the_next_begins_where_it_ended(store: Store) -> None:
    assert store.promise_week("wexcombe", HEAD, MONDAY, THEN)
    assert not store.promise_week("wexcombe", HEAD, MONDAY, THEN)
    later = MONDAY + 21 * DAY  # the computer was off for three weeks
    assert store.promise_week("wexcombe", HEAD, later, later - DAY)
    keys = [letter.key for letter, *_ in store.unsent()]
    assert [span_in(key) for key in sorted(keys)] == [
        (MONDAY - 7 * DAY, MONDAY),
        (MONDAY, later),
    ]


def test_mails_about_no_incident_are_forgotten_with_the_record_but_not_before_they_left(
    store: Store,
) -> None:
    """The weekly summary and the head of the custody log."""
    store.record(Deed(act=Handling.CAPTURED, subject="ev-1", at=THEN, sha256="0" * 64))
    assert store.promise_head("wexcombe", THEN)
    assert store.promise_week("wexcombe", HEAD, MONDAY, THEN)
    store.forget_checks(MONDAY + DAY)
    assert [letter_kind(key) for key in kept(store)] == ["custody", "weekly"]
    while letter := store.claim_letter(due=MONDAY, until=MONDAY + HOUR, urgencies=DIGEST, most=9):
        store.sent(letter, MONDAY)
    store.forget_checks(MONDAY)
    assert [letter_kind(key) for key in kept(store)] == ["weekly"]
    store.forget_checks(MONDAY + DAY)
    assert kept(store) == []


def kept(store: Store) -> list[str]:
    """The keys of all letters that are in the database, sent or not."""
    with store.reading() as session:
        return sorted(session.exec(select(LetterRow.key)))


def letter_kind(key: str) -> str:
    return key.partition(":")[0]


def test_one_person_who_is_head_and_office_gets_one_summary() -> None:
    assert weekly_readers(Roster.of(EVERYONE)) == [HEAD, OFFICE]
    assert weekly_readers(Roster.of(EVERYONE | {OFFICE: EVERYONE[HEAD]})) == [HEAD]
    assert weekly_readers(Roster.of({CHAIR: EVERYONE[CHAIR]})) == [CHAIR]
    assert weekly_readers(Roster.of({})) == []


def test_the_summary_comes_on_mondays_in_the_holidays_too() -> None:
    assert Hours().next_week(THEN) == MONDAY
    assert Hours().next_week(datetime(2026, 8, 4, 12, tzinfo=UTC)) == datetime(
        2026, 8, 10, 8, tzinfo=UTC
    )


def test_no_other_letter_is_taken_for_a_weekly_one() -> None:
    assert span_in("digest:wexcombe:head:2026-11-23") is None
    assert span_in(letter_key("wexcombe", HEAD, MONDAY - DAY, MONDAY)) == (MONDAY - DAY, MONDAY)
