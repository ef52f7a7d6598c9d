"""What is dear to set up is set up once: its tests run on one worker (`xdist_group`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = """
import pytest

pytestmark = pytest.mark.xdist_group("dear")


@pytest.mark.parametrize("number", range(6))
def test_it(number, worker_id):
    with open("workers", "a") as file:
        file.write(worker_id + "\\n")
"""


def test_a_group_stays_on_one_worker(tmp_path: Path) -> None:
    """New versions of pytest have broken this in silence."""
    (tmp_path / "test_dear.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", tmp_path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert len(set((tmp_path / "workers").read_text().split())) == 1
