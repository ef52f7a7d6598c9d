"""The manual is the fixture: the source that CONTRIBUTING.md shows is installed and run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.project import ROOT

MANUAL = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```(?:python|toml)\n# (\S+)\n(.*?)^```", MANUAL, re.M | re.S))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The package as the manual shows it, as an installer would leave it."""
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    info = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    lines = [
        f"[{group}]\n" + "\n".join(f"{kind} = {where}" for kind, where in kinds.items())
        for group, kinds in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return tmp_path


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_manual_shows_all_its_files() -> None:
    assert set(FILES) == {
        *("pyproject.toml", "parish_board.py", "test_parish_board.py", "config.toml")
    }


def test_the_source_of_the_manual_keeps_the_contract(package: Path) -> None:
    done = _run(package, "-m", "pytest", "-q", "-W", "error", "test_parish_board.py")
    assert done.returncode == 0, done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 30


def test_a_source_that_moves_its_cursor_too_far_would_not(package: Path) -> None:
    source = package / "parish_board.py"
    faulty = source.read_text().replace("notices[-1].number", "notices[-1].number + 1")
    source.write_text(faulty)
    assert _run(package, "-m", "pytest", "-q", "test_parish_board.py").returncode == 1


def test_the_monitor_knows_the_kind_once_its_package_is_there(package: Path) -> None:
    code = "import sys; sys.argv = ['monitor', 'sources', 'parish']; "
    done = _run(package, "-c", code + "from monitor.cli.main import main; main()")
    assert "notices on a parish board" in done.stdout


def test_the_configuration_of_the_manual_is_accepted(package: Path) -> None:
    school = '[[schools]]\nid = "wexcombe"\nname = "Wexcombe Park Primary School"\n'
    (package / "config.toml").write_text(school + FILES["config.toml"])
    code = (
        "from pathlib import Path; from monitor import settings; "
        "print(*(type(s).__name__ for s in settings.load(Path('config.toml')).sources))"
    )
    assert _run(package, "-c", code).stdout.split() == ["Parish"]
