"""When the program that drives the browser does not start, that is said, and how to mend it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

START = """
import asyncio, sys
from pathlib import Path
from alerts.evidence.browser import open_browser
from alerts.evidence.errors import NoBrowser

async def start():
    async with open_browser(Path(sys.argv[1]), Path("/bin/true"), "http://127.0.0.1:9"):
        pass
try:
    asyncio.run(start())
except NoBrowser as error:
    print(error)
"""


@pytest.mark.parametrize("driver", ["/bin/false", "/nowhere/node"])
def test_a_driver_that_does_not_start_is_said(tmp_path: Path, driver: str) -> None:
    """In a process of its own, as in a capture: Playwright leaves pipes open here."""
    done = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path)],
        env={**os.environ, "PLAYWRIGHT_NODEJS_PATH": driver},
        capture_output=True,
        text=True,
    )
    assert "apt install libatomic1" in done.stdout
