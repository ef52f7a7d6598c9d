"""Which mentions belong together, and which must not hide in one another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from alerts.decide import decide
from alerts.telling import Telling
from monitor.domain import (
    Assessment,
    CaptureMode,
    Category,
    Incident,
    IncidentState,
    Mention,
    Role,
    Severity,
)
from monitor.incidents import akin, capture_of, edited, group, place, story

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
WORDS = "somebody said they would come to the school gate on Friday with a bat"
POST = Mention(source="forum", external_id="1", url="https://f.example/t/1", text=WORDS)
THREAT = Assessment(
    about_school=True,
    relevance=1.0,
    model="m",
    categories=frozenset({Category.THREAT}),
    severity=Severity.HIGH,
)


def opened(mention: Mention = POST, assessment: Assessment = THREAT) -> Incident:
    incident = group(mention, assessment, "park", None, CaptureMode.FULL, NOW)
    assert incident is not None
    return incident


@dataclass(frozen=True)
class Near:
    incident: Incident
    mention: Mention


CONTACTS = Telling.to({role: f"{role}@wexcombepark.example" for role in Role})
NEAR = [Near(opened(), POST)]


def test_what_staff_send_in_is_logged_whatever_the_program_thinks_of_its_words() -> None:
    harmless = Assessment(about_school=True, relevance=1.0, model="m")
    assert group(POST, harmless, "park", None, CaptureMode.FULL, NOW) is None
    sent_in = replace(POST, for_a_person=True)
    for severity in (Severity.NONE, Severity.LOW):
        incident = opened(sent_in, replace(harmless, severity=severity))
        assert [alert.role for alert in decide(incident, None, CONTACTS, NOW)] == [Role.OFFICE]
    assert opened(sent_in).severity is Severity.HIGH


@pytest.mark.parametrize(
    ("mention", "doubt"), [(replace(POST, for_a_person=True), None), (POST, "read the rest")]
)
@pytest.mark.parametrize("categories", [frozenset(), frozenset({Category.IMPERSONATION})])
def test_what_a_person_must_see_is_told_to_somebody_however_slight_it_seems(
    mention: Mention, doubt: str | None, categories: frozenset[Category]
) -> None:
    slight = replace(THREAT, categories=categories, severity=Severity.LOW, not_assessed=doubt)
    incident = group(mention, slight, "park", None, CaptureMode.LINK, NOW)
    assert incident is not None
    assert decide(incident, None, CONTACTS, NOW)


def test_where_a_picture_may_be_indecent_no_later_sighting_opens_the_page() -> None:
    hidden = replace(opened(), pictures_allowed=False)
    assert capture_of(CaptureMode.FULL, hidden) is CaptureMode.LINK
    assert capture_of(CaptureMode.FULL, opened()) is CaptureMode.FULL
    assert capture_of(CaptureMode.FULL, None) is CaptureMode.FULL


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.f.example/t/1", "http://f.example/t/1/"),
        ("https://f.example/t/1?utm_source=x&fbclid=y", "https://f.example/t/1"),
        ("https://F.EXAMPLE/t/1", "https://f.example/t/1"),
    ],
)
def test_two_links_to_one_page_are_one_place(one: str, other: str) -> None:
    assert place(one) == place(other)


@pytest.mark.parametrize(
    "other", ["https://f.example/t/2", "https://f.example/t/1?page=2", "https://f.example/t/1#p7"]
)
def test_two_pages_are_two_places(other: str) -> None:
    assert place(other) != place("https://f.example/t/1")


@pytest.mark.parametrize("url", ["http://[bad", "", "javascript:alert(1)", "http://\ud800"])
def test_no_address_is_too_odd_to_have_a_place(url: str) -> None:
    assert place(Mention(source="s", external_id="1", url=url, text="").url)


def test_a_story_is_its_words_whatever_their_case_and_spacing() -> None:
    assert story(WORDS) == story(WORDS.upper().replace(" ", "  "))
    assert story(WORDS) != story(WORDS + " tomorrow")


def test_few_words_are_no_story() -> None:
    assert story("Disgusting, absolutely disgusting.") == ""


def test_the_same_words_elsewhere_join() -> None:
    repost = replace(POST, source="other", external_id="9", url="https://g.example/9")
    assert akin(repost, NEAR) == opened()


def test_a_search_engines_snippet_of_the_page_joins() -> None:
    snippet = replace(
        POST, source="web", external_id="u", text="come to the school gate on Friday"
    )
    assert akin(snippet, NEAR) == opened()


def test_common_words_in_another_order_are_not_a_quotation() -> None:
    """A short threat must not vanish into a long page that uses the same small words."""
    page = replace(
        POST,
        source="web",
        external_id="p",
        text="I am going to say it: on Sunday all of you will see what the school is, and I "
        "will not shoot my mouth off, but somebody has to, and you all know who.",
    )
    threat = replace(
        POST, external_id="t", text="I am going to school on Sunday and I will shoot all of you"
    )
    assert akin(threat, [Near(opened(page), page)]) is None


def test_another_review_on_the_same_page_does_not_hide_in_the_first() -> None:
    """All reviews of a school share one address."""
    other = replace(POST, external_id="2", text="the head is going to get what is coming to him")
    assert akin(other, NEAR) is None
    assert akin(replace(other, source="web"), NEAR) is None


def test_a_closed_incident_takes_no_more() -> None:
    closed = replace(opened(), state=IncidentState.CLOSED)
    assert akin(POST, [Near(closed, POST)]) is None


def test_what_joins_can_only_make_it_graver() -> None:
    milder = replace(
        THREAT, categories=frozenset({Category.ABUSE}), severity=Severity.LOW, child_safety=True
    )
    grown = group(POST, milder, "park", opened(), CaptureMode.LINK, NOW)
    assert grown is not None
    assert grown.key == opened().key
    assert grown.categories == {Category.THREAT, Category.ABUSE}
    assert grown.severity is Severity.HIGH
    assert grown.child_safety
    assert not grown.pictures_allowed


def test_lawful_criticism_opens_nothing() -> None:
    complaint = Assessment(
        about_school=True, relevance=1.0, model="m", severity=Severity.MEDIUM, criticism=True
    )
    assert group(POST, complaint, "park", None, CaptureMode.FULL, NOW) is None


def test_what_could_not_be_judged_and_does_not_name_the_school_is_no_incident() -> None:
    unread = Assessment(about_school=False, relevance=0.0, model="m", not_assessed="in Polish")
    assert group(POST, unread, "park", None, CaptureMode.LINK, NOW) is None


def test_what_could_not_be_judged_goes_before_a_person() -> None:
    unread = Assessment(about_school=True, relevance=0.5, model="m", not_assessed="in Polish")
    incident = group(POST, unread, "park", None, CaptureMode.LINK, NOW)
    assert incident is not None
    assert not incident.pictures_allowed


def test_one_id_of_the_whole_world_seen_through_two_servers_joins() -> None:
    uri = "https://m.example/users/a/statuses/1"
    here = replace(POST, external_id=uri, url="https://m.example/@a/1")
    there = replace(here, source="other server", url="https://o.example/@a@m.example/9")
    quoted = replace(there, text="come to the school gate on Friday")
    assert akin(quoted, [Near(opened(here), here)]) == opened(here)
    numbered = replace(quoted, external_id="post:1")
    assert akin(numbered, [Near(opened(), replace(POST, external_id="post:1"))]) is None


def test_an_edit_stays_in_its_incident_while_that_is_open() -> None:
    more = replace(POST, text=f"{WORDS} and he will bring his brothers")
    assert edited(more, NEAR) == opened()
    closed = replace(opened(), state=IncidentState.CLOSED)
    assert edited(more, [Near(closed, POST)]) is None


def test_quite_other_words_under_an_old_id_are_no_edit() -> None:
    other = replace(POST, text="the head is going to get what is coming to him at last")
    assert edited(other, NEAR) is None


def test_an_edition_has_an_incident_of_its_own() -> None:
    again = group(POST, THREAT, "park", None, CaptureMode.FULL, NOW, edition="0123")
    assert again is not None
    assert again.key != opened().key
