"""docs/asvs.md: every requirement has its line, and every test that a line names exists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tests.architecture.project import ROOT

# How many requirements of ASVS 5.0.0 each chapter has at levels 1 and 2.
CHAPTERS = {
    1: 27,
    2: 11,
    3: 19,
    4: 10,
    5: 9,
    6: 35,
    7: 18,
    8: 7,
    9: 7,
    10: 29,
    11: 14,
    12: 9,
    13: 13,
    14: 9,
    15: 13,
    16: 16,
    17: 7,
}
_ANSWERS = ("`tests/", "Reason: ", "Not applicable because ", "Open: ")


def _rows() -> Iterator[tuple[list[str], str]]:
    for line in (ROOT / "docs/asvs.md").read_text(encoding="utf-8").splitlines():
        if re.match(r"\| \d", line):
            numbers, _, answer = (cell.strip() for cell in line.strip("|").split(" | "))
            yield numbers.split(", "), answer


def test_every_requirement_stands_in_it_once() -> None:
    found = [number for numbers, _ in _rows() for number in numbers]
    assert [number for number, times in Counter(found).items() if times > 1] == []
    assert Counter(int(number.partition(".")[0]) for number in found) == CHAPTERS


def test_every_line_is_held_by_a_test_or_says_why_not() -> None:
    assert [numbers for numbers, answer in _rows() if not answer.startswith(_ANSWERS)] == []


def test_every_test_that_it_names_exists() -> None:
    missing = []
    for numbers, answer in _rows():
        for file, _, test in re.findall(r"`(tests/[\w/]+\.py)(::(\w+))?`", answer):
            path = ROOT / file
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            if not text or (test and f"def {test}(" not in text):
                missing.append((numbers, file, test))
    assert missing == []
