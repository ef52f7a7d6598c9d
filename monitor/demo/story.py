"""What the demonstration has shown, told in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor import words
from monitor.demo.post_office import Letter
from monitor.domain import (
    ABOUT_SCHOOL,
    Assessment,
    CaptureMode,
    Case,
    Category,
    Evidence,
    EvidenceState,
    Severity,
    Sighting,
)

LONGEST_QUOTE = 160  # characters
NO_PICTURE = "no picture: one on that page could be indecent, so nothing was fetched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many posts were read, and what was thought of them.

    `read` counts every post once for each source that gave it; `about_school`,
    `criticism` and `not_assessed` are among them.
    """

    read: int
    about_school: int
    criticism: int
    not_assessed: int

    @property
    def not_about_school(self) -> int:
        return self.read - self.about_school - self.not_assessed


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What a scan of the sample town came to. `problems` are sentences for people."""

    counts: Counts
    cases: tuple[Case, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading, and under it a table or, where there are no columns, sentences."""

    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def tell(
    console: Console, *, directory: Path, result: ScanResult, letters: Sequence[Letter]
) -> None:
    """Print the story: in colour on a terminal, as plain text anywhere else."""
    for section in story(directory=directory, result=result, letters=letters):
        if console.is_terminal:
            _in_colour(console, section)
        else:
            _plainly(console, section)


def story(*, directory: Path, result: ScanResult, letters: Sequence[Letter]) -> list[Section]:
    cases = sorted(result.cases, key=lambda c: (-c.incident.severity.rank, c.incident.number))
    sections = [
        _found(result.counts),
        _flagged(cases),
        _captured(cases),
        _sent(directory, letters),
        _where_to_look(directory),
    ]
    if result.problems:
        sections.insert(0, Section(title="What went wrong", rows=_lines(result.problems)))
    return sections


def _found(counts: Counts) -> Section:
    sentences = [
        f"{counts.read} posts were read in the sample town.",
        f"{counts.about_school} are about the school.",
        f"{counts.not_about_school} are about something else of that name, or nothing of ours.",
        f"{counts.criticism} are lawful criticism: counted, never flagged.",
        f"{counts.not_assessed} could not be judged and wait for a person to look.",
    ]
    return Section(title="What was found", rows=_lines(sentences))


def _flagged(cases: Sequence[Case]) -> Section:
    rows = [row for case in cases for row in _case_rows(case)]
    return Section(
        title="What was flagged, and why",
        columns=("incident", "severity", "what", "where", "the words, and the rule"),
        rows=tuple(rows) or _lines(["Nothing was flagged."]),
    )


def _case_rows(case: Case) -> Iterable[tuple[str, ...]]:
    """A row for each place where it was seen; the first names the incident."""
    first = (
        case.incident.number,
        words.SEVERITIES[case.incident.severity],
        _what(case),
    )
    for sighting in case.sightings:
        mention = sighting.mention
        yield (*first, f"{mention.source}: {mention.url}", _why(sighting))
        first = ("", "", "")


def _what(case: Case) -> str:
    named = [words.CATEGORIES[c] for c in Category if c in case.incident.categories]
    if case.incident.about_head:
        named.append("Concern about the head")
    if case.incident.child_safety:
        named.append("A child may be at risk")
    return "; ".join(named) or "Not assessed"


def _why(sighting: Sighting) -> str:
    assessment = sighting.assessment
    if assessment.not_assessed is not None:
        return f"not assessed: {assessment.not_assessed}"
    return "; ".join(_reasons(assessment)) or "no reason was given"


def _reasons(assessment: Assessment) -> list[str]:
    """The demo's posts are invented, so that their words may be shown here."""
    because = [reason for reason in assessment.because if reason.category != ABOUT_SCHOOL]
    return [f"“{_short(reason.text)}” ({reason.rule})" for reason in because]


def _captured(cases: Sequence[Case]) -> Section:
    rows = [
        (evidence.id, case.incident.number, evidence.mode.value, _picture(evidence))
        for case in cases
        for evidence in case.evidence
    ]
    return Section(
        title="Which evidence was captured",
        columns=("evidence", "incident", "mode", "picture of the page"),
        rows=tuple(rows) or _lines(["None."]),
    )


def _picture(evidence: Evidence) -> str:
    if evidence.state is EvidenceState.WANTED:
        return evidence.note or "not captured yet"
    if evidence.mode is CaptureMode.LINK:
        return evidence.note or NO_PICTURE
    if evidence.mode is CaptureMode.TEXT:
        return evidence.note or "no picture: only the words were kept"
    if evidence.state is EvidenceState.PARTIAL:
        return evidence.note or "incomplete; meta.json in its folder says why"
    return "yes"


def _sent(directory: Path, letters: Sequence[Letter]) -> Section:
    rows = [(str(letter.file), letter.to, letter.subject) for letter in letters]
    return Section(
        title=f"Which mails were sent (caught in {directory / 'mail'}; none left this machine)",
        columns=("file", "to", "subject"),
        rows=tuple(rows) or _lines(["None."]),
    )


def _where_to_look(directory: Path) -> Section:
    sentences = [
        f"The configuration: {directory / 'config.toml'}",
        f"The incident log and the evidence: {directory / 'data'}",
        f"The mails: {directory / 'mail'}",
        "The dashboard: make serve",
        f"Proof that nothing was changed: monitor verify --all --config "
        f"{directory / 'config.toml'}",
    ]
    return Section(title="Where to look", rows=_lines(sentences))


def _lines(sentences: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple((sentence,) for sentence in sentences)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_QUOTE else f"{flat[: LONGEST_QUOTE - 1]}…"


COLOURS = {
    words.SEVERITIES[Severity.CRITICAL]: "bold red",
    words.SEVERITIES[Severity.HIGH]: "red",
    words.SEVERITIES[Severity.MEDIUM]: "yellow",
}


def _in_colour(console: Console, section: Section) -> None:
    """Cells are Text, never markup: a post's [brackets] are only brackets."""
    console.print()
    if not section.columns or any(len(row) == 1 for row in section.rows):
        console.print(Text(section.title, style="bold"))
        for (sentence,) in section.rows:
            console.print(Text(f"  {_printable(sentence)}"))
        return
    table = Table(title=Text(section.title, style="bold"), title_justify="left")
    for column in section.columns:
        table.add_column(column, overflow="fold")
    for row in section.rows:
        table.add_row(*(Text(_printable(cell), style=COLOURS.get(cell, "")) for cell in row))
    console.print(table)


def _plainly(console: Console, section: Section) -> None:
    """A line for each cell, which a pipe, a log and a screen reader can all bear."""
    lines = ["", section.title]
    for row in section.rows:
        if len(row) == 1:
            lines.append(f"  {row[0]}")
            continue
        lines += _block(section.columns, row)
    console.out("\n".join(map(_printable, lines)), highlight=False)


def _block(columns: Sequence[str], row: Sequence[str]) -> list[str]:
    """The first cell as "- incident: 2026-001", and the other cells indented below it."""
    filled = [f"{name}: {cell}" for name, cell in zip(columns, row, strict=True) if cell]
    marks = ["-" if row[0] else " ", *" " * len(row)]
    return [f"  {mark} {line}" for mark, line in zip(marks, filled, strict=False)]


def _printable(text: str) -> str:
    """Without the control characters by which a stranger's text could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
