"""A TLS connection to the very address that was checked, for what is not the web: a mailbox.

It ends when its time is up, whatever is being said: a server that says a little now and then
outlasts every other time-out.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from pathlib import Path

import httpx

from monitor.egress import Egress
from sources.errors import AccessRefused

_TO_CONNECT = 8.0  # seconds for each address
_FOR_EACH_ANSWER = 30.0
_ADDRESSES = 4

Before = Callable[[socket.socket], None]


def nothing(_line: socket.socket) -> None:
    """Most servers encrypt from the first byte on."""


def ssl_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """httpx's list of authorities and the machine's own: many schools' filters have one.
    *ca_file*: one more."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError:
            raise AccessRefused(f"the certificates in {ca_file} cannot be read") from None
    return context


@cache
def for_the_web() -> ssl.SSLContext:
    """Kept: reading the authorities takes as long as ten requests, and each letter that leaves
    by a web service has a client of its own. Not for anything else: it offers HTTP in its
    handshake."""
    return ssl_context()


@lru_cache(maxsize=8)
def trusted(ca_file: Path | None) -> ssl.SSLContext:
    """The same for what is not the web: a mailbox is visited every few minutes."""
    return ssl_context(ca_file)


@contextmanager
def connected(
    egress: Egress,
    host: str,
    port: int,
    context: ssl.SSLContext,
    seconds: float,
    before: Before,
) -> Iterator[ssl.SSLSocket]:
    """Open for *seconds* at most. *before*: what is said in the clear, to ask for TLS. Raises
    Refused, OSError, and what *before* raises."""
    plain = _connect(egress.addresses(host, port)[:_ADDRESSES], port)
    limit = threading.Timer(seconds, _cut, [plain])
    limit.daemon = True
    limit.start()
    try:
        before(plain)
        name = host.strip("[]")
        # Not yet the handshake: the limit must first know the socket that it may have to cut.
        line = context.wrap_socket(plain, server_hostname=name, do_handshake_on_connect=False)
        with line:
            limit.args = [line]
            line.do_handshake()
            line.settimeout(_FOR_EACH_ANSWER)
            yield line
    finally:
        limit.cancel()
        plain.close()


def _connect(addresses: list[str], port: int) -> socket.socket:
    trouble: OSError = OSError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=_TO_CONNECT)
        except OSError as error:
            trouble = error
    raise trouble


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
