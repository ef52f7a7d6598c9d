"""Posts judged per second, and what it costs to be ready to judge."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import spacy

from nlp.assess import Assessor
from nlp.bench import exact_name
from nlp.posts import Post, read_posts
from tests.bench.table import Figure, Section

QUALITY = Path(__file__).parents[1] / "quality"
POSTS, HELD_OUT = QUALITY / "school_posts", QUALITY / "test_posts"
RUNS = 5
READY = "Getting ready to judge"

# In a process of its own each time: a second construction would find everything loaded. The
# high-water mark is read from /proc: getrusage() hands down that of the parent.
_READY = """
import json, pathlib, time
def peak():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
before, started = peak(), time.perf_counter()
{code}
print(json.dumps([time.perf_counter() - started, peak() - before]))
"""
_OURS = "from nlp.assess import Assessor; kept = Assessor()"
_BLANK = "import spacy; kept = spacy.blank('en')"


def speed() -> Section:
    """Every run judges other posts, so that nothing is judged from memory."""
    posts = read_posts(POSTS)
    assess, blank = Assessor(), spacy.blank("en")
    jobs: dict[str, Callable[[Post], object]] = {
        "full assess, one by one": lambda post: assess(post.mention, post.school),
        "beside: a blank spaCy pipeline": lambda post: blank(post.mention.text),
        "beside: looking for the exact name": exact_name,
    }
    rates: dict[str, list[float]] = {what: [] for what in jobs}
    for run in range(RUNS):
        for what, job in jobs.items():
            rates[what].append(_rate(job, posts[run::RUNS]))
    figures = [
        Figure(what=what, unit="posts per second", values=tuple(values))
        for what, values in rates.items()
    ]
    return Section(
        title="Judging",
        figures=tuple(figures),
        note="one process on one core, the posts in memory; the blank pipeline only tokenises",
    )


def _rate(job: Callable[[Post], object], posts: Sequence[Post]) -> float:
    started = time.perf_counter()
    for post in posts:
        job(post)
    return len(posts) / (time.perf_counter() - started)


def readiness() -> Section:
    """Imports included: that is what a command waits for."""
    if sys.platform != "linux":
        return Section(title=READY, note="not measured; memory is read from /proc, on Linux only")
    pairs = [(_ready(_OURS), _ready(_BLANK)) for _ in range(RUNS)]
    figures = []
    for name, costs in (
        ("Assessor", [ours for ours, _ in pairs]),
        ("beside: spacy.blank", [blank for _, blank in pairs]),
    ):
        seconds, memory = zip(*costs, strict=True)
        figures += [
            Figure(what=f"{name}, time", unit="seconds", values=seconds, decimals=2),
            Figure(
                what=f"{name}, memory", unit="MB", values=tuple(octets / 1e6 for octets in memory)
            ),
        ]
    return Section(
        title=READY,
        figures=tuple(figures),
        note="each in a fresh process, with its imports; memory is what the process grew by",
    )


def _ready(code: str) -> tuple[float, float]:
    """Seconds and bytes."""
    done = subprocess.run(
        [sys.executable, "-c", _READY.format(code=code)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, memory = json.loads(done.stdout)
    return seconds, memory
