"""The pages that take a school to a working source: what they tell it to write is right."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from sources import registry

PAGES = sorted((Path(__file__).parents[2] / "docs" / "connect").glob("*.md"))


def _tables(page: Path) -> list[dict[str, object]]:
    """The [[sources]] in the page's examples."""
    found = re.findall(
        r"^ *```toml\n(.*?)^ *```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    return [table for block in found for table in tomllib.loads(block).get("sources", [])]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_tells_to_write_is_understood(page: Path) -> None:
    tables = [table for table in _tables(page) if table["kind"] == page.stem]
    assert tables
    for table in tables:
        kind = registry.load(page.stem)
        assert kind(**{key: value for key, value in table.items() if key != "kind"})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_names_its_kind_and_when_it_was_checked(page: Path) -> None:
    text = page.read_text("utf-8")
    assert f"`monitor sources {page.stem}`" in text
    checked = re.search(r"[Cc]hecked on (\d{4}-\d{2}-\d{2})", text)
    assert checked
    assert date.fromisoformat(checked[1]) >= date(2026, 11, 1)
