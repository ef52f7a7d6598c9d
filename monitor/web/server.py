"""Serving it: a socket of our own, and a clean end."""

from __future__ import annotations

import gc
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

_PATIENCE = 5  # seconds for requests that are under way at the end


class CannotServe(Exception):
    """The dashboard cannot be opened there; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises CannotServe."""
    try:
        listening = socket.create_server((host, port), family=_family(host))
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise CannotServe(
            f"The dashboard cannot be opened on {host}:{port} ({why}). "
            "Is it running already? Otherwise choose another port with --port."
        ) from error
    # What is accepted there inherits it. asyncio does so by itself only where a socket names its
    # protocol; without it each page waits 40 ms for the browser to acknowledge its first part.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def serve(
    app: FastAPI,
    host: str,
    port: int,
    *,
    secured: ssl.SSLContext | None = None,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then return; from the main thread.

    *ready* is called with the port as soon as connections are accepted. *secured*: it speaks
    https itself. Raises CannotServe.
    """
    running = server(app, secured)
    settle()
    with listen(host, port) as listening, _ends_quietly(running):
        if ready is not None:
            ready(listening.getsockname()[1])
        running.run(sockets=[listening])


def settle() -> None:
    """What is loaded by now stays: to look through all of it for what could go, again and again,
    would hold up a page for 100 ms and more."""
    gc.collect()
    gc.freeze()


def server(app: FastAPI, secured: ssl.SSLContext | None = None) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            access_log=False,  # addresses hold the secrets of one-time links
            log_config=None,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=_PATIENCE,
            ssl_context_factory=(lambda *_: secured) if secured else None,
        )
    )


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


@contextmanager
def _ends_quietly(running: uvicorn.Server) -> Iterator[None]:
    """uvicorn raises the signal again after its clean end, which would kill us uncleanly."""

    def end(*_: object) -> None:
        running.should_exit = True

    before = {each: signal.signal(each, end) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
