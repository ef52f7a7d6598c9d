"""The installed command, run as a school runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

MONITOR = Path(sys.executable).parent / "monitor"

Json = dict[str, Any]


class Monitor:
    """`monitor` in a folder that holds its config.toml and its data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def configure(self, toml: str) -> None:
        (self.folder / "config.toml").write_text(toml)

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [MONITOR, *arguments, "--config", self.folder / "config.toml"],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            env={k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")},
            timeout=300,
            check=False,
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
