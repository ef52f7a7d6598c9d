"""What in a post may be learnt from, and what never is."""

from __future__ import annotations

import pytest

from monitor.lessons import ClueKind
from nlp.clues import Seen, clues_in
from nlp.pages import page_of
from nlp.profile import profile_of
from tests.oakmarsh import OAKMARSH, post

AFTER, BEFORE, PLACE, NAME = ClueKind.AFTER, ClueKind.BEFORE, ClueKind.PLACE, ClueKind.NAME
NOWHERE = "mailto:somebody"


def found(text: str, url: str = NOWHERE) -> set[tuple[ClueKind, str, bool]]:
    clues = clues_in(Seen.of(profile_of(OAKMARSH), post(text, url)))
    return {(each.clue.kind, each.clue.words, each.distinctive) for each in clues}


@pytest.mark.parametrize(
    ("text", "clue"),
    [
        ("a day at Oakmarsh Garden Centre with the kids", (AFTER, "Garden Centre", True)),
        ("oakmarsh garden centre has put its prices up", (AFTER, "garden centre", True)),
        ("why is Oakmarsh Motors still open", (AFTER, "Motors", True)),
        ("we heard the Oakmarsh Brass Band last night", (AFTER, "Brass Band", False)),
        ("we heard the Oakmarsh Community Choir", (AFTER, "Community Choir", False)),
        ("what happened at Oakmarsh in Ketterley", (AFTER, "in Ketterley", True)),
        ("a walk round Lake Oakmarsh", (BEFORE, "Lake", True)),
        ("teachers at Oakmarsh are rude, we live in Ketterley", (PLACE, "Ketterley", False)),
        ("the Forge was rammed last night", (NAME, "Forge", False)),
    ],
)
def test_what_stands_out_is_a_clue(text: str, clue: tuple[ClueKind, str, bool]) -> None:
    assert clue in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Oakmarsh teachers are rude",  # of a school
        "Oakmarsh Primary teachers are rude",  # our own name
        "the head at Oakmarsh in Wexcombe",  # our own town
        "my class at Oakmarsh in July",  # no place on a map
        "kids at Oakmarsh in English",
        "Oakmarsh Jane told the class",  # perhaps a person
        "Oakmarsh Jane Hall told the class",
        "kids at Oakmarsh Fitzgerald Motors",
        "the teacher, Dave Oakmarsh, told the class",
        "kids at Oakmarsh, Jane says",
        "Oakmarsh leaves the school trust",  # a verb
        "Oakmarsh's Garden Centre trip for year 4",  # the school's own
        "KIDS AT OAKMARSH IN KETTERLEY",  # capitals say nothing here
        "Kids Shouted Down Loudly At Oakmarsh In Ketterley Today",
        "teachers at Oakmarsh are rude",
    ],
)
def test_what_is_ours_or_may_be_a_person_or_says_nothing_is_none(text: str) -> None:
    assert found(text) == set()


def test_no_clue_can_hold_who_wrote_it() -> None:
    mention = post("the Forge is shut", "https://social.example/@jane/1")
    assert clues_in(Seen.of(profile_of(OAKMARSH), mention)) == clues_in(
        Seen.of(profile_of(OAKMARSH), post("the Forge is shut", NOWHERE))
    )


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://www.forum.example/t/old-mill/12", "forum.example"),
        ("https://old.reddit.com/r/ketterley/comments/1/x", "reddit.com/r/ketterley"),
        (
            "https://www.facebook.com/groups/ketterleytalk/posts/1",
            "facebook.com/groups/ketterleytalk",
        ),
        ("https://lemmy.world/c/ketterley", "lemmy.world/c/ketterley"),
        # a person's own
        ("https://www.reddit.com/user/jane/comments/1", ""),
        ("https://www.reddit.com/r/u_jane/comments/1", ""),
        ("https://social.example/@jane/1", ""),
        ("https://social.example/users/jane/statuses/1", ""),
        ("https://forum.example/u/jane", ""),
        ("https://jane.wordpress.com/2026/05/x", ""),
        ("https://www.youtube.com/c/jane", ""),
        ("https://www.facebook.com/jane.smith/posts/1", ""),
        # everybody's, nobody's, ours
        ("https://x.com/jane/status/1", ""),
        ("https://www.mumsnet.com/talk/1", ""),
        ("https://oakmarsh.example/news", ""),
        ("mailto:jane@forum.example", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_a_page_is_a_site_or_a_community_and_never_a_persons(url: str, page: str) -> None:
    assert page_of(profile_of(OAKMARSH), url) == page
