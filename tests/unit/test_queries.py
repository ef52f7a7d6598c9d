"""What is asked about a school."""

from __future__ import annotations

from monitor.domain import School
from sources.queries import SITES, Query, QueryKind, generate, queries

SCHOOL = School(
    id="w",
    name="Wexcombe Park Primary School",
    aliases=("Wexcombe Park Primary", "WPPS"),
    town="Wexcombe",
    handles=("@wexcombepark", "@wpps.wexcombe"),
    hashtags=("#WexcombePark",),
)


def _asked(school: School = SCHOOL, **choices: tuple[str, ...]) -> list[str]:
    return [str(query) for query in generate(school, **choices)]


def test_a_school_without_a_profile_is_asked_for_by_its_name_everywhere() -> None:
    asked = _asked(School(id="w", name="St Agnes School"))
    sites = [site for group in SITES.values() for site in group]
    assert asked == ['"St Agnes School"', *(f'site:{s} "St Agnes School"' for s in sites)]


def test_names_come_first_then_short_names_with_the_town_then_accounts() -> None:
    """What finds most is asked at the very first visit."""
    assert _asked()[:5] == [
        '"Wexcombe Park Primary School"',
        '"Wexcombe Park Primary" Wexcombe',
        '"WPPS" Wexcombe',
        '"WexcombePark"',  # account and hashtag are one word
        '"wpps.wexcombe"',
    ]


def test_every_site_is_asked_and_social_ones_for_short_names_too() -> None:
    asked = _asked()
    for site in ("nextdoor.co.uk", "mumsnet.com", "thestudentroom.co.uk", "reddit.com"):
        assert f'site:{site} "Wexcombe Park Primary School"' in asked
    for site in ("facebook.com", "instagram.com", "tiktok.com", "x.com", "threads.com"):
        assert f'site:{site} "Wexcombe Park Primary School"' in asked
        assert f'site:{site} "WPPS" Wexcombe' in asked


def test_a_usual_school_is_asked_about_within_braves_free_credit_each_day() -> None:
    assert len(_asked()) <= 33


def test_where_there_are_namesakes_the_town_is_asked_for_too() -> None:
    namesakes = School(
        id="a", name="St Agnes School", town="Wexcombe", homonyms=("St Agnes School, Bodwen",)
    )
    asked = _asked(namesakes)
    assert asked[:2] == ['"St Agnes School"', '"St Agnes School" Wexcombe']
    assert 'site:facebook.com "St Agnes School" Wexcombe' in asked


def test_a_kind_of_query_or_one_site_can_be_left_out() -> None:
    asked = _asked(without=("reviews", "tiktok.com", "handles"))
    assert not [q for q in asked if "snobe" in q or "tiktok" in q or "wpps.wexcombe" in q]
    assert [q for q in asked if "facebook" in q]


def test_the_schools_own_queries_come_last_as_typed_and_none_twice() -> None:
    own = (' Wexcombe "school bus" ', '"wexcombe park primary school"')
    asked = _asked(own=own)
    assert asked[-1] == 'Wexcombe "school bus"'
    assert len({q.casefold() for q in asked}) == len(asked)


def test_leaving_everything_out_leaves_the_schools_own() -> None:
    assert _asked(without=tuple(QueryKind), own=("bus",)) == ["bus"]


def test_quotation_marks_in_a_name_do_not_break_the_phrase() -> None:
    (first, *_) = generate(School(id="w", name='The "Park" School'))
    assert first.words.count('"') == 2


def test_the_phrases_of_a_query_are_what_stands_in_quotation_marks() -> None:
    assert Query(words='"WPPS" Wexcombe "the gate"').phrases == ("WPPS", "the gate")
    assert Query(words="no phrase").phrases == ()


def test_encyclopaedias_are_asked_for_names_only() -> None:
    assert queries(SCHOOL) == (
        '"Wexcombe Park Primary School"',
        '"Wexcombe Park Primary" Wexcombe',
        '"WPPS" Wexcombe',
    )
