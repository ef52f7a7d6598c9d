"""Who hears of a blind source, how often, and what the mail says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.compose import compose_notices, notices_id
from alerts.decide import decide_notices
from alerts.guidance import load_guidance
from alerts.playbook import load_playbook
from alerts.source_news import subject
from alerts.telling import Telling
from alerts.writer import MailWriter
from monitor.domain import AlertState, Letter, Role, School, Urgency
from monitor.health import Actor, Ailing, Ailment, News, Notice, SourceHealth
from monitor.health_words import CANNOT_FIND
from monitor.store.store import Store
from tests.unit.test_compose import a_context, a_letter

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOTH = frozenset(Urgency)
EVERYONE = {role: f"{role.value}@wexcombepark.example" for role in Role}

TELLING = Telling.to(EVERYONE)

BROKEN = Ailing(ailment=Ailment.BROKEN, since=NOW - DAY)
UNPROVEN = Ailing(ailment=Ailment.UNPROVEN, since=NOW - DAY)
QUIET = Ailing(ailment=Ailment.QUIET, since=NOW - 9 * DAY)
HEALTH = SourceHealth(source="Paper", school="wexcombe", last_success_at=NOW - DAY)


def told(
    before: Ailing | None, after: Ailing | None, *, times: int = 0, ago: timedelta = HOUR
) -> list[tuple[News, Ailment]]:
    health = replace(HEALTH, ailing=before, told_times=times, told_at=NOW - ago if times else None)
    return [(n.news, n.ailing.ailment) for n in decide_notices(health, after, TELLING, NOW)]


def test_what_works_is_told_to_nobody() -> None:
    assert told(None, None) == []


def test_a_new_trouble_is_told_and_its_end_is_told() -> None:
    assert told(None, BROKEN) == [(News.TROUBLE, Ailment.BROKEN)]
    assert told(BROKEN, None, times=1) == [(News.MENDED, Ailment.BROKEN)]


def test_a_graver_trouble_hides_the_lesser_and_does_not_mend_it() -> None:
    assert told(QUIET, BROKEN, times=1) == [(News.TROUBLE, Ailment.BROKEN)]


def test_what_is_mended_but_quiet_is_told_as_both() -> None:
    assert told(BROKEN, QUIET, times=1) == [
        (News.MENDED, Ailment.BROKEN),
        (News.TROUBLE, Ailment.QUIET),
    ]


@pytest.mark.parametrize(
    ("trouble", "times", "ago", "due"),
    [
        (BROKEN, 1, 23 * HOUR, False),
        (BROKEN, 1, DAY, True),
        (BROKEN, 3, DAY, True),
        (BROKEN, 4, 6 * DAY, False),
        (BROKEN, 4, 7 * DAY, True),
        (UNPROVEN, 1, DAY, True),
        (QUIET, 1, 6 * DAY, False),
        (QUIET, 1, 7 * DAY, True),
        (BROKEN, 1, -DAY, False),  # the clock was set back by a day
        (BROKEN, 1, -400 * DAY, True),  # it had been years ahead
    ],
)
def test_reminders_come_daily_three_times_and_then_weekly(
    trouble: Ailing, times: int, ago: timedelta, due: bool
) -> None:
    assert bool(told(trouble, trouble, times=times, ago=ago)) is due


def test_the_office_hears_of_it_or_whoever_stands_in() -> None:
    def role(contacts: dict[Role, str]) -> Role:
        (notice,) = decide_notices(HEALTH, BROKEN, Telling.to(contacts), NOW)
        return notice.role

    assert role(EVERYONE) is Role.OFFICE
    assert role({Role.HEAD: EVERYONE[Role.HEAD]}) is Role.HEAD
    assert role({}) is Role.OFFICE, "kept where the missing address is seen"


def test_each_telling_has_a_key_of_its_own_and_the_same_telling_the_same() -> None:
    (first,) = decide_notices(HEALTH, BROKEN, TELLING, NOW)
    (again,) = decide_notices(HEALTH, BROKEN, TELLING, NOW + HOUR)
    reminded = replace(HEALTH, ailing=BROKEN, told_times=1, told_at=NOW - DAY)
    (reminder,) = decide_notices(reminded, BROKEN, TELLING, NOW)
    assert first.key == again.key != reminder.key


# The mail


def a_notice(
    ailing: Ailing = BROKEN, news: News = News.TROUBLE, health: SourceHealth = HEALTH
) -> Notice:
    return Notice(key="k", news=news, ailing=ailing, role=Role.OFFICE, health=health, at=NOW)


def words(*notices: Notice) -> str:
    mail = compose_notices(a_letter(Role.OFFICE), notices, a_context(), at=NOW)
    return " ".join(str(mail.get_content()).split())


REFUSED = replace(
    HEALTH,
    ailing=BROKEN,
    error="The site refused us.",
    needs_a_person=True,
    actor=Actor.KEY_HOLDER,
)


def test_the_mail_says_which_since_when_what_it_means_who_must_act_and_what_next() -> None:
    said = words(a_notice(health=REFUSED))
    for part in (
        "Paper: cannot be read",
        "Since Thursday 19 November 2026, 12:00",
        "What is wrong The site refused us.",
        "What it means We cannot see what is written there.",
        "Who must act Whoever holds the school's account or key for this site.",
        "What to do next 1. Sign in at the site",
        "/sources",
    ):
        assert part in said


def test_every_ailment_and_every_actor_has_steps() -> None:
    for actor in Actor:
        assert "1." in words(a_notice(health=replace(REFUSED, actor=actor)))
    for ailing in (UNPROVEN, QUIET):
        assert "1." in words(a_notice(ailing, health=replace(HEALTH, ailing=ailing)))


def test_silence_is_told_as_what_it_may_be() -> None:
    assert "Perhaps nobody wrote anything." in words(a_notice(QUIET))


def test_a_canary_is_told_in_its_own_sentence() -> None:
    health = replace(HEALTH, canary=CANNOT_FIND, ailing=UNPROVEN)
    assert CANNOT_FIND in words(a_notice(UNPROVEN, health=health))


def test_a_mended_source_asks_nothing_of_anybody() -> None:
    said = words(a_notice(news=News.MENDED))
    assert "Nobody need do anything." in said
    assert "What to do next" not in said


def test_the_subject_names_no_source_and_counts_each_once() -> None:
    other = replace(HEALTH, source="Forum of Jane Doe")
    assert subject((a_notice(), a_notice(health=other))) == (
        "The monitor may be blind in 2 places"
    )
    assert subject((a_notice(news=News.REMINDER),)) == (
        "Reminder: the monitor may be blind in 1 place"
    )
    assert subject((a_notice(news=News.MENDED),)) == "Works again: 1 place"


def test_a_source_named_with_line_ends_adds_no_header_and_no_line() -> None:
    sly = replace(REFUSED, source="Paper\r\nBcc: x@mail.example\n\n1. Pay at once")
    mail = compose_notices(a_letter(Role.OFFICE), (a_notice(health=sly),), a_context(), at=NOW)
    assert mail["Bcc"] is None
    assert "Paper Bcc: x@mail.example 1. Pay at once: cannot be read" in words(
        a_notice(health=sly)
    )


def test_the_mails_of_sources_stand_in_one_thread_and_know_themselves_again() -> None:
    letter, context = a_letter(Role.OFFICE), a_context()
    first = compose_notices(letter, (a_notice(),), context, at=NOW)
    second = compose_notices(
        replace(letter, key="other"), (a_notice(news=News.MENDED),), context, at=NOW
    )
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Message-ID"] == notices_id(letter, (a_notice(),), context)
    writer = MailWriter(
        schools={"wexcombe": School(id="wexcombe", name="Wexcombe Park Primary School")},
        rosters={"wexcombe": TELLING.roster},
        sender=context.sender,
        dashboard_url=context.dashboard_url,
        guidance=load_guidance(),
        playbook=load_playbook(),
        screenshot=lambda *_: None,
    )
    written = writer.write(letter, (a_notice(),), NOW)
    assert written["Message-ID"] == writer.message_id(letter, (a_notice(),))
    assert written["To"] == EVERYONE[Role.OFFICE]


# The outbox


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def refuse(store: Store, source: str, now: datetime = NOW) -> None:
    with store.recording("wexcombe", source) as book:
        book.went_badly(now, "no", again_in=HOUR, needs_a_person=True, actor=Actor.KEY_HOLDER)
        ailing = Ailing(ailment=Ailment.BROKEN, since=NOW)
        book.settle(ailing, decide_notices(book.health(), ailing, TELLING, now))


def mend(store: Store, source: str, now: datetime = NOW) -> None:
    with store.recording("wexcombe", source) as book:
        book.went_well(now, HOUR)
        book.settle(None, decide_notices(book.health(), None, TELLING, now))


def claim(store: Store, now: datetime) -> Letter | None:
    return store.claim_letter(due=now, until=now + HOUR, urgencies=BOTH, most=99)


def test_what_breaks_together_is_one_letter_within_ten_minutes(store: Store) -> None:
    for source in ("Paper", "Forum"):
        refuse(store, source)
    assert claim(store, NOW) is None, "it waits for what else breaks"
    letter = claim(store, NOW + timedelta(minutes=10))
    assert letter is not None
    assert letter.role is Role.OFFICE
    assert [n.health.source for n in store.notices_in(letter)] == ["Forum", "Paper"]
    assert store.matters_in(letter) == store.notices_in(letter)
    refuse(store, "Blog")
    late = claim(store, NOW + HOUR / 2)
    assert late is not None, "the first was being written"
    assert [n.health.source for n in store.notices_in(late)] == ["Blog"]


def test_a_reminder_comes_with_the_mornings_post(store: Store) -> None:
    refuse(store, "Paper")
    first = claim(store, NOW + HOUR)
    assert first is not None
    store.sent(first, NOW + HOUR)
    refuse(store, "Paper", NOW + DAY)
    seven = datetime(2026, 11, 23, 7, tzinfo=UTC)  # the Monday after
    assert claim(store, seven - HOUR) is None
    second = claim(store, seven)
    assert second is not None
    assert [n.news for n in store.notices_in(second)] == [News.REMINDER]


def test_what_is_over_leaves_the_letter_that_waits_and_its_end_is_not_told(store: Store) -> None:
    refuse(store, "Paper")
    refuse(store, "Forum")
    mend(store, "Paper", NOW + timedelta(minutes=5))
    letter = claim(store, NOW + HOUR)
    assert letter is not None
    assert [n.health.source for n in store.notices_in(letter)] == ["Forum"]
    assert claim(store, NOW + DAY) is not None, "only that one, once its lease is over"
    assert len(store.unsent()) == 1


def test_the_end_is_told_to_whoever_may_have_heard(store: Store) -> None:
    refuse(store, "Paper")
    tried = claim(store, NOW + HOUR)
    assert tried is not None
    store.write_message(tried, b"bytes", "<id@x>")
    store.postpone(tried, NOW + 2 * DAY, "nobody knows whether it was taken")
    mend(store, "Paper", NOW + 2 * HOUR)
    letter = claim(store, NOW + 3 * HOUR)
    assert letter is not None
    assert [n.news for n in store.notices_in(letter)] == [News.MENDED]
    assert store.notices_in(tried) == ()


def test_notices_are_forgotten_with_the_record_but_not_before_they_left(store: Store) -> None:
    refuse(store, "Paper")
    store.forget_checks(NOW + 9 * DAY)
    letter = claim(store, NOW + HOUR)
    assert letter is not None
    assert store.notices_in(letter)
    store.sent(letter, NOW + HOUR)
    store.forget_checks(NOW + 9 * DAY)
    assert store.notices_in(letter) == ()
    assert [state for _, state, _, _ in store.unsent() if state is AlertState.WAITING] == []
