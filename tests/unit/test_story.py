"""The story that the demonstration tells at its end."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from monitor.demo.post_office import Letter
from monitor.demo.story import NO_PICTURE, Counts, ScanResult, tell
from monitor.domain import (
    ABOUT_SCHOOL,
    Assessment,
    CaptureMode,
    Case,
    Category,
    Evidence,
    EvidenceState,
    Incident,
    Mention,
    Reason,
    Severity,
    Sighting,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TEXT = "I will [break] your \x1b[31mwindows"


def _sighting(source: str, not_assessed: str | None = None) -> Sighting:
    mention = Mention(source=source, external_id="1", url="http://127.0.0.1:1/x", text=TEXT)
    because = (
        Reason(category=ABOUT_SCHOOL, start=0, end=1, text="I", rule="name.full"),
        Reason(category="threat", start=2, end=len(TEXT), text=TEXT[2:], rule="threat.intent"),
    )
    assessment = Assessment(
        about_school=True,
        relevance=1.0,
        model="test",
        because=() if not_assessed else because,
        not_assessed=not_assessed,
    )
    return Sighting(mention=mention, assessment=assessment, first_seen_at=NOW)


def _evidence(mode: CaptureMode, state: EvidenceState, note: str = "") -> Evidence:
    return Evidence(
        id=f"ev-{mode}-{state}",
        mode=mode,
        state=state,
        captured_at=NOW,
        manifest_sha256="0" * 64,
        note=note,
    )


def _incident(number: str, severity: Severity, *categories: Category) -> Incident:
    return Incident(
        key=number,
        school="wexcombe",
        opened_at=NOW,
        categories=frozenset(categories),
        severity=severity,
        number=number,
        about_head=True,
    )


MILD = Case(
    incident=_incident("2026-001", Severity.LOW),
    sightings=(_sighting("Mastodon", "the post is in another language"),),
    evidence=(_evidence(CaptureMode.LINK, EvidenceState.SEALED),),
)
GRAVE = Case(
    incident=_incident("2026-002", Severity.CRITICAL, Category.THREAT),
    sightings=(_sighting("Forum"), _sighting("Web search")),
    evidence=(
        _evidence(CaptureMode.FULL, EvidenceState.SEALED),
        _evidence(CaptureMode.FULL, EvidenceState.PARTIAL, "the page never finished loading"),
        _evidence(CaptureMode.TEXT, EvidenceState.WANTED),
    ),
)
RESULT = ScanResult(
    counts=Counts(read=10, about_school=6, criticism=2, not_assessed=1), cases=(MILD, GRAVE)
)
LETTER = Letter(file=Path("demo/mail/001-head.eml"), to="head@x.example", subject="Incident [2]")


def _told(result: ScanResult, *, terminal: bool, letters: tuple[Letter, ...] = (LETTER,)) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=400, color_system=None)
    tell(console, directory=Path("demo"), result=result, letters=letters)
    return out.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_the_story_says_what_why_where_and_what_next(terminal: bool) -> None:
    told = _told(RESULT, terminal=terminal)
    for words in (
        "10 posts were read",
        "6 are about the school",
        "3 are about something else",
        "2 are lawful criticism",
        "2026-002",
        "Critical",
        "Threat of violence or damage; Concern about the head",
        "Forum: http://127.0.0.1:1/x",
        "(threat.intent)",
        "not assessed: the post is in another language",
        NO_PICTURE,
        "the page never finished loading",
        "not captured yet",
        "001-head.eml",
        "Incident [2]",
        "make serve",
    ):
        assert words in told, words


@pytest.mark.parametrize("terminal", [True, False])
def test_a_strangers_text_cannot_steer_the_terminal_or_the_markup(terminal: bool) -> None:
    told = _told(RESULT, terminal=terminal)
    assert "[break]" in told
    assert "\x1b[31mwindows" not in told


def test_why_it_is_about_the_school_is_not_among_the_flagged_words() -> None:
    assert "name.full" not in _told(RESULT, terminal=False)


def test_the_gravest_incident_comes_first_and_is_named_once() -> None:
    told = _told(RESULT, terminal=False)
    flagged = told[told.index("What was flagged") : told.index("Which evidence")]
    assert flagged.index("2026-002") < flagged.index("2026-001")
    assert flagged.count("2026-002") == 1
    assert "Web search: " in flagged


def test_when_nothing_was_found_it_says_so() -> None:
    counts = Counts(read=0, about_school=0, criticism=0, not_assessed=0)
    for terminal in (True, False):
        told = _told(ScanResult(counts=counts, cases=()), terminal=terminal, letters=())
        assert "Nothing was flagged." in told
        assert told.count("None.") == 2


def test_what_went_wrong_comes_first() -> None:
    counts = Counts(read=0, about_school=0, criticism=0, not_assessed=0)
    result = ScanResult(counts=counts, cases=(), problems=("Forum cannot be read.",))
    told = _told(result, terminal=False)
    assert told.index("Forum cannot be read.") < told.index("What was found")
