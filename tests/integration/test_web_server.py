"""The dashboard's server: its port and its end."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from monitor.web.server import CannotServe, listen
from tests.certificates import Authority


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


SECURED = """
import sys
from pathlib import Path
from fastapi import FastAPI
from monitor.certificate import Certificate
from monitor.web.server import serve
secured = Certificate(file=Path(sys.argv[1])).context()
say = lambda port: print(port, flush=True)
serve(FastAPI(), "127.0.0.1", 0, secured=secured, ready=say)
"""


def shown(port: int, root: Path) -> str:
    """The last day of the certificate that a browser meets."""
    context = ssl.create_default_context(cafile=root)
    with (
        socket.create_connection(("127.0.0.1", port)) as line,
        context.wrap_socket(line, server_hostname="127.0.0.1") as secured,
    ):
        return str((secured.getpeercert() or {})["notAfter"])


def test_it_speaks_https_itself_and_takes_up_a_new_certificate(tmp_path: Path) -> None:
    authority = Authority.fresh(tmp_path)
    file = authority.certify(days=(-1, 3))
    with subprocess.Popen(
        [sys.executable, "-c", SECURED, str(file)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        trusting = ssl.create_default_context(cafile=authority.root)
        answer = httpx.get(f"https://127.0.0.1:{port}/", verify=trusting, trust_env=False)
        assert answer.status_code == 404
        before = shown(port, authority.root)
        authority.certify(days=(-1, 60))
        assert shown(port, authority.root) != before
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
        process.terminate()
