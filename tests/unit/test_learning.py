"""What a decision teaches: narrowly, from one; broadly, only from two that agree."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from monitor.lessons import ClueKind, Lesson, LessonAct, LessonDeed, Sense, in_words
from nlp.learning import MOST, taught_by
from tests.oakmarsh import NOW, OAKMARSH, a_lesson, decided, post

GARDEN = post("Oakmarsh Garden Centre is dear, the kids cried")
KETTERLEY = post("the teachers at Oakmarsh are rude, said in Ketterley", "https://one.example/1")
AGAIN = post("no places at Oakmarsh, moving to a school in Ketterley", "https://two.example/2")


def after(lesson: Lesson, act: LessonAct, incident: str = "") -> Lesson:
    deed = LessonDeed(act=act, at=NOW, by="o@oakmarsh.example", role="office", incident=incident)
    return replace(lesson, deeds=(*lesson.deeds, deed))


def test_one_decision_is_enough_for_what_is_plainly_somebody_else() -> None:
    learnt = taught_by(decided(GARDEN), OAKMARSH, [], [])
    assert [in_words(clue, learnt.sense) for clue in learnt.new] == [
        "“Oakmarsh” with “Garden Centre” after it is not us"
    ]


def test_another_town_a_page_or_a_bare_name_needs_two_that_agree() -> None:
    for first, second, words in (
        (KETTERLEY, AGAIN, "Ketterley"),
        (post("the Forge again!"), post("at the Forge tonight", "https://b.example"), "Forge"),
        (post("Forge x", "https://reddit.com/r/kt/1"), post("Forge y", "https://reddit.com/r/kt/2"),
         "reddit.com/r/kt"),
    ):  # fmt: skip
        once = taught_by(decided(first, number="2026-001"), OAKMARSH, [], [])
        assert words not in {clue.words for clue in once.new}
        assert words in {clue.words for clue in once.almost}
        earlier = [decided(first, number="2026-001", hours=-9)]
        twice = taught_by(decided(second, number="2026-002"), OAKMARSH, earlier, [])
        assert words in {clue.words for clue in twice.new}


@pytest.mark.parametrize(
    "earlier",
    [
        decided(KETTERLEY, number="2026-014", hours=-9),  # the same incident, decided again
        decided(KETTERLEY, number="2026-013"),  # ticked together with it
        decided(AGAIN, number="2026-013", hours=-9),  # the same words elsewhere
        decided(KETTERLEY, number="2026-013", hours=-9, sense=Sense.OURS),
    ],
)
def test_copies_one_click_and_the_opposite_are_no_second_decision(earlier: object) -> None:
    learnt = taught_by(decided(AGAIN), OAKMARSH, [earlier], [])  # type: ignore[list-item]
    assert "Ketterley" not in {clue.words for clue in learnt.new}


def test_near_copies_of_one_story_are_one_decision() -> None:
    one = decided(KETTERLEY, number="2026-013", hours=-9, story="s1")
    assert taught_by(decided(AGAIN, story="s2"), OAKMARSH, [one], []).new
    assert not taught_by(decided(AGAIN, story="s1"), OAKMARSH, [one], []).new


def test_two_people_within_a_minute_are_two_decisions() -> None:
    one = decided(KETTERLEY, number="2026-013", by="head@oakmarsh.example")
    assert taught_by(decided(AGAIN), OAKMARSH, [one], []).new


def test_what_was_decided_to_be_ours_is_never_taught_to_be_somebody_else() -> None:
    ours = decided(
        post("the stall of Oakmarsh Garden Centre"), number="2026-001", sense=Sense.OURS
    )
    assert taught_by(decided(GARDEN), OAKMARSH, [ours], []).new == ()


def test_a_decision_against_a_lesson_overturns_it() -> None:
    lesson = a_lesson()
    learnt = taught_by(decided(GARDEN, sense=Sense.OURS), OAKMARSH, [], [lesson])
    assert learnt.overturned == (lesson,)
    assert learnt.new == ()
    gone = after(lesson, LessonAct.OVERTURNED, "2026-014")
    assert taught_by(decided(GARDEN, sense=Sense.OURS), OAKMARSH, [], [gone]).overturned == ()
    assert taught_by(decided(GARDEN), OAKMARSH, [], [gone]).new  # they changed their mind


def test_what_a_person_took_back_is_not_learnt_again() -> None:
    gone = after(a_lesson(), LessonAct.TAKEN_BACK)
    learnt = taught_by(decided(GARDEN), OAKMARSH, [], [gone])
    assert (learnt.new, learnt.agreed, learnt.refused) == ((), (), (gone,))


def test_a_further_decision_agrees_with_a_lesson_once() -> None:
    lesson = after(a_lesson(), LessonAct.LEARNT, "2026-001")
    assert taught_by(decided(GARDEN), OAKMARSH, [], [lesson]).agreed == (lesson,)
    agreed = after(lesson, LessonAct.AGREED, "2026-014")
    assert taught_by(decided(GARDEN), OAKMARSH, [], [agreed]).agreed == ()


@pytest.mark.parametrize("sense", Sense)
def test_nothing_is_learnt_from_what_names_the_school_beyond_doubt(sense: Sense) -> None:
    sure = post("Oakmarsh Primary School by Oakmarsh Garden Centre, seen in Ketterley")
    learnt = taught_by(decided(sure, sense=sense), OAKMARSH, [decided(KETTERLEY)], [])
    assert learnt.sure
    assert learnt.new == learnt.almost == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{} Oakmarsh Choir, the one in Ketterley", {"Choir"}),
        ("{} Oakmarsh Garden Centre stall", {"Garden Centre"}),
        ("{} teachers of Oakmarsh, we live in Ketterley", {"Ketterley", "reddit.com/r/wexcombe"}),
    ],
)
def test_what_is_ours_is_only_learnt_from_two(text: str, words: set[str]) -> None:
    here = "https://reddit.com/r/wexcombe/1"
    one, two = (
        decided(
            post(text.format(said), here),
            sense=Sense.OURS,
            number=f"2026-00{said}",
            hours=int(said),
        )
        for said in "12"
    )
    assert taught_by(one, OAKMARSH, [], []).new == ()
    assert {clue.words for clue in taught_by(two, OAKMARSH, [one], []).new} == words


def test_what_something_narrow_explains_teaches_nothing_broad() -> None:
    """Both stand on the town's forum, which is full of parents."""
    one = decided(GARDEN, number="2026-001", hours=-9)
    two = post("Oakmarsh Motors again")
    known = after(a_lesson(), LessonAct.LEARNT, "2026-001")
    for before in ([], [known]):
        learnt = taught_by(decided(two), OAKMARSH, [one], before)
        assert {clue.words for clue in (*learnt.new, *learnt.almost)} == {"Motors"}
    bare = decided(post("Oakmarsh is shut"))
    assert "forum.example" not in {c.words for c in taught_by(bare, OAKMARSH, [one], []).new}


def test_that_a_whole_site_is_about_us_is_not_learnt() -> None:
    one, two = (
        decided(
            post(f"{n} Oakmarsh is a school", "https://jane.example/1"),
            sense=Sense.OURS,
            number=n,
            hours=int(n),
        )
        for n in "12"
    )
    assert taught_by(two, OAKMARSH, [one], []).new == ()


def test_a_school_does_not_learn_without_end() -> None:
    many = [a_lesson(f"Unit {n}", id_=n) for n in range(MOST)]
    assert taught_by(decided(GARDEN), OAKMARSH, [], many).new == ()
    assert taught_by(decided(GARDEN), OAKMARSH, [], many[1:]).new


def test_the_narrowest_is_learnt_first() -> None:
    posts = [post(f"{said}: Oakmarsh Motors, in Ketterley") for said in "ab"]
    one, two = (decided(each, number=f"2026-00{n}", hours=n) for n, each in enumerate(posts))
    kinds = [clue.kind for clue in taught_by(two, OAKMARSH, [one], []).new]
    order = list(ClueKind)
    assert all(order.index(a) <= order.index(b) for a, b in pairwise(kinds))
