"""The list of incidents: searched, through a real server and a real database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from monitor.store.accounts import AccountRole
from tests.integration.dashboard import Dashboard, running


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


def numbers_on(page: str) -> list[str]:
    return re.findall(r'data-open href="/incidents/(2026-[^"]+)"', page)


def looking_for(words: str, **more: str) -> str:
    return "/incidents?" + urlencode({"words": words} | more)


def test_each_role_finds_only_words_that_it_may_read(board: Dashboard) -> None:
    plain = board.add_incident("kettle one")
    child = board.add_incident("kettle two", child_safety=True)
    head = board.add_incident("kettle three", about_head=True)
    board.add_incident("kettle four", school="otherby")
    for role, numbers in (
        (AccountRole.OFFICE, [plain]),
        (AccountRole.HEAD, [child, plain]),
        (AccountRole.DSL, [head, child, plain]),
    ):
        with board.signed_in(role) as client:
            assert numbers_on(client.get(looking_for("kettle")).text) == numbers
            everything = client.get(looking_for("kettle", state="open")).text
            assert f"1 to {len(numbers)} of {len(numbers)}" in everything
            assert "of 0" not in client.get(looking_for("kettle", state="closed")).text


def test_a_search_stays_while_one_filters_and_turns_pages(board: Dashboard) -> None:
    for n in range(51):
        board.add_incident(f"kettle {n}", url=f"https://f.example/{n}")
    with board.signed_in(AccountRole.OFFICE) as client:
        page = client.get(looking_for('"kettle 1"* ')).text
        assert len(numbers_on(page)) == 11
        assert 'value="&#34;kettle 1&#34;*"' in page
        page = client.get(looking_for("kettle")).text
        (older,) = re.findall(r'href="([^"]*)" rel="next"', page)
        assert len(numbers_on(client.get(older.replace("&amp;", "&")).text)) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("!!!", "Use at least one word or number."),
        ("marmalade", "Nothing that you may read has all of “marmalade”"),
        ("<script>alert(1)</script>", escape("<script>alert(1)</script>")),
        ("\u202ex", "[U+202E]x"),
        ("a" * 300, "a" * 200),
    ],
)
def test_what_finds_nothing_says_why(board: Dashboard, words: str, sentence: str) -> None:
    board.add_incident("kettle")
    with board.signed_in(AccountRole.OFFICE) as client:
        answer = client.get(looking_for(words))
    assert answer.status_code == 200
    assert numbers_on(answer.text) == []
    assert sentence in answer.text
