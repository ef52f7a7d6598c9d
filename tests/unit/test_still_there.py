"""What a later look at a captured address means, and when it is time for the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alerts.evidence import shows
from alerts.evidence.still_there import MAX_DIFFERENCE, NOT_ON_IT, Compared, compare
from monitor.domain import Shows, StillThere
from monitor.revisits import next_look

THEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
POST = "The head of Wexcombe Park should be ashamed. Ring her on 01632 960111 and say so."
PAGE = f"Town forum\njo, 3 hours ago\n{POST}\n12 likes 4 replies\nWell said.\n"


def look(now: str, shows: Shows = Shows.POST, *, post: str = POST, before: str = PAGE) -> Compared:
    return compare(post, before, now, shows, 404)


@pytest.mark.parametrize(
    "now",
    [
        PAGE,
        PAGE.replace("3 hours ago", "2 days ago").replace("12 likes", "1.4k likes"),
        PAGE + "sam, just now\nI quite disagree with you there.\n",
        PAGE.replace("Well said.", "(deleted by its author)"),
        PAGE.replace("Town forum", "Town forum: now with a winter fair"),
    ],
)
def test_what_happens_around_a_post_does_not_change_it(now: str) -> None:
    assert look(now).found is StillThere.UNCHANGED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("should be ashamed", "should be sacked, and it is a shame"),
        ("01632 960111", "01632 960222"),
        ("say so.", "say so. EDIT: I take that back."),
    ],
)
def test_an_edited_post_is_said_to_be_edited_with_the_difference(old: str, new: str) -> None:
    found = look(PAGE.replace(old, new))
    assert found.found is StillThere.EDITED
    before, after = found.difference.splitlines()
    assert before == f"- {POST}"
    assert after == f"+ {POST.replace(old, new)}"


def test_a_post_that_was_taken_out_of_its_page_is_gone() -> None:
    found = look("Town forum\nThis comment was deleted.\nWell said.\n" + "Other words. " * 99)
    assert (found.found, found.note) == (StillThere.GONE, NOT_ON_IT)


@pytest.mark.parametrize(
    ("shows", "what"),
    [
        (Shows.GONE, StillThere.GONE),
        (Shows.SOFT_404, StillThere.GONE),
        (Shows.LOGIN_WALL, StillThere.WALLED),
        (Shows.CONSENT_WALL, StillThere.WALLED),
        (Shows.BOT_WALL, StillThere.WALLED),
        (Shows.ERROR, StillThere.UNKNOWN),
        (Shows.BLANK, StillThere.UNKNOWN),
        (Shows.NOT_OPENED, StillThere.UNKNOWN),
    ],
)
def test_a_wall_is_not_taken_for_a_post_that_is_gone(shows: Shows, what: StillThere) -> None:
    found = look("Sorry", shows)
    assert found.found is what
    assert found.note
    assert "{" not in found.note


def test_where_the_words_of_the_post_are_not_known_the_page_is_compared() -> None:
    assert look(PAGE, post="").found is StillThere.UNCHANGED
    found = look(PAGE + "More.\n", post="")
    assert (found.found, found.difference) == (StillThere.EDITED, "+ More.")


def test_where_the_page_is_not_known_the_first_look_is_what_later_ones_compare_with() -> None:
    assert look(PAGE, before="").found is StillThere.UNCHANGED
    assert look(PAGE, before="", post="").found is StillThere.UNKNOWN


def test_a_difference_is_never_longer_than_a_person_reads() -> None:
    found = look("\n".join(f"line {n}" for n in range(9999)), post="")
    assert len(found.difference) < MAX_DIFFERENCE + 50
    assert found.difference.endswith("(there is more)")


def test_one_looks_soon_at_first_and_then_ever_more_rarely() -> None:
    moment: datetime | None = THEN
    hours = []
    while (moment := next_look(THEN, moment)) and len(hours) < 7:
        hours.append((moment - THEN) / timedelta(hours=1))
    assert hours == [1, 6, 24, 72, 168, 336, 504]


def test_a_pause_is_not_made_up_for_and_after_a_year_nobody_looks() -> None:
    assert next_look(THEN, THEN + timedelta(days=5)) == THEN + timedelta(weeks=1)
    assert next_look(THEN, THEN + timedelta(days=370)) is None


def test_a_long_post_is_split_once_and_not_for_every_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A page of 3,000 lines under a post of 20,000 words took minutes."""
    lines = [" ".join(f"word{n}" for n in range(at, at + 7)) for at in range(0, 7_000, 7)]
    split: list[int] = []
    find = shows._WORD.findall

    class Counting:
        def findall(self, text: str) -> list[str]:
            split.append(len(text))
            return find(text)

    monkeypatch.setattr(shows, "_WORD", Counting())
    post = "\n".join(lines)
    found = compare(post, post, "\n".join(lines[:-1]), Shows.POST)
    assert (found.found, found.difference) == (StillThere.EDITED, f"- {lines[-1]}")
    assert sum(split) < 20 * len(post)
