"""What a lesson says of the next post, and how far that counts."""

from __future__ import annotations

import pytest

from monitor.app import Reader
from monitor.domain import Assessment
from monitor.lessons import ClueKind as Kind
from monitor.lessons import Lesson, Sense, id_in
from nlp.assess import Assessor
from nlp.lessons import Spoken, shifted
from tests.oakmarsh import OAKMARSH, a_lesson, post

OURS = Sense.OURS


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor()


def spoken(judged: Assessment) -> list[str]:
    return [reason.text for reason in judged.because if id_in(reason.rule)]


@pytest.mark.parametrize(
    ("text", "lesson", "words"),
    [
        ("kids cried at Oakmarsh Garden Centre", a_lesson(), "Oakmarsh Garden Centre"),
        ("kids cried at oakmarsh garden centre", a_lesson(), "oakmarsh garden centre"),
        ("kids at Oakmarsh Garden Centre Cafe", a_lesson(), "Oakmarsh Garden Centre"),
        ("teachers at Oakmarsh near Ketterley", a_lesson("Ketterley", Kind.PLACE), "Ketterley"),
        ("teachers at Oakmarsh", a_lesson("forum.example", Kind.PAGE), "Oakmarsh"),
        ("Oakmarsh was heaving", a_lesson("oakmarsh", Kind.NAME), "Oakmarsh"),
        ("a walk round Lake Oakmarsh", a_lesson("Lake", Kind.BEFORE), "Lake Oakmarsh"),
    ],
)
def test_it_speaks_in_the_words_that_it_is_about_and_stands_among_the_reasons(
    assessor: Assessor, text: str, lesson: Lesson, words: str
) -> None:
    by_itself = assessor(post(text), OAKMARSH)
    judged = assessor(post(text), OAKMARSH, [lesson])
    assert any(said.startswith(words) for said in spoken(judged))
    assert judged.relevance < by_itself.relevance


@pytest.mark.parametrize(
    ("text", "lesson"),
    [
        ("from Oakmarsh Garden Centre to our school Oakmarsh", a_lesson()),
        ("Mrs Ferrow at Oakmarsh Garden Centre", a_lesson()),
        ("oakmarsh gardens centre", a_lesson()),
        ("Oakmarsh in Wexcombe, not Ketterley", a_lesson("Ketterley", Kind.PLACE)),
        ("Oakmarsh teachers", a_lesson("Oakmarsh", Kind.NAME)),
        ("Oakmarsh Primary School at Oakmarsh Garden Centre", a_lesson()),
        ("nothing of any school", a_lesson("forum.example", Kind.PAGE)),
    ],
)
def test_it_is_silent_where_something_else_says_that_it_is_us_or_nothing_does(
    assessor: Assessor, text: str, lesson: Lesson
) -> None:
    assert assessor(post(text), OAKMARSH, [lesson]) == assessor(post(text), OAKMARSH)


def test_what_was_taught_to_be_ours_is_looked_at(assessor: Assessor) -> None:
    text = "the tombola of the Oakmarsh Choir was a shambles"
    lesson = a_lesson("Choir", sense=OURS)
    assert (
        assessor(post(text), OAKMARSH, [lesson]).relevance
        > assessor(post(text), OAKMARSH).relevance
    )


def test_the_program_judges_by_what_was_taught_from_the_next_post_on() -> None:
    taught: dict[str, list[Lesson]] = {"oakmarsh": []}
    judge, garden = Reader(taught.__getitem__), post("kids cried at Oakmarsh Garden Centre")
    assert not spoken(judge(garden, OAKMARSH))
    taught["oakmarsh"].append(a_lesson())
    assert spoken(judge(garden, OAKMARSH)) == ["Oakmarsh Garden Centre"]


def test_all_lessons_together_have_a_bound() -> None:
    whole = [Spoken(a_lesson(id_=n), (0, 1)) for n in range(50)]
    assert 0.25 < shifted(0.95, whole) < 0.26  # four in log-odds
    assert shifted(0.5, [*whole, *(Spoken(a_lesson(sense=OURS), (0, 1)),) * 50]) == 0.5
    assert shifted(0.7, []) == 0.7


def test_another_language_is_left_to_a_person(assessor: Assessor) -> None:
    text = "Das ist der Oakmarsh Garden Centre und die Kinder haben nur geweint und gelacht"
    judged = assessor(post(text), OAKMARSH, [a_lesson()])
    assert judged == assessor(post(text), OAKMARSH)
    assert judged.not_assessed
