"""Writes the pages that a program can write: `python -m tests.architecture.pages`.

docs/sources.md, from what each kind of source says of itself; and the list of modules at the
end of docs/map.md, from their own first lines.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from sources import registry
from sources.contract import Source
from tests.architecture.project import PACKAGES, ROOT, name_of, python_files

SOURCES = ROOT / "docs" / "sources.md"
MAP = ROOT / "docs" / "map.md"
MARK = "<!-- from here on written by python -m tests.architecture.pages -->\n"

_HEAD = """# Where it can look

Written by `.venv/bin/python -m tests.architecture.pages` from what each kind of source says of
itself; `monitor sources KIND` prints the same. Every kind reads public content only, says
truthfully who it is, and waits between two visits to one place.

These keys are the same for all kinds, unless a kind says otherwise:

"""


def sources_page() -> str:
    parts = [_HEAD + _table(_shared())]
    parts += [_section(registry.describe(kind)) for kind in registry.BUILT_IN]
    return "\n".join(parts)


def _shared() -> list[registry.Key]:
    return [key for key in registry.describe("feed").keys if key.name in Source.model_fields]


def _section(told: registry.Description) -> str:
    about = told.about
    own = [key for key in told.keys if key not in _shared()]  # another default is its own
    facts = (("Finds", about.finds), ("Cost", about.cost), ("Limits", about.limits))
    lines = [f"- **{name}**: {words}." for name, words in (*facts, ("Terms", about.terms))]
    return f"## `{told.kind}`\n\n" + "\n".join(lines) + "\n\n" + _table(own)


def _table(keys: list[registry.Key]) -> str:
    rows = [
        f"| `{key.name}` | {'required' if key.required else f'`{key.default}`'} "
        f"| {key.description} |"
        for key in keys
    ]
    return "\n".join(("| key | default | what it is |", "|---|---|---|", *rows)) + "\n"


def modules() -> list[Path]:
    """Every module of the program; migrations and empty `__init__` files are none."""
    return [
        path
        for path in python_files(*PACKAGES)
        if path.name != "__init__.py" and "migrations" not in path.parts
    ]


def index() -> str:
    return "".join(_index_of(package) for package in PACKAGES)


def _index_of(package: str) -> str:
    lines = [_line(path) for path in modules() if path.relative_to(ROOT).parts[0] == package]
    return f"\n### {package}\n\n" + "".join(lines)


def _line(path: Path) -> str:
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = " ".join(words.partition("\n\n")[0].split())
    return f"- `{name_of(path)}`: {first}\n"


def map_page() -> str:
    """docs/map.md as it should be: its table is written by hand and left alone."""
    by_hand = MAP.read_text(encoding="utf-8").partition(MARK)[0]
    return by_hand + MARK + index()


def named_in(line: str) -> Iterator[str]:
    """What stands in `backticks`."""
    yield from line.split("`")[1::2]


def main() -> None:
    SOURCES.write_text(sources_page(), encoding="utf-8")
    MAP.write_text(map_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
