"""Brings what the dashboard's pages load: GOV.UK Frontend and htmx from npm, as pinned beside
this file. They lie in monitor/web/assets, which git ignores and a built wheel carries.

Does nothing when they are there already. Needs the npm registry and Node.js; where the machine
has none, a Node.js comes from PyPI.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "build" / "assets"  # node_modules stays there: the tests use axe-core
TARGET = ROOT / "monitor" / "web" / "assets"
OLDEST_NODE = (20, 19)  # as its own package says of sass
PINNED = ("package.json", "package-lock.json", ".npmrc")
FILES = {
    "govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk-frontend.js",
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "htmx.org/LICENSE": "htmx.licence.txt",
}


class CannotBring(Exception):
    """The assets could not be brought; the message says what to do."""


def bring() -> None:
    """Raises CannotBring; what was there before stays."""
    if is_fresh():
        return
    node = find_node() or node_from_pypi()
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    for name in PINNED:
        shutil.copy(HERE / name, WORK / name)
    quiet = ("--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--loglevel=error")
    _run(node, "npm", "ci", *quiet)
    made = WORK / "made"
    made.mkdir()
    modules = WORK / "node_modules"
    for theirs, ours in FILES.items():
        shutil.copy(modules / theirs, made / ours)
    sass = (str(modules / "sass/sass.js"), f"--load-path={modules}", "--style=compressed")
    _run(node, "node", *sass, "--no-source-map", str(HERE / "govuk.scss"), str(made / "govuk.css"))
    (made / "stamp").write_text(_stamp(), encoding="utf-8")
    shutil.rmtree(TARGET, ignore_errors=True)
    made.rename(TARGET)


def is_fresh() -> bool:
    stamp = TARGET / "stamp"
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == _stamp()


def find_node() -> Path | None:
    """The folder with a node that is new enough, and its npm."""
    places = (Path(sys.executable).parent, *map(Path, os.get_exec_path()))
    return next((place for place in places if _is_new_enough(place)), None)


def node_from_pypi() -> Path:
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:")
    done = subprocess.run(  # noqa: S603 - our own words
        [*pip, "--requirement", str(HERE / "node.txt")], check=False, capture_output=True
    )
    found = find_node()
    if done.returncode or found is None:
        raise CannotBring("Node.js is needed, and none could be installed from PyPI.")
    return found


def _is_new_enough(place: Path) -> bool:
    """Both of one place: a machine may have an old one beside the one from PyPI."""
    node, npm = (shutil.which(name, path=str(place)) for name in ("node", "npm"))
    if not node or not npm:
        return False
    said = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)  # noqa: S603 - found above
    version = re.match(r"v(\d+)\.(\d+)", said.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST_NODE


def _run(place: Path, program: str, *arguments: str) -> None:
    found = shutil.which(program, path=str(place))
    assert found is not None
    path = os.pathsep.join((str(place), *os.get_exec_path()))
    done = subprocess.run(  # noqa: S603 - our own words
        [found, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=WORK,
        env={**os.environ, "PATH": path},
    )
    if done.returncode:
        raise CannotBring(f"{program} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _stamp() -> str:
    """Equal as long as nothing changed from which the assets are made."""
    parts = [*(HERE / name for name in PINNED), HERE / "govuk.scss", Path(__file__)]
    return sha256(b"".join(sha256(part.read_bytes()).digest() for part in parts)).hexdigest()


if __name__ == "__main__":
    try:
        bring()
    except CannotBring as error:
        sys.exit(f"What the dashboard's pages load could not be brought. {error}")
