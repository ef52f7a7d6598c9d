"""Posts in, judgements out."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from monitor.domain import Assessment, Mention, School
from monitor.judging import LONGEST, judge, read_lines
from tests.wexcombe import WEXCOMBE

OTHER = replace(WEXCOMBE, id="thorley", name="Thorley Green Junior School")
BOTH = {s.id: s for s in (WEXCOMBE, OTHER)}
ASKED: list[tuple[Mention, School]] = []


@pytest.fixture(autouse=True)
def _nothing_asked() -> None:
    ASKED.clear()


def about(mention: Mention, school: School) -> Assessment:
    ASKED.append((mention, school))
    return Assessment(about_school=True, relevance=0.5, model="test")


def answers(
    *lines: bytes, schools: dict[str, School] | None = None, school: str | None = None
) -> list[dict[str, object]]:
    found = judge(lines, schools or {WEXCOMBE.id: WEXCOMBE}, school, about)
    return [json.loads(answer.line) for answer in found]


def test_all_that_is_said_of_a_post_reaches_the_judge() -> None:
    line = {"id": 3, "text": "Hello", "url": "https://x.example/", "author": "n", "channel": "c"}
    (answer,) = answers(json.dumps(line).encode())
    ((mention, school),) = ASKED
    assert (mention.text, mention.url, mention.author) == ("Hello", "https://x.example/", "n")
    assert (mention.source, mention.external_id, school) == ("c", "3", WEXCOMBE)
    assert (answer["id"], answer["about_school"]) == (3, True)


@pytest.mark.parametrize(
    ("own", "asked_for", "judged_for"),
    [("thorley", "wexcombe", "thorley"), (None, "thorley", "thorley"), ("wexcombe", None, None)],
)
def test_the_posts_own_school_counts_before_the_one_asked_for(
    own: str | None, asked_for: str | None, judged_for: str | None
) -> None:
    line = json.dumps({"id": 1, "text": "Hello", "school": own}).encode()
    answers(line, schools=BOTH, school=asked_for)
    assert [school.id for _, school in ASKED] == [judged_for or own]


def test_of_two_schools_none_is_guessed() -> None:
    (answer,) = answers(b'{"id": 1, "text": "Hello"}', schools=BOTH)
    assert "--school" in str(answer["not_assessed"])
    assert ASKED == []


@pytest.mark.parametrize(
    ("line", "id_", "why"),
    [
        (b"{", None, "not a JSON object"),
        (b"\xff\xfe", None, "not a JSON object"),
        (b'"text"', None, "not a JSON object"),
        (b'{"text": "Hello"}', None, "id: missing"),
        (b'{"id": true, "text": "Hello"}', None, "id"),
        (b'{"id": "a", "text": 7}', "a", "text"),
        (b'{"id": "a"}', "a", "text: missing"),
        (b'{"id": "a", "text": "Hello", "school": "x"}', "a", "no school with that id"),
        (b'{"id": 1, "text": "\\ud83d"}', None, "not a JSON object"),
        (b"[" * 100_000, None, "not a JSON object"),
    ],
)
def test_a_line_that_is_no_post_is_answered_with_the_reason_and_its_id_if_it_has_one(
    line: bytes, id_: str | None, why: str
) -> None:
    (answer,) = answers(line)
    assert answer["id"] == id_
    assert why in str(answer["not_assessed"])
    assert answer["about_school"] is False
    assert ASKED == []


def test_the_reason_never_quotes_what_was_written() -> None:
    (answer,) = answers(b'{"id": "a", "text": ["The child is called Rowan Thornby"]}')
    assert "Rowan" not in json.dumps(answer)


def test_numbers_of_lines_count_blank_ones_too() -> None:
    (answer,) = answers(b"\n", b"  \n", b"{\n")
    assert str(answer["not_assessed"]).startswith("line 3 ")


def test_a_line_that_is_far_too_long_is_never_held_whole() -> None:
    whole = b'{"id": 1, "text": "Hello"}\n'
    file = io.BytesIO(b"x" * (3 * LONGEST) + b"\n" + whole + b"y" * (LONGEST + 1))
    lines = list(read_lines(file))
    assert [len(line) for line in lines] == [LONGEST + 1, len(whole), LONGEST + 1]
    assert [a["id"] for a in answers(*lines)] == [None, 1, None]


def test_a_line_of_just_the_longest_length_is_one_line() -> None:
    file = io.BytesIO(b"x" * LONGEST + b"\n" + b"next\n")
    assert [len(line) for line in read_lines(file)] == [LONGEST + 1, 5]


def test_each_answer_comes_before_the_next_line_is_read() -> None:
    read: list[int] = []

    def lines() -> Iterator[bytes]:
        for number in (1, 2):
            read.append(number)
            yield json.dumps({"id": number, "text": "Hello"}).encode()

    found = judge(lines(), {WEXCOMBE.id: WEXCOMBE}, None, about)
    next(found)
    assert read == [1]
