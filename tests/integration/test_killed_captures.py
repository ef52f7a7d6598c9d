"""kill -9 at any moment of a full capture leaves a whole capture that proves itself, or none.

Two moments in the suite; ALL_STEPS=1 takes fifty, which needs some minutes.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.evidence.capture import capture
from alerts.evidence.verifier import verify
from monitor.domain import EvidenceState
from tests.integration.site import Site
from tests.integration.test_capture import clock, promised, until_none

pytestmark = pytest.mark.browser

# Dies by the clock, or when so many things were done in the folder of evidence: made, opened,
# renamed or removed. Prints how many there were when it lives.
DOOMED = """
import os, signal, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from alerts.evidence import apart
from alerts.evidence.capture import capture
from monitor.domain import CaptureMode, CapturePromise, Mention
from monitor.egress import Egress
url, root, browser, allow, apart.PREFIX, seconds, step = sys.argv[1:]
done, last = 0, int(step)

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def look(event, arguments):
    global done
    if event.startswith(("open", "os.")) and str(arguments[:1]).count(root):
        done += 1
        if done == last:
            die()

if float(seconds):
    threading.Timer(float(seconds), die).start()
sys.addaudithook(look)
mention = Mention(source="s", external_id="1", url=url, text="x")
promise = CapturePromise(id="capture-1", school="s", mention=mention, mode=CaptureMode.FULL)
capture(promise, Path(root), egress=Egress(frozenset({allow})),
        clock=lambda: datetime.now(UTC), browser=Path(browser))
print(done)
os._exit(0)
"""


def test_killed_anywhere_there_is_a_whole_capture_or_none(
    site: Site, browser: Path, tmp_path: Path, prefix: str
) -> None:
    site.html("/", "<h1>Town forum</h1><p>A joke, he says.</p><div style='height:2500px'>")

    def run(root: Path, seconds: float = 0, step: int = 0) -> subprocess.CompletedProcess[str]:
        root.mkdir()
        words = [site.url(), root, browser, f"127.0.0.1:{site.port}", prefix, seconds, step]
        command = [sys.executable, "-c", DOOMED, *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    steps = int(run(tmp_path / "whole").stdout)
    outcomes = []
    for number, (seconds, step) in enumerate(moments(steps)):
        root = tmp_path / str(number)
        killed = run(root, seconds, step).returncode == -signal.SIGKILL
        assert killed or seconds, "only the clock may come too late"
        outcomes.append((root / "capture-1").exists())
        if outcomes[-1]:
            assert verify(root / "capture-1") == [], (seconds, step)
        until_none(prefix)
    assert set(outcomes) == {True, False}, "some before it was whole, and some after"
    again = capture(
        promised(site.url()), tmp_path / "0", egress=site.egress, clock=clock, browser=browser
    )
    assert again.state is EvidenceState.SEALED
    assert [path.name for path in (tmp_path / "0").iterdir()] == ["capture-1"]


def moments(steps: int) -> list[tuple[float, int]]:
    """The seconds or the step at which to die. All the last steps lie where it is sealed."""
    if not os.environ.get("ALL_STEPS"):
        return [(0, steps * 2 // 3), (0, steps)]
    chance = random.Random(5)
    by_clock = [(chance.uniform(0.2, 6), 0) for _ in range(50 - min(steps, 35))]
    return [(0, step) for step in range(max(1, steps - 34), steps + 1)] + by_clock
