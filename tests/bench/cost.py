"""Run a command and print what it and all its children cost: `python -m tests.bench.cost CMD`.

Linux only. The last line of standard output is JSON:
seconds, CPU seconds, and the highest sum of resident memory that was seen (shared pages are
counted once for each process that holds them).
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

SAMPLE_SECONDS = 0.05
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def main(command: list[str]) -> int:
    adopt_orphans()
    peak = Peak()
    peak.start()
    started = time.perf_counter()
    code = subprocess.run(command, stdin=subprocess.DEVNULL).returncode
    seconds = time.perf_counter() - started
    peak.stop()
    reap_orphans()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "memory": peak.octets}
    print(json.dumps(cost))
    return code


def own_cpu() -> float:
    """What this process has used so far, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def adopt_orphans() -> None:
    """A killed browser's children come to us, so that their time is counted as well."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no orphans can be adopted")


def reap_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


class Peak(threading.Thread):
    """The most memory that all our descendants held together at any time we looked."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.octets = 0
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            self.octets = max(self.octets, sum(map(resident, descendants(os.getpid()))))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def descendants(root: int) -> Iterator[int]:
    children = defaultdict(list)
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            after_name = (process / "stat").read_text(errors="replace").rpartition(")")[2]
            children[int(after_name.split()[1])].append(int(process.name))
    waiting = list(children[root])
    while waiting:
        process_id = waiting.pop()
        yield process_id
        waiting += children[process_id]


def resident(process: int) -> int:
    """Bytes; none for one that has just ended."""
    with contextlib.suppress(OSError, IndexError):
        pages = Path(f"/proc/{process}/statm").read_text().split()[1]
        return int(pages) * resource.getpagesize()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
