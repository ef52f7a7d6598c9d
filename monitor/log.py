"""The incident log on paper: as lines to read, and for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from alerts.spreadsheets import harmless
from monitor import words
from monitor.domain import Case, Category
from monitor.wire import case_to_json

COLUMNS = (
    *("id", "school", "opened_at", "state", "severity", "categories"),
    *("source", "url", "author", "text", "published_at", "first_seen_at", "evidence", "told"),
)


def as_lines(cases: Iterable[Case]) -> Iterator[str]:
    """A line for each incident; what was written stays in the log."""
    for case in cases:
        incident = case.incident
        named = [words.CATEGORIES[c] for c in Category if c in incident.categories]
        yield "  ".join(
            (
                incident.number,
                f"{words.SEVERITIES[incident.severity]:<8}",
                f"{incident.opened_at:%Y-%m-%d}",
                incident.school,
                incident.state,
                ", ".join(named) or "Needs a person to read it",
            )
        )


def as_csv(cases: Iterable[Case]) -> str:
    """A row for each mention, every cell quoted, nothing a formula."""
    text = StringIO()
    rows = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for case in cases:
        for cells in _rows(case):
            rows.writerow([harmless(cell) for cell in cells])
    return text.getvalue()


def _rows(case: Case) -> Iterator[list[str]]:
    line = case_to_json(case)
    told = " ".join(f"{a['role']}:{a['state']}" for a in line["alerts"])
    evidence = " ".join(e["id"] for e in line["evidence"])
    head = [line["id"], line["school"], line["opened_at"] or "", line["state"], line["severity"]]
    for mention in line["mentions"]:
        yield [
            *head,
            " ".join(line["categories"]),
            mention["source"],
            mention["url"],
            mention["author"],
            mention["text"],
            mention["published_at"] or "",
            mention["first_seen_at"] or "",
            evidence,
            told,
        ]
