"""Small tables as CSV and XLSX, in which nothing is ever a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# Controls, and characters that reorder or hide others; a sheet refuses some of them.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")  # the last four are full-width


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    title: str
    what: str  # the heading of the first column
    rows: tuple[tuple[str, int | str], ...]
    of: str = "Mentions"  # what the numbers count


def as_csv(first_lines: Iterable[str], tables: Iterable[Table]) -> bytes:
    """UTF-8, with the mark by which spreadsheets know it; table, row, count after the lines."""
    text = StringIO()
    lines = csv.writer(text, quoting=csv.QUOTE_ALL)
    for line in first_lines:
        lines.writerow([harmless(line), "", ""])
    lines.writerow(["Table", "Row", "Number"])
    for table in tables:
        for name, count in table.rows:
            lines.writerow([harmless(table.title), harmless(name), count])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(first_lines: Iterable[str], tables: Iterable[Table]) -> bytes:
    from openpyxl import Workbook  # a third of a second, which no other command should pay

    book = Workbook()
    book.properties.creator = "School reputation monitor"
    sheet = book.active
    sheet.title = "Report"
    for line in first_lines:
        _append(sheet, [line])
        sheet.merge_cells(
            start_row=sheet.max_row, end_row=sheet.max_row, end_column=6, start_column=1
        )
    for table in tables:
        _append(sheet, [""])
        _append(sheet, [table.title], bold=True)
        _append(sheet, [table.what, table.of], bold=True)
        for row in table.rows:
            _append(sheet, row)
    sheet.column_dimensions["A"].width = 34
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def harmless(text: str) -> str:
    """No spreadsheet takes it for a formula (OWASP ASVS 5.0, 1.2.10)."""
    text = clean(text)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def clean(text: str) -> str:
    return _UNSEEN.sub(" ", text)


def _append(sheet: Worksheet, values: Sequence[int | str], *, bold: bool = False) -> None:
    from openpyxl.styles import Alignment, Font

    row = sheet.max_row + 1
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row=row, column=column)
        cell.value = clean(value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"  # or "=1+1" would be a formula
        cell.font = Font(bold=bold)
        cell.alignment = Alignment(wrap_text=len(str(value)) > 60, vertical="top")
