"""When people are told: in sentences that a head would want to hold us to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from alerts.hours import read_span
from alerts.when import GATHER, PICTURE_GRACE, Hours, leaves
from monitor.domain import Role, Severity, ToldLately, Urgency
from monitor.terms import Terms

HOURS = Hours()
HEAD, DSL = Role.HEAD, Role.DSL
CRITICAL, HIGH = Severity.CRITICAL, Severity.HIGH
FRIDAY_NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FRIDAY_NIGHT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
AUGUST = datetime(2026, 8, 4, 21, 0, tzinfo=UTC)  # a Tuesday, ten in the evening in Britain


def told(
    severity: Severity, now: datetime, *lately: ToldLately, role: Role = HEAD
) -> tuple[Urgency, datetime]:
    return leaves(role, severity, lately, HOURS, now, at_once=3)


def mail(
    severity: Severity = HIGH,
    role: Role = HEAD,
    ago: timedelta = timedelta(minutes=5),
    *,
    same_story: bool = False,
) -> ToldLately:
    return ToldLately(role=role, severity=severity, at=FRIDAY_NOON - ago, same_story=same_story)


@pytest.mark.parametrize("now", [FRIDAY_NOON, FRIDAY_NIGHT, AUGUST])
def test_what_is_critical_is_told_now_at_any_hour(now: datetime) -> None:
    assert told(CRITICAL, now) == (Urgency.NOW, now)


def test_what_is_high_is_told_within_two_minutes_in_working_hours() -> None:
    assert told(HIGH, FRIDAY_NOON) == (Urgency.NOW, FRIDAY_NOON + PICTURE_GRACE)


def test_what_is_high_at_night_is_told_in_the_morning_in_one_mail() -> None:
    saturday_nine = datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert told(HIGH, FRIDAY_NIGHT) == (Urgency.GATHERED, saturday_nine)


def test_on_a_school_day_the_morning_begins_at_seven() -> None:
    thursday_five = datetime(2026, 11, 19, 5, tzinfo=UTC)
    assert told(HIGH, thursday_five)[1] == datetime(2026, 11, 19, 7, tzinfo=UTC)


def test_what_is_high_in_august_waits_for_the_next_morning_and_not_for_september() -> None:
    assert told(HIGH, AUGUST)[1] == datetime(2026, 8, 5, 8, tzinfo=UTC)  # nine in Britain


def test_the_digest_leaves_at_seven_on_the_clock_on_the_wall_summer_and_winter() -> None:
    winter, summer = HOURS.next_morning(FRIDAY_NOON), datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert winter == datetime(2026, 11, 23, 7, tzinfo=UTC), "Monday: weekends are free of digests"
    assert HOURS.next_morning(summer) == datetime(2026, 7, 2, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 3, 26, 12, tzinfo=UTC), datetime(2026, 3, 27, 7, tzinfo=UTC)),
        (datetime(2026, 10, 23, 12, tzinfo=UTC), datetime(2026, 10, 26, 9, tzinfo=UTC)),  # to GMT
        (datetime(2026, 7, 1, 5, 59, tzinfo=UTC), datetime(2026, 7, 1, 6, tzinfo=UTC)),
        (datetime(2026, 7, 1, 6, tzinfo=UTC), datetime(2026, 7, 2, 6, tzinfo=UTC)),
    ],
)
def test_the_next_digest_is_strictly_later(now: datetime, due: datetime) -> None:
    assert HOURS.next_morning(now) == due


def test_in_the_holidays_there_is_a_digest_on_mondays() -> None:
    assert HOURS.next_morning(AUGUST) == datetime(2026, 8, 10, 8, tzinfo=UTC)


def test_staff_read_the_digest_on_an_inset_day() -> None:
    hours = Hours(terms=Terms(inset=frozenset({date(2026, 10, 27)})))
    half_term_monday = datetime(2026, 10, 26, 12, tzinfo=UTC)
    assert hours.next_morning(half_term_monday) == datetime(2026, 10, 27, 7, tzinfo=UTC)


# Many at once


def test_after_a_few_mails_of_an_hour_the_rest_is_gathered_in_one() -> None:
    lately = (mail(), mail(), mail())
    assert told(HIGH, FRIDAY_NOON, *lately) == (Urgency.GATHERED, FRIDAY_NOON + GATHER)
    assert told(HIGH, FRIDAY_NOON, *lately[:2])[0] is Urgency.NOW


def test_the_first_critical_matter_of_an_hour_never_waits_behind_high_ones() -> None:
    lately = (mail(), mail(), mail())
    assert told(CRITICAL, FRIDAY_NOON, *lately) == (Urgency.NOW, FRIDAY_NOON)
    critical = (*lately, mail(CRITICAL))
    assert told(CRITICAL, FRIDAY_NOON, *critical) == (Urgency.GATHERED, FRIDAY_NOON + GATHER)


def test_who_has_heard_nothing_does_not_wait_for_what_others_heard() -> None:
    lately = (mail(), mail(), mail())
    assert told(HIGH, FRIDAY_NOON, *lately, role=DSL)[0] is Urgency.NOW


def test_an_hour_later_a_mail_is_a_mail_again() -> None:
    lately = [mail(ago=timedelta(minutes=61)) for _ in range(3)]
    assert told(HIGH, FRIDAY_NOON, *lately)[0] is Urgency.NOW


def test_a_further_copy_of_what_somebody_knows_joins_the_others() -> None:
    known = mail(ago=timedelta(hours=5), same_story=True)
    assert told(HIGH, FRIDAY_NOON, known)[0] is Urgency.GATHERED
    assert told(HIGH, FRIDAY_NOON, known, role=DSL)[0] is Urgency.NOW, "she does not know it"
    assert told(CRITICAL, FRIDAY_NOON, known)[0] is Urgency.NOW, "graver than what is known"


def test_gathered_high_matters_respect_the_evening_and_critical_ones_do_not() -> None:
    seven_less_ten = datetime(2026, 11, 20, 18, 50, tzinfo=UTC)
    lately = [
        ToldLately(role=HEAD, severity=CRITICAL, at=seven_less_ten - timedelta(minutes=n))
        for n in range(3)
    ]
    tomorrow = datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert told(HIGH, seven_less_ten, *lately) == (Urgency.GATHERED, tomorrow)
    assert told(CRITICAL, seven_less_ten, *lately) == (Urgency.GATHERED, seven_less_ten + GATHER)


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("from 7 to 7", 'write the hours as "07:00-19:00"'),
        ("19:00-07:00", "must end later than they begin"),
        ("25:00-26:00", "write the hours"),
    ],
)
def test_hours_that_make_no_sense_are_refused_in_words(written: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        read_span(written)


def test_a_school_may_be_told_at_any_hour() -> None:
    whole = read_span("00:00-24:00")
    hours = Hours(school_days=whole, other_days=whole)
    assert not any(hours.is_quiet(FRIDAY_NOON + n * timedelta(hours=1)) for n in range(100))
