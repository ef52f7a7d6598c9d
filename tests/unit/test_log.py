"""The incident log as lines and for a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from monitor.domain import (
    AlertState,
    Assessment,
    Case,
    Category,
    Incident,
    IncidentState,
    Mention,
    Role,
    Severity,
    Sighting,
    Told,
)
from monitor.log import COLUMNS, as_csv, as_lines

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def case(*texts: str, categories: frozenset[Category] = frozenset({Category.THREAT})) -> Case:
    return Case(
        incident=Incident(
            key="k",
            number="2026-014",
            school="wexcombe",
            opened_at=NOON,
            state=IncidentState.OPEN,
            categories=categories,
            severity=Severity.HIGH,
            about_head=False,
            child_safety=False,
            pictures_allowed=True,
        ),
        sightings=tuple(
            Sighting(
                mention=Mention(
                    source="Paper", external_id=str(n), url="https://p.example/", text=text
                ),
                assessment=Assessment(about_school=True, relevance=1.0, model="test"),
                first_seen_at=NOON,
            )
            for n, text in enumerate(texts)
        ),
        evidence=(),
        told=(Told(role=Role.HEAD, channel="email", state=AlertState.SENT, sent_at=NOON),),
    )


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_line_tells_of_the_incident_in_plain_words_and_quotes_nobody() -> None:
    (line,) = as_lines([case("I know where Rowan Thornby lives")])
    for part in ("2026-014", "High", "2026-11-20", "wexcombe", "open", "Threat of violence"):
        assert part in line
    assert "Rowan" not in line


def test_an_incident_without_a_category_asks_for_a_reader() -> None:
    (line,) = as_lines([case("…", categories=frozenset())])
    assert "Needs a person to read it" in line


def test_each_mention_has_a_row_and_hard_text_stays_in_its_cell() -> None:
    hard = 'He said "no",\nand;\tleft, ✓'
    found = rows(as_csv([case(hard, "plain")]))
    assert [r["id"] for r in found] == ["2026-014", "2026-014"]
    assert found[1]["text"] == "plain"
    assert '"no"' in found[0]["text"]
    assert (found[0]["told"], found[0]["opened_at"]) == ("head:sent", "2026-11-20T12:00:00Z")


def test_nothing_a_stranger_wrote_is_a_formula() -> None:
    for start in ("=", "+", "-", "@", "\t=", " ="):
        (found,) = rows(as_csv([case(f'{start}HYPERLINK("https://x.example/")')]))
        assert not found["text"].lstrip().startswith(("=", "+", "-", "@"))


def test_an_empty_log_is_a_heading() -> None:
    assert rows(as_csv([])) == []
    assert as_csv([]).count("\r\n") == 1
    assert all(f'"{column}"' in as_csv([]) for column in COLUMNS)
