"""The sample town's posts: enough of each kind, and nobody real among them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import monitor.demo
from monitor.demo.expected import read_expectations
from monitor.demo.posts import FILE, Where, read_articles, read_posts, read_school
from monitor.domain import Category, Severity

POSTS = read_posts()
EXPECTED = read_expectations()
WORDS = FILE.read_text(encoding="utf-8")

# Everybody who is called Mr, Mrs, Miss, Ms or Dr, or by two names; all invented for this town.
INVENTED = {
    "Thorncote",
    "Quillet",
    "Brightmoor",
    "Appleforth",
    "Cresswold",
    "Penhallock",
    "Marlpit",
    "Rowanhurst",
}
DRAMA_NUMBERS = re.compile(r"01632 960\d{3}|07700 900\d{3}")


def test_there_are_about_sixty_posts_from_every_place() -> None:
    places = Counter(post.where for post in POSTS)
    assert 55 <= len(POSTS) <= 70
    assert all(places[where] >= 4 for where in Where)


def test_no_two_posts_have_the_same_id_and_each_has_an_expectation() -> None:
    ids = [post.id for post in POSTS]
    assert len(set(ids)) == len(ids)
    assert set(EXPECTED) == set(ids)


def test_each_category_occurs() -> None:
    seen = set().union(*(expected.categories for expected in EXPECTED.values()))
    assert seen == set(Category)


def test_each_kind_of_trap_occurs() -> None:
    expected = EXPECTED.values()
    assert sum(not e.about for e in expected) >= 10
    assert sum(e.criticism for e in expected) >= 7
    assert sum(e.not_assessed for e in expected) == 2
    assert sum(e.about_head for e in expected) >= 1
    assert sum(e.child_safety for e in expected) >= 3
    assert {e.severity for e in expected} == set(Severity)


def test_what_is_not_about_the_school_and_what_is_lawful_criticism_carries_no_flag() -> None:
    for post, expected in EXPECTED.items():
        if not expected.about or expected.criticism:
            assert not expected.categories, post


def test_one_post_has_a_picture_and_no_words_and_one_is_marked_sensitive() -> None:
    assert [p.id for p in POSTS if not p.text] == ["toot-picture-only"]
    assert [p.id for p in POSTS if p.sensitive] == ["toot-chat-picture"]
    assert all(p.picture for p in POSTS if not p.text or p.sensitive)


def test_one_warning_was_posted_in_two_places() -> None:
    texts = Counter(post.text for post in POSTS)
    (twice,) = [text for text, number in texts.items() if number == 2]
    assert {p.where for p in POSTS if p.text == twice} == {Where.MASTODON, Where.FORUM}


def test_every_telephone_number_is_kept_free_for_drama() -> None:
    for found in re.findall(r"(?<![\w£-])\+?\d[\d ]{8,}\d", WORDS):
        assert DRAMA_NUMBERS.fullmatch(found.strip()), found


def test_everybody_with_a_title_is_one_of_the_invented_people() -> None:
    named = re.findall(r"\b(?:Mrs?|Miss|Ms|Dr)\b\.? (?:[A-Z] )?([A-Z][a-z]+)", WORDS)
    assert named
    assert set(named) <= INVENTED


def test_postcodes_lie_in_an_area_that_does_not_exist() -> None:
    postcodes = re.findall(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b", WORDS)
    assert postcodes
    assert all(code.startswith("WX") for code in postcodes)


def test_links_and_addresses_in_posts_are_examples() -> None:
    for link in re.findall(r"https?://\S+", WORDS):
        assert ".example" in link
    assert not re.search(r"\w@\w+\.", WORDS)


def test_slurs_are_bracketed() -> None:
    hateful = [p.text for p in POSTS if Category.HATE in EXPECTED[p.id].categories]
    assert hateful
    assert all("[slur]" in text for text in hateful)


def test_posts_say_nothing_about_how_they_were_made() -> None:
    assert not re.search(r"\b(agent|session|tool|prompt|model|chatbot)s?\b", WORDS, re.IGNORECASE)


def test_the_demonstration_never_looks_at_the_expectations() -> None:
    root = Path(monitor.demo.__file__).parent
    for file in sorted(root.parent.rglob("*.py")):
        if file != root / "expected.py":
            assert "demo.expected" not in file.read_text(encoding="utf-8"), file


def test_a_post_does_not_carry_its_expectation() -> None:
    assert not any(hasattr(post, "expect") for post in POSTS)


def test_the_school_has_people_in_their_roles_and_namesakes() -> None:
    school = read_school()
    assert school.headteacher
    assert len(school.staff) >= 5
    assert len(school.homonyms) >= 4


def test_the_encyclopedia_mentions_the_school_before_anybody_edits_it() -> None:
    (town,) = [a for a in read_articles() if a.title == "Wexcombe"]
    assert read_school().name in town.text
