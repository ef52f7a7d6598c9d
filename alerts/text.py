"""Plain text in lines of at most 72 columns."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import jinja2

from monitor.terms import LONDON
from monitor.words import day

COLUMNS = 72
_IN_A_NUMBER = re.compile(r"(?<=\d) (?=\d)")  # nobody dials from two lines
_HELD = "\N{NO-BREAK SPACE}"


def render(template: str, **values: object) -> str:
    """Fill one of the templates beside this file; a missing value is an error."""
    return _templates.get_template(template).render(**values).strip() + "\n"


def wrapped(text: str, indent: str = "") -> str:
    return _fill(text, indent, indent)


def item(text: str, mark: str) -> str:
    """One point of a list, its further lines set in."""
    first = f"  {mark} "
    return _fill(text, first, " " * len(first))


def table(rows: Iterable[tuple[str, str]], indent: str = "") -> str:
    """Names and what they are, in two columns."""
    kept = list(rows)
    width = max(len(name) for name, _ in kept) + 2
    return "\n".join(
        _fill(what, f"{indent}{name:<{width}}", indent + " " * width) for name, what in kept
    )


def one_line(text: str) -> str:
    """*text* without line ends, control characters or characters that turn the direction."""
    kept = (" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join("".join(kept).split())


def uk_time(moment: datetime) -> str:
    """ "Friday 20 November 2026, 08:14", as clocks in the United Kingdom show it."""
    there = moment.astimezone(LONDON)
    return f"{there:%A} {day(there)}, {there:%H:%M}"


def _fill(text: str, first: str, rest: str) -> str:
    filled = textwrap.fill(
        _IN_A_NUMBER.sub(_HELD, text),
        COLUMNS,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace(_HELD, " ")


_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=False,  # noqa: S701 - plain text has no markup to escape
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_templates.filters.update(wrapped=wrapped, item=item)
