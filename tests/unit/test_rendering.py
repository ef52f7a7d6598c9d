"""What the trained reader reads: marks instead of names, words instead of emoji."""

from __future__ import annotations

from dataclasses import replace

from nlp.normalise import normalise
from nlp.profile import profile_of
from nlp.rendering import Mark, Rendered, plain, render
from tests.wexcombe import WEXCOMBE

PROFILE = profile_of(replace(WEXCOMBE, aliases=("Wexcombe Park Primary", "Wexy's")))


def rendered(text: str, author: str = "") -> Rendered:
    readable = normalise(text)
    return render(PROFILE, readable, PROFILE.names.find(readable), author=author)


def test_the_schools_name_its_head_and_its_town_become_marks() -> None:
    text = rendered("Mrs Head of Wexcombe Park Primary School in Wexcombe is kind").text
    assert Mark.HEAD.value in text
    assert Mark.NAME.value in text
    assert Mark.TOWN.value in text
    assert "Wexcombe" not in text
    assert text.endswith("is kind")


def test_a_nickname_is_marked_as_one() -> None:
    assert Mark.SHORT.value in rendered("wexys was shut today").text


def test_the_kind_of_school_stands_first_and_the_author_before_the_words() -> None:
    text = rendered("Lovely day", author="Wexy's parents").text
    assert text.startswith(Mark.PRIMARY.value)
    author, _, words = text.partition(Mark.WROTE.value)
    assert Mark.SHORT.value in author
    assert words.strip() == "Lovely day"


def test_a_namesake_is_marked_and_keeps_its_name() -> None:
    text = rendered("We stayed at the Wexcombe Park Hotel").text
    assert Mark.NAME.value not in text or Mark.NAMESAKE.value in text


def test_emoji_are_said_in_words() -> None:
    assert "kitchen knife" in rendered("bring a 🔪 tomorrow").text
    assert plain("🔥") == " fire "


def test_every_span_leads_back_to_the_words_it_stands_for() -> None:
    text = "🔪 Mrs Head is coming for WPPS on Monday"
    readable = normalise(text)
    found = rendered(text)
    start = found.text.index("Monday")
    assert found.origin(start, start + 6) == (
        readable.text.index("Monday"),
        readable.text.index("Monday") + 6,
    )
    knife = found.text.index("knife")
    assert found.origin(knife, knife + 5) == (0, 1)
    assert found.origin(0, 3) is None  # the head is not in the text
