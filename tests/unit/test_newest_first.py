"""A place that shows the newest first is read back to where the last visit began."""

from __future__ import annotations

import pytest

from monitor.domain import Mention
from sources.errors import TooMuchNew, Unreachable
from sources.memory import resume
from sources.newest_first import Place, Read, Shown, newest_first


def site(newest: int, size: int = 5, skip: frozenset[int] = frozenset()) -> Read:
    """Items *newest* down to 1, *size* a page; those in *skip* are no mentions."""

    def read(onward: str | None) -> Shown:
        top = int(onward or newest)
        numbers = list(range(top, max(top - size, 0), -1))
        return Shown(
            ids=tuple(map(str, numbers)),
            mentions=tuple(_mention(n) for n in numbers if n not in skip),
            onward=str(top - size) if top > size else None,
        )

    return read


def _mention(number: int) -> Mention:
    return Mention(source="s", external_id=str(number), url="https://x.example/", text="words")


def visit(read: Read, cursor: str | None = None, pages: int = 10) -> tuple[list[int], str]:
    """What a whole visit finds, and its last cursor."""
    found: list[int] = []
    for page in newest_first("q", read, resume(Place, cursor), pages=pages):
        found += [int(m.external_id) for m in page.mentions]
        cursor = page.cursor
    assert cursor is not None
    return found, cursor


def test_pages_come_oldest_first() -> None:
    assert visit(site(23))[0] == list(range(1, 24))


def test_a_visit_cut_short_leaves_no_gap() -> None:
    """It ends after the first ten; the next one reads back past what is already known."""
    first = next(newest_first("q", site(23), Place(), pages=10))
    assert visit(site(30), first.cursor)[0] == list(range(11, 31))


def test_a_site_that_fails_on_the_way_back_hands_over_nothing_yet() -> None:
    def failing(onward: str | None) -> Shown:
        if onward == "13":
            raise Unreachable
        return site(23)(onward)

    pages = newest_first("q", failing, Place(), pages=10)
    with pytest.raises(Unreachable):
        next(pages)


def test_two_searches_that_find_the_same_do_not_hide_each_other_s_older_posts() -> None:
    """All of the first page of the second search is known from the first search."""
    place = Place()
    for _ in newest_first("one", site(10), place, pages=1):
        pass
    found = [m for page in newest_first("two", site(10), place, pages=9) for m in page.mentions]
    assert [int(m.external_id) for m in found] == [1, 2, 3, 4, 5]


def test_what_is_no_mention_still_marks_where_we_were() -> None:
    noise = frozenset(range(1, 40))
    _, cursor = visit(site(30, skip=noise))
    asked: list[str | None] = []

    def counting(onward: str | None) -> Shown:
        asked.append(onward)
        return site(32, skip=noise)(onward)

    assert visit(counting, cursor)[0] == []
    assert asked == [None]


def test_a_first_visit_may_end_before_the_beginning_of_time() -> None:
    place = Place()
    list(newest_first("q", site(1000), place, pages=2))
    place.tell_what_was_missed()


def test_a_later_visit_that_cannot_read_all_that_is_new_says_so() -> None:
    _, cursor = visit(site(10))
    place = resume(Place, cursor)
    found = [m for page in newest_first("q", site(60), place, pages=2) for m in page.mentions]
    assert len(found) == 10
    with pytest.raises(TooMuchNew, match="more often"):
        place.tell_what_was_missed()
    assert resume(Place, place.model_dump_json()).missed == []


def test_what_is_still_shown_is_never_forgotten() -> None:
    """One search finds the same five for ever, the other thousands of new ones."""
    place, slow = Place(), 0
    for newest in range(1000, 6000, 100):
        found = newest_first("slow", site(5), place, pages=1)
        slow += sum(len(page.mentions) for page in found)
        for _ in newest_first("fast", site(newest, size=100), place, pages=1):
            pass
    assert slow == 5


def test_where_a_site_tells_of_no_edit_other_words_are_one_and_those_it_had_are_not() -> None:
    def saying(words: str) -> Read:
        return lambda onward: Shown(ids=("7",), mentions=(_mention(7),), said={"7": words})

    found, cursor = visit(saying("a"))
    edited, cursor = visit(saying("b"), cursor)
    same, cursor = visit(saying("b"), cursor)
    taken_back, _ = visit(saying("a"), cursor)
    assert (found, edited, same, taken_back) == ([7], [7], [], [])
