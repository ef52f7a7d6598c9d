"""The command, run as a school runs it: in a process of its own, which may fail as it likes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from monitor.cli.main import main

MONITOR = Path(sys.executable).parent / "monitor"
PATIENCE = 300.0  # seconds

Json = dict[str, Any]
Done = subprocess.CompletedProcess[bytes]


def run(arguments: Sequence[str | Path], words: bytes = b"", folder: Path | None = None) -> Done:
    """`monitor` with *arguments*, *words* on its standard input, in *folder*.

    Its process is a copy of one that has loaded the program, as to load it takes two seconds of
    a processor and there are two hundred of these. Of tests that are about how the program
    starts, each starts MONITOR itself.
    """
    command = [str(MONITOR), *map(str, arguments)]
    with TemporaryDirectory() as place:
        streams = [Path(place) / name for name in ("stdin", "stdout", "stderr")]
        streams[0].write_bytes(words)
        become = (command, streams, folder or Path.cwd(), environment())
        process = _loaded().Process(target=_as_command, args=become)
        process.start()
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(command, PATIENCE)
        stdout, stderr = (stream.read_bytes() for stream in streams[1:])
        return Done(command, process.exitcode, stdout, stderr)


# What commands load when they need it.
_LOADED = (
    *("monitor.cli.main", "monitor.app", "monitor.checks", "monitor.judging", "monitor.wizard"),
    *("monitor.dashboard", "monitor.scheduler", "nlp.pipeline", "nlp.reader"),
)


@cache
def _loaded() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(list(_LOADED))
    return context


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")}


def _as_command(
    command: list[str], streams: Sequence[Path], folder: Path, environment: Mapping[str, str]
) -> None:
    """In the new process: become what the shell would have started."""
    for number, stream in enumerate(streams):
        opened = os.open(stream, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = os.fdopen(0, closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = command
    main()


class Monitor:
    """`monitor` in a folder that holds its config.toml and its data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def configure(self, toml: str) -> None:
        (self.folder / "config.toml").write_text(toml)

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = run([*arguments, "--config", self.folder / "config.toml"], folder=self.folder)
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def scan(self) -> Json:
        """The summary that `monitor scan --all --json` prints."""
        done = self("scan", "--all", "--json")
        assert done.returncode in {0, 1}, done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return dict(json.loads(done.stdout))

    def incidents(self) -> list[Json]:
        done = self("incidents", "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]
