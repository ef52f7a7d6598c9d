"""docs/map.md leads only to what is there, and forgets no module."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.pages import MAP, map_page, modules, named_in
from tests.architecture.project import PACKAGES, ROOT, name_of

TEXT = MAP.read_text(encoding="utf-8")
NAMED = sorted({name for name in named_in(TEXT) if "/" in name or name.endswith(".toml")})
TABLES = [line for line in TEXT.splitlines() if line.startswith("| ") and "`" in line]


@cache
def _tests_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


@pytest.mark.parametrize("name", [name for name in NAMED if "::" not in name])
def test_every_file_named_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


@pytest.mark.parametrize("name", [name for name in NAMED if "::" in name])
def test_every_test_named_is_there(name: str) -> None:
    path, _, test = name.partition("::")
    assert test in _tests_in(ROOT / path)


def test_every_line_leads_to_a_file_and_a_test() -> None:
    assert len(TABLES) > 30
    for line in TABLES:
        names = [*named_in(line)]
        assert any("::" in name for name in names), line
        assert any("::" not in name for name in names), line


def test_no_module_is_forgotten() -> None:
    """To put it right: python -m tests.architecture.pages"""
    assert {name_of(path) for path in modules()} <= set(NAMED)


def test_no_module_is_listed_that_has_gone() -> None:
    listed = {name for name in NAMED if name.partition("/")[0] in PACKAGES}
    gone = {name for name in listed if name.endswith(".py") and not (ROOT / name).is_file()}
    assert not gone


def test_writing_the_page_again_leaves_what_is_written_by_hand() -> None:
    by_hand = TEXT.partition("<!--")[0]
    assert map_page().startswith(by_hand)
