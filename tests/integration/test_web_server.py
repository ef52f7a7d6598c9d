"""The dashboard's server: its port and its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from monitor.web.server import CannotServe, listen


def test_a_port_in_use_is_said_in_a_sentence() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(CannotServe, match="running already"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_a_page_is_sent_at_once_and_waits_for_no_receipt() -> None:
    with (
        listen("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_what_was_loaded_before_it_serves_is_not_looked_through_again() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SETTLE], stdout=subprocess.PIPE, text=True, check=True
    )
    assert told.stdout == "True\n"


SETTLE = """
import gc
from monitor.web.server import settle
settle()
print(gc.get_freeze_count() > len(gc.get_objects()))
"""

SERVE = """
import sys
from fastapi import FastAPI
from monitor.web.server import serve
serve(FastAPI(), "127.0.0.1", 0, ready=lambda port: print(port, flush=True))
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 404
    process.send_signal(number)
    rest, _ = process.communicate(timeout=30)
    assert rest == "ended\n"
    assert process.returncode == 0
