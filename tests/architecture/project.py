"""The project's own files, as the tests of this folder read them. No git needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("monitor", "sources", "nlp", "alerts")
_FOLDERS = (*PACKAGES, "tests", "tools", "docs", ".ci")
_TOP = ("*.md", "Makefile", "constraints.txt", "pyproject.toml", "config.example.toml", "LICENSE")
_MADE = ("__pycache__", "monitor/web/assets/")  # by Python, by tools/assets
_BINARY = frozenset({".npz", ".onnx", ".png", ".pyc"})


def text_files() -> Iterator[Path]:
    """Every text file that belongs to the project; caches and a user's own files do not."""
    for pattern in _TOP:
        yield from sorted(ROOT.glob(pattern))
    for folder in _FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            made = any(part in path.as_posix() for part in _MADE)
            if path.is_file() and path.suffix not in _BINARY and not made:
                yield path


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    """As it is written in the papers: "sources/http.py"."""
    return path.relative_to(ROOT).as_posix()
