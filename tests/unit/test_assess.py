"""The one door: what it never does, and what it always says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.domain import CaptureMode, Category, Mention, School, Severity, capture_mode
from nlp import assess
from nlp.assess import Assessor, model_version
from tests.wexcombe import WEXCOMBE, post


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor()


def test_importing_the_door_does_not_load_spacy() -> None:
    code = "import sys, nlp.assess; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("text", ["", "😂 🔥", "1234"])
def test_a_picture_without_words_is_not_assessed(assessor: Assessor, text: str) -> None:
    found = assessor(post(text), WEXCOMBE)
    assert "no words" in (found.not_assessed or "")
    assert found.needs_a_person


def test_a_text_in_another_language_is_not_assessed_but_linked_by_name(assessor: Assessor) -> None:
    text = "Школа Wexcombe Park Primary School сегодня закрыта, дети дома, учителей нет"
    found = assessor(post(text), WEXCOMBE)
    assert "English" in (found.not_assessed or "")
    assert found.about_school
    assert found.categories == frozenset()


def test_a_long_text_is_judged_to_its_end_and_reasons_point_at_their_words(
    assessor: Assessor,
) -> None:
    padding = "The gardening club meets on Tuesday and the choir sings in the hall. " * 600
    bad = "I'll be waiting outside Wexcombe Park Primary tomorrow and I'll break his jaw. "
    mention = post("Wexcombe Park Primary. " + padding + bad)
    found = assessor(mention, WEXCOMBE)
    assert "threat" in found.categories
    assert found.not_assessed is None
    assert all(mention.text[r.start : r.end] == r.text for r in found.because)


def test_a_threat_far_from_the_schools_name_in_a_long_page_is_not_ours(
    assessor: Assessor,
) -> None:
    padding = "The gardening club meets on Tuesday and the choir sings in the hall. " * 600
    bad = "I'll be waiting for that referee tomorrow and I'll break his jaw. "
    found = assessor(post("Wexcombe Park Primary came third. " + padding + bad), WEXCOMBE)
    assert found.categories == frozenset()


UNNAMED = "Took mine out in Year 4. Lovely teachers, but not one email answered in three weeks."


def test_a_review_need_not_say_of_what_it_is_one(assessor: Assessor) -> None:
    assert not assessor(post(UNNAMED), WEXCOMBE).about_school
    assert assessor(replace(post(UNNAMED), source="review"), WEXCOMBE).about_school
    pub = replace(post("Great pint, terrible toilets, rude landlord"), source="review")
    assert not assessor(pub, WEXCOMBE).about_school


def test_what_names_nobody_but_sounds_like_a_school_is_never_ours_but_in_doubt_if_grave(
    assessor: Assessor,
) -> None:
    found = assessor(post(UNNAMED), WEXCOMBE)
    assert found.relevance < 0.5
    assert found.not_assessed is None, "a complaint about some school troubles nobody"


def test_an_endless_text_says_that_its_end_was_not_read(assessor: Assessor) -> None:
    text = "Wexcombe Park Primary has a lovely library. " * 3000
    found = assessor(post(text), WEXCOMBE)
    assert "read the rest" in (found.not_assessed or "")
    assert found.about_school


def test_one_bad_sentence_in_a_long_thread_is_not_drowned(assessor: Assessor) -> None:
    padding = "The gardening club meets on Tuesday and the choir sings in the hall. " * 20
    bad = "I'll be waiting for that teacher tomorrow and I'll break his jaw. "
    found = assessor(post("Wexcombe Park Primary. " + padding + bad + padding), WEXCOMBE)
    assert "threat" in found.categories


def test_our_own_mistake_is_said_and_never_raised(
    assessor: Assessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str) -> object:
        raise RuntimeError(text)

    monkeypatch.setattr(assess, "normalise", broken)
    found = assessor(post("a secret"), WEXCOMBE)
    assert found.not_assessed == "our own mistake (RuntimeError)"
    assert found.about_school


def test_many_reads_no_more_than_a_batch_ahead(assessor: Assessor) -> None:
    read: list[int] = []

    def pairs() -> Iterator[tuple[Mention, School]]:
        for number in range(3 * assess.BATCH):
            read.append(number)
            yield post("Wexcombe Park Primary"), WEXCOMBE

    answers = assessor.many(pairs())
    assert read == []
    assert next(answers).about_school
    assert len(read) == assess.BATCH
    assert len(list(answers)) == 3 * assess.BATCH - 1


def test_judged_together_or_alone_the_answer_is_the_same(assessor: Assessor) -> None:
    texts = ("WPPS was shut today", "I'll be waiting outside Wexcombe Park Primary tomorrow" * 9)
    pairs = [(post(text), WEXCOMBE) for text in texts]
    together, alone = list(assessor.many(pairs)), [assessor(*pair) for pair in pairs]
    assert [(a.categories, a.severity) for a in together] == [
        (a.categories, a.severity) for a in alone
    ]


def test_the_model_names_the_reader_and_the_words(assessor: Assessor) -> None:
    version, _, words = assessor.model.partition("+")
    assert version.startswith("reader-")
    assert len(words) == 8
    assert assessor(post("WPPS"), WEXCOMBE).model == assessor.model


def test_another_recogniser_of_persons_is_another_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = model_version()
    for name in ("reader.json", "persons.npz"):
        shutil.copy(assess.WEIGHTS / name, tmp_path)
    monkeypatch.setattr(assess, "WEIGHTS", tmp_path)
    assert model_version() == before
    (tmp_path / "persons.npz").write_bytes(b"retrained")
    assert model_version() != before


def test_what_may_be_ours_and_would_be_about_the_head_is_kept_from_the_head(
    assessor: Assessor,
) -> None:
    text = "wexcombe head is a paedophile and has been abusing pupils for years"
    found = assessor(post(text), WEXCOMBE)
    assert "may not be about the school" in (found.not_assessed or "")
    assert found.categories == frozenset()
    assert found.about_head


@pytest.mark.parametrize(
    "text",
    [
        "The head of Wexcombe Park Primary School is a paedophile and has been abusing pupils.",
        "The caretaker at Wexcombe Park Primary School is a paedophile",
        "A teacher at Wexcombe Park Primary School, Wexcombe, has been molesting children",
    ],
)
def test_abuse_charged_in_plain_words_is_told_today(assessor: Assessor, text: str) -> None:
    found = assessor(post(text), WEXCOMBE)
    assert Category.SEXUAL in found.categories
    assert found.severity.rank >= Severity.HIGH.rank
    assert found.child_safety


@pytest.mark.parametrize(
    "text",
    [
        "Someone has nudes of Mrs Vale from Wexcombe Park Primary School, dm me for the link",
        "Intimate photos of a teacher at Wexcombe Park Primary School leaked by her ex",
        "There is a sex tape of the head of Wexcombe Park Primary School going round",
    ],
)
def test_an_intimate_picture_of_anybody_is_for_the_safeguarding_lead_and_never_opened(
    assessor: Assessor, text: str
) -> None:
    """Nobody may look to find out whether it is of a child."""
    found = assessor(post(text), WEXCOMBE)
    assert found.child_safety
    assert capture_mode(post(text), found) is CaptureMode.LINK


def test_a_cry_for_help_that_names_us_reaches_a_person_whatever_the_reader_makes_of_it(
    assessor: Assessor,
) -> None:
    found = assessor(post("i hate wexcombe park so much i want to kill myself"), WEXCOMBE)
    assert found.child_safety
    assert found.not_assessed or found.severity.rank >= Severity.HIGH.rank
