"""The demonstration: build the sample town, scan it, and tell what was found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from monitor.demo.post_office import PostOffice
from monitor.demo.story import ScanResult, tell
from monitor.demo.town import MARKER, Town

Scan = Callable[[Path], ScanResult]
"""Scans what the configuration at the path says, once, and reports what it came to."""

OURS = ("config.toml", "data", "mail")


class NotOurs(Exception):
    """The folder holds something else; the message says so and what to do."""


def run_demo(
    directory: Path,
    *,
    scan: Scan,
    console: Console | None = None,
    errors: Console | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Run the whole product against the sample town; 0 when everything worked.

    Leaves config.toml, data/ and mail/ in *directory*, whose earlier demonstration is
    replaced. Anything else there is left alone, and a folder that is not a
    demonstration of ours is refused with a sentence on *errors*.
    """
    console = console or Console()
    errors = errors or Console(stderr=True)
    with ExitStack() as stack:
        try:
            clear(directory)
            town = stack.enter_context(Town(clock()))
            post_office = stack.enter_context(PostOffice(directory / "mail"))
            config = directory / "config.toml"
            config.write_text(town.config_toml(smtp_port=post_office.port), encoding="utf-8")
        except (NotOurs, OSError) as error:
            errors.print(_sentence(error, directory), markup=False, highlight=False)
            return 1
        result = scan(config)
    tell(console, directory=directory, result=result, letters=post_office.letters)
    return 1 if result.problems else 0


def clear(directory: Path) -> None:
    """Make room for a new demonstration. Raises NotOurs, OSError."""
    if not (directory.exists() or directory.is_symlink()):
        directory.mkdir(parents=True)
        return
    if not directory.is_dir():
        raise NotOurs(f"{directory} is not a folder. Please give another with --dir.")
    if any(directory.iterdir()) and not _is_a_demo(directory):
        raise NotOurs(
            f"{directory} holds something that is not a demonstration, and it stays as it is. "
            "Please give an empty or new folder with --dir."
        )
    for name in reversed(OURS):  # config.toml last: it is what marks the folder as ours
        _remove(directory / name)


def _is_a_demo(directory: Path) -> bool:
    try:
        with (directory / "config.toml").open(encoding="utf-8") as file:
            return file.readline(len(MARKER) + 1).rstrip("\n") == MARKER
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
        return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sentence(error: Exception, directory: Path) -> str:
    if isinstance(error, OSError):
        why = error.strerror or "the system refused"
        return f"The demonstration could not be set up in {directory}: {why.lower()}."
    return str(error)
