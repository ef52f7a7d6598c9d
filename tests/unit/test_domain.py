"""The nouns refuse what would be wrong everywhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain import (
    Assessment,
    CaptureMode,
    Category,
    Mention,
    Reason,
    Severity,
    as_kept,
    capture_mode,
    storable,
)
from monitor.wire import assessment_from_json, assessment_to_json, moment

PLAIN = Mention(source="s", external_id="1", url="u", text="t")


def judged(**changes: object) -> Assessment:
    return Assessment(about_school=True, relevance=1.0, model="m", **changes)  # type: ignore[arg-type]  # a test names real fields


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone-aware"):
        Mention(source="s", external_id="1", url="u", text="t", published_at=datetime(2026, 1, 1))


def test_a_mention_without_an_id_is_refused() -> None:
    with pytest.raises(ValueError, match="external_id"):
        Mention(source="s", external_id="", url="u", text="t")


@given(st.text(st.characters()))
def test_any_text_can_be_stored_at_its_own_length(text: str) -> None:
    kept = Mention(source="s", external_id="1", url="u", text=text).text
    assert len(kept) == len(text)
    assert "\x00" not in kept
    kept.encode()


def test_what_cannot_be_stored_is_replaced() -> None:
    assert storable("a\x00b\ud83dc") == "a\ufffdb\ufffdc"


def test_a_very_long_id_is_shortened_and_stays_its_own() -> None:
    one, other = (Mention(source="s", external_id="x" * 999 + e, url="", text="") for e in "ab")
    assert len(one.external_id) < 200
    assert one.key != other.key


def test_severities_have_an_order() -> None:
    ranks = [s.rank for s in (Severity.NONE, Severity.LOW, Severity.MEDIUM, Severity.HIGH)]
    assert ranks == sorted(ranks)
    assert Severity.CRITICAL.rank > Severity.HIGH.rank


@pytest.mark.parametrize(
    ("mention", "assessment"),
    [
        (PLAIN, judged(categories=frozenset({Category.SEXUAL}))),
        (PLAIN, judged(scores={Category.SEXUAL: 0.3})),  # too little for a flag
        (PLAIN, judged(not_assessed="a picture without words")),
        (Mention(source="s", external_id="1", url="u", text="t", sensitive=True), judged()),
    ],
)
def test_where_a_picture_may_be_indecent_nothing_is_fetched(
    mention: Mention, assessment: Assessment
) -> None:
    assert capture_mode(mention, assessment) is CaptureMode.LINK


def test_otherwise_the_whole_page_is_captured() -> None:
    assert capture_mode(PLAIN, judged()) is CaptureMode.FULL


def test_of_what_may_not_be_kept_only_the_judgement_is() -> None:
    facts = {"published_as": "a month ago", "answers": "4711", "counts": (("likes", 1),)}
    read = replace(PLAIN, text="stab", author="Ann Oak", kept_as="a review", **facts)
    reasons = (Reason(category="threat", start=0, end=4, text="stab", rule="r"),)
    threat = judged(categories=frozenset({Category.THREAT}), because=reasons)
    mention, assessment = as_kept(read, threat)
    assert mention == replace(PLAIN, text="a review")
    assert assessment == replace(threat, because=())


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" 20 June\n2026, 9:00 ", "20 June 2026, 9:00"),
        ("2 days ago", "2 days ago"),
        ("9" * 100, "9" * 100),
        ("no time at all " * 7, ""),
        ("9:00\x00", "9:00\ufffd"),
    ],
)
def test_a_time_as_its_site_writes_it_is_one_short_line(written: str, kept: str) -> None:
    assert replace(PLAIN, published_as=written).published_as == kept


def test_everything_else_is_kept_as_it_was_read() -> None:
    assert as_kept(PLAIN, judged()) == (PLAIN, judged())


def test_an_assessment_survives_json() -> None:
    one = judged(
        categories=frozenset({Category.HATE, Category.ABUSE}),
        scores={Category.HATE: 0.5},
        severity=Severity.HIGH,
        child_safety=True,
    )
    assert assessment_from_json(assessment_to_json(one)) == one


def test_no_moment_is_null() -> None:
    assert moment(None) is None
