"""The vocabulary and the pure parts load nothing heavy, so that commands start at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture.project import ROOT

HEAVY = ("sqlmodel", "sqlalchemy", "fastapi", "spacy", "playwright")
LIGHT = (
    *("monitor.domain", "monitor.egress", "monitor.wire", "monitor.words", "monitor.incidents"),
    *("monitor.trends", "sources.contract", "sources.registry", "alerts.decide", "nlp.assess"),
    *("monitor.cli.main", "monitor.judging"),
)


def _loaded_by(statement: str) -> set[str]:
    """The modules that a fresh Python holds after *statement*."""
    code = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", LIGHT)
def test_it_stays_light(module: str) -> None:
    assert not _loaded_by(f"import {module}") & set(HEAVY)


def test_the_vocabulary_needs_nothing_but_the_standard_library() -> None:
    ours = {"monitor"}
    known = set(sys.stdlib_module_names) | ours
    before = _loaded_by("pass")
    assert _loaded_by("import monitor.domain, monitor.egress, monitor.wire") - before <= known


def test_a_heavy_module_would_be_noticed() -> None:
    assert "sqlalchemy" in _loaded_by("import monitor.store.database")
