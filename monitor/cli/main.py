"""monitor: one command line for everything. Whatever goes wrong ends in a sentence."""

from __future__ import annotations

import logging
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

import typer

from monitor.cli import evidence, log, look, rejudge, set_up, users, watch
from monitor.cli.common import complain
from monitor.failure import Explained

cli = typer.Typer(
    name="monitor",
    help="Watches what is said in public about a school, and tells the right person.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (
    *(set_up.init, look.check, look.scan, look.run, look.assess, look.sources, set_up.demo),
    *(evidence.capture, evidence.supply, evidence.verify, evidence.export, set_up.encrypt),
    *(log.incidents, log.report, log.coverage, log.forget),
    rejudge.rejudge,
    watch.watchdog,
):
    cli.command()(command)
cli.add_typer(users.users, name="users")


def main() -> NoReturn:
    _speak_utf8()
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses with their queries
    try:
        cli(prog_name="monitor")
    except Explained as error:
        complain(str(error))
    except OSError as error:
        where = f"{error.filename}: " if isinstance(error.filename, str | Path) else ""
        complain(f"The system refused: {where}{error.strerror or type(error).__name__}.")
    except Exception as error:  # noqa: BLE001 - the last line of defence; its words may be a person's
        complain(
            f"Something went wrong inside the program ({type(error).__name__}). "
            "Nothing was lost; please report this."
        )
    sys.exit(1)


def _speak_utf8() -> None:
    """JSON is UTF-8 whatever the system's own encoding; a terminal keeps what it can show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
