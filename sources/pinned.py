"""Connections to the very address that was checked, which end when their time is up.

A name is resolved once, by Egress, and what it allowed is what we connect to; the name
itself still goes into the Host header and the TLS handshake. The deadline is held here,
at the wire, because a site that sends one byte now and then never exceeds a time-out
between two bytes: not in its body, nor in its headers, nor in its handshake.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import httpcore
import httpx

from monitor.egress import Egress

_EACH_ADDRESS = 8.0  # seconds; a name with a dead first address must not use up all the time
_ADDRESSES = 4
_ends: ContextVar[tuple[Callable[[], float], float] | None] = ContextVar("ends", default=None)


@contextmanager
def until(deadline: float, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Whatever this thread reads and writes meanwhile must be over by *deadline*."""
    token = _ends.set((clock, deadline))
    try:
        yield
    finally:
        _ends.reset(token)


def _left(timeout: float | None = None) -> float | None:
    """Seconds that one step may take. Raises httpcore.ReadTimeout when none are left."""
    ends = _ends.get()
    if ends is None:
        return timeout
    left = ends[1] - ends[0]()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    """A connection each step of which is bounded by the deadline."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, egress: Egress) -> None:
        self._egress, self._system = egress, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        each = min(timeout or _EACH_ADDRESS, _EACH_ADDRESS)
        trouble: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port)[:_ADDRESSES]:
            try:
                return _Stream(
                    self._system.connect_tcp(
                        address, port, _left(each), local_address, socket_options
                    )
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            return self._egress.addresses(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: Iterable[bytes], close: Callable[[], None]) -> None:
        self._inner, self._close = inner, close

    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._inner

    def close(self) -> None:
        self._close()


class PinnedTransport(httpx.BaseTransport):
    """A pool of such connections. Raises Refused, and httpx.TransportError."""

    def __init__(self, egress: Egress, ssl_context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context,
            network_backend=_Backend(egress),
            max_keepalive_connections=20,
            keepalive_expiry=30,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.read(),
        )
        with _translated():
            answer = self._pool.handle_request(asked)
        assert isinstance(answer.stream, Iterable)  # the pool is not the asynchronous one
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream, answer.close)
        )

    def close(self) -> None:
        self._pool.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise httpx.ReadTimeout("too slow") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise httpx.NetworkError(str(error)) from error


class CheckedTransport(httpx.BaseTransport):
    """Another transport (a recorded site in a test) behind the same check of addresses."""

    def __init__(self, egress: Egress, inner: httpx.BaseTransport) -> None:
        self._egress, self._inner = egress, inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            self._egress.addresses(request.url.host, port)
        except OSError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()
