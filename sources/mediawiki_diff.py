"""What a revision added, read from MediaWiki's table of differences."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

from sources.text import tidy

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def added_words(diff: str) -> str:
    """The new lines whole, and of changed lines the sentences that hold something new.

    A line of an article is a paragraph. Judging all of it would blame an editor who mended
    a comma for what was there before; judging the bare insertion ("is a thief") would lose
    of whom it is said.
    """
    soup = BeautifulSoup(f"<table>{diff}</table>", "html.parser")
    lines = [_added(cell) for cell in soup.select("td.diff-addedline")]
    return tidy("\n".join(line for line in lines if line))


def _added(cell: Tag) -> str:
    row = cell.find_parent("tr")
    moved = row is not None and row.select_one(".mw-diff-movedpara-right") is not None
    if cell.ins is None:
        return "" if moved else cell.get_text()
    return " ".join(_sentences(cell))


def _sentences(cell: Tag) -> list[str]:
    """The sentences of the line that overlap an insertion."""
    line, spans = "", []
    for piece in cell.find_all(string=True):
        if piece.find_parent("ins") is not None and piece.strip():
            spans.append((len(line), len(line) + len(piece)))
        line += piece
    kept, start = [], 0
    for end in [*(m.end() for m in _SENTENCE_END.finditer(line)), len(line)]:
        if any(a < end and b > start for a, b in spans):
            kept.append(line[start:end].strip())
        start = end
    return kept
