"""Is the program alive? What is said of it, when, and that it is said once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.alarm_words import paragraphs, sentence, subject
from monitor.alarms import Alarm, Known, Limits, Memory, Pulse, Seen, Verdict, judge, told

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR, DAY, LOOK = timedelta(hours=1), timedelta(days=1), timedelta(minutes=5)
WELL = Pulse(last_visit_at=NOON, last_read_at=NOON)


def at(now: datetime, **changes: object) -> Seen:
    """All well at *now*, but for the changes."""
    pulse = Pulse(**{"last_visit_at": now, "last_read_at": now} | changes)  # type: ignore[arg-type]
    return Seen(pulse=pulse, free_bytes=10**10)


class Watch:
    """A watcher that looks every five minutes and remembers."""

    def __init__(self) -> None:
        self.memory: Memory = {}
        self.now = NOON
        self.said: list[tuple[datetime, list[str], list[str]]] = []

    def look(self, seen: Seen) -> Verdict:
        verdict = judge(seen, self.memory, self.now, Limits())
        self.memory = told(verdict, self.now) if verdict.say else verdict.memory
        if verdict.say or verdict.over:
            over = [alarm.value for alarm in verdict.over]
            self.said.append((self.now, [alarm.value for alarm in verdict.raised], over))
        return verdict

    def until(self, end: datetime, **changes: object) -> None:
        while self.now < end:
            self.now += LOOK
            self.look(at(self.now, **changes))


def test_a_program_that_works_is_never_spoken_of() -> None:
    watch = Watch()
    watch.until(NOON + 3 * DAY)
    assert watch.said == []


def test_one_that_stopped_is_told_within_24_hours_and_ten_minutes_and_only_once_a_day() -> None:
    watch = Watch()
    watch.until(NOON + 2 * DAY - LOOK, last_visit_at=NOON, last_read_at=NOON)
    ((when, what, _),) = watch.said
    assert NOON + DAY <= when <= NOON + DAY + 2 * LOOK
    assert what == ["not_running"]


def test_it_is_recalled_on_each_of_three_days_and_then_every_week() -> None:
    watch = Watch()
    watch.until(NOON + 20 * DAY, last_visit_at=NOON, last_read_at=NOON)
    assert [(when - NOON).days for when, _, _ in watch.said] == [1, 2, 3, 4, 11, 18]


def test_when_it_works_again_that_is_told_once() -> None:
    watch = Watch()
    watch.until(NOON + DAY + HOUR, last_visit_at=NOON, last_read_at=NOON)
    watch.until(NOON + 3 * DAY)
    assert [(what, over) for _, what, over in watch.said] == [
        (["not_running"], []),
        ([], ["not_running"]),
    ]


def test_a_computer_that_slept_over_the_holidays_is_given_a_moment_to_look() -> None:
    watch = Watch()
    watch.until(NOON + HOUR)
    slept = watch.now
    watch.now += 14 * DAY
    watch.look(at(watch.now, last_visit_at=slept, last_read_at=slept))
    watch.until(watch.now + DAY)
    assert watch.said == []


def test_one_that_looks_and_reads_nothing_is_another_trouble() -> None:
    watch = Watch()
    watch.until(NOON + DAY + HOUR, last_read_at=NOON)
    assert [what for _, what, _ in watch.said] == [["nothing_read"]]


def test_one_that_was_just_set_up_has_a_day_to_read_something() -> None:
    watch = Watch()
    watch.until(NOON + DAY - LOOK, last_visit_at=None, last_read_at=None)
    assert watch.said == []
    watch.until(NOON + DAY + HOUR, last_visit_at=None, last_read_at=None)
    assert [what for _, what, _ in watch.said] == [["not_running"]]


def test_mails_that_were_due_for_two_hours_while_none_left_are_told() -> None:
    watch = Watch()
    watch.until(NOON + 3 * HOUR, letters_due=3, last_letter_at=NOON - HOUR)
    ((when, what, _),) = watch.said
    assert what == ["no_mail"]
    assert 2 * HOUR <= when - NOON <= 2 * HOUR + 2 * LOOK


def test_one_letter_that_cannot_leave_while_others_do_is_no_trouble_of_the_program() -> None:
    watch = Watch()
    while watch.now < NOON + DAY:
        watch.until(watch.now + HOUR, letters_due=1, last_letter_at=watch.now)
    assert watch.said == []


def test_evidence_that_was_due_for_a_day_while_none_was_made_is_told() -> None:
    watch = Watch()
    watch.until(NOON + DAY, captures_due=1)
    assert watch.said == []
    watch.until(NOON + DAY + HOUR, captures_due=1)
    assert [what for _, what, _ in watch.said] == [["no_capture"]]


def test_a_full_disk_and_an_old_browser_are_told_at_once() -> None:
    watch = Watch()
    watch.look(Seen(pulse=WELL, free_bytes=400_000_000, browser_from=NOON - 100 * DAY))
    assert [what for _, what, _ in watch.said] == [["disk_full", "old_browser"]]


@pytest.mark.parametrize("age", [89 * DAY, 20_000 * DAY])
def test_a_browser_of_this_quarter_or_a_file_without_a_day_is_not_old(age: timedelta) -> None:
    watch = Watch()
    watch.look(Seen(pulse=WELL, free_bytes=10**10, browser_from=NOON - age))
    assert watch.said == []


def test_a_certificate_that_was_not_renewed_in_time_is_told_and_so_is_a_new_one() -> None:
    watch = Watch()
    watch.look(Seen(pulse=WELL, certificate_to=NOON + 15 * DAY))
    assert watch.said == []
    watch.look(Seen(pulse=WELL, certificate_to=NOON + 13 * DAY))
    watch.look(Seen(pulse=WELL, certificate_to=NOON + 90 * DAY))
    assert [what for _, what, _ in watch.said] == [["old_certificate"], []]
    assert watch.said[-1][2] == ["old_certificate"]


def test_a_database_that_is_in_use_for_a_moment_is_no_news_and_one_that_is_gone_is() -> None:
    watch = Watch()
    gone = Seen(pulse=None, why="The database file cannot be opened.", free_bytes=10**10)
    watch.look(gone)
    watch.until(NOON + HOUR)
    assert watch.said == []
    for _ in range(8):
        watch.now += LOOK
        watch.look(gone)
    assert [what for _, what, _ in watch.said] == [["no_database"]]


def test_while_the_database_cannot_be_read_nothing_in_it_is_called_mended() -> None:
    watch = Watch()
    watch.until(NOON + DAY + HOUR, last_visit_at=NOON, last_read_at=NOON)
    watch.now += LOOK
    verdict = watch.look(Seen(pulse=None, why="gone", free_bytes=10**10))
    assert verdict.over == ()
    assert Alarm.NOT_RUNNING in watch.memory


def test_a_clock_that_was_put_back_makes_no_silence() -> None:
    watch = Watch()
    watch.until(NOON + DAY + HOUR, last_visit_at=NOON, last_read_at=NOON)
    watch.now -= 30 * DAY
    known = watch.memory[Alarm.NOT_RUNNING]
    assert known.times == 1
    watch.now += 31 * DAY + DAY
    watch.look(at(watch.now, last_visit_at=NOON, last_read_at=NOON))
    assert len(watch.said) == 2


# In words


@pytest.mark.parametrize("alarm", list(Alarm))
def test_every_alarm_says_what_is_wrong_and_what_to_do(alarm: Alarm) -> None:
    seen = Seen(pulse=None, why="It is gone.", free_bytes=3_000_000, browser_from=NOON)
    said = sentence(alarm, NOON, seen)
    assert "{" not in said
    assert said.endswith(".")
    verdict = Verdict(raised={alarm: _known()}, say=True)
    text = " ".join(paragraphs(verdict, seen))
    assert "What to do:" in text
    assert "silence is no good news" in text


def test_the_subject_says_how_it_stands() -> None:
    news = Verdict(raised={Alarm.NO_MAIL: _known()}, say=True)
    again = Verdict(raised={Alarm.NO_MAIL: _known(times=1)}, say=True)
    assert subject(news) == "The school reputation monitor needs help"
    assert subject(again) == "The school reputation monitor still needs help"
    assert subject(Verdict(over=(Alarm.NO_MAIL,))) == "The school reputation monitor works again"


def _known(times: int = 0) -> Known:
    return Known(since=NOON, noticed=NOON, times=times)
