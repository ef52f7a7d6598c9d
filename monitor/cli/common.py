"""What all commands share: their options, their output, and how they fail."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from monitor import settings
from monitor.failure import Explained

if TYPE_CHECKING:
    from monitor.app import App

CONFIG = Path("config.toml")
ConfigPath = Annotated[
    Path, typer.Option("--config", envvar="MONITOR_CONFIG", help="the configuration")
]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object and nothing else")]
SchoolId = Annotated[str | None, typer.Option("--school", help="id of the school it is for")]


class Failed(Explained):
    """The command could not do its job; the message is the sentence that says why."""


@contextmanager
def opened(config: Path) -> Iterator[App]:
    """All that the program is made of. Loaded here, so that a command that needs little of it
    starts at once."""
    from monitor.app import App

    app = App(settings.load(config))
    try:
        yield app
    finally:
        app.close()


def say(line: str) -> None:
    """To standard output: what the command was asked for."""
    print(line)  # noqa: T201 - a command's output


def complain(line: str) -> None:
    """To standard error: what a person should know besides."""
    print(line, file=sys.stderr)  # noqa: T201 - a command's output


def one_of(known: Mapping[str, object], wanted: str, what: str) -> str:
    """*wanted*, if it is known; otherwise wrong usage."""
    if wanted not in known:
        raise typer.BadParameter(
            f"there is no {what} called {wanted!r}; there are: {', '.join(known) or 'none'}"
        )
    return wanted


def day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"{value!r} is not a day; write it as 2026-11-20") from None


def demand_secrets(app: App) -> None:
    if missing := app.settings.missing_secrets():
        raise Failed("A secret is missing. " + "; ".join(missing) + ".")


def demand_folder(out: Path) -> None:
    """What is to be written must have a place; said before any work is done."""
    if not out.absolute().parent.is_dir():
        raise Failed(f"There is no folder {out.parent}. Please make it, or give another --out.")


class Bars:
    """Draws how far a scan has come."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def begin(self, what: str, total: int) -> None:
        self._task = self._progress.add_task(what, total=total)

    def advance(self) -> None:
        if self._task is not None:
            self._progress.advance(self._task)


@contextmanager
def bars() -> Iterator[Bars]:
    """On standard error, if somebody watches it on a terminal."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description:<20}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as progress:
        yield Bars(progress)
