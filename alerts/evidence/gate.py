"""The browser's only door to the network: a filtering proxy on 127.0.0.1.

Every request of a page, its redirects, frames, pictures and scripts included, comes here.
The name is resolved once, checked by monitor.egress, and that very address is connected
to. (Filtering inside the browser does not do: Playwright's route() never sees the target
of a redirect.) TLS passes through untouched, so certificates are checked end to end.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from ssl import SSLContext
from urllib.parse import SplitResult, urlsplit

from alerts.evidence.heads import (
    MAX_HEAD,
    Turned,
    closing,
    content_length,
    forwarded,
    host_and_port,
    read_head,
    refusal,
    request_line,
)
from monitor.egress import Egress, Refused, place

MAX_BYTES = 50_000_000  # in both directions, for one capture
MAX_PLACES = 1_000  # recorded; a hostile page may ask for any number
MAX_CONNECTIONS = 64
CONNECT_SECONDS = 10.0
_CHUNK = 65_536


class Verdict(StrEnum):
    ALLOWED = "allowed"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What became of requests for one place ("host:port")."""

    place: str
    verdict: Verdict
    address: str = ""  # the one connected to
    why: str = ""


class TooMuch(Exception):
    """The page has had all the bytes one capture may have."""


@dataclass
class Gate:
    """Open it with `async with gate.open() as url`; read `decisions` afterwards."""

    egress: Egress
    max_bytes: int = MAX_BYTES
    decisions: Counter[Decision] = field(default_factory=Counter)
    unrecorded: int = 0
    bytes: int = 0
    _latest: dict[str, Decision] = field(default_factory=dict)
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CONNECTIONS))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def full(self) -> bool:
        return self.bytes >= self.max_bytes

    def verdict(self, url: str) -> Decision | None:
        """The last decision about the place of *url*, None if it was never asked for."""
        try:
            wanted = _place_of(urlsplit(url))
        except ValueError:
            return None
        return self._latest.get(wanted)

    async def shake_hands(self, url: str, terms: SSLContext) -> _Shown:
        """The certificate (DER) that the site of *url* shows, whoever signed it, and the
        protocol. Nothing is asked for. Raises Turned, OSError."""
        _, writer = await self._connect(urlsplit(url))
        try:
            await writer.start_tls(terms, server_hostname=urlsplit(url).hostname)
            line = writer.get_extra_info("ssl_object")
            return line.getpeercert(binary_form=True) or b"", line.version() or ""
        finally:
            writer.close()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Yields the proxy's URL."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=MAX_HEAD)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, TooMuch, asyncio.IncompleteReadError):
                async with self._free:
                    await self._answer_or_refuse(reader, writer)
        finally:
            writer.close()

    async def _answer_or_refuse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            await self._answer(reader, writer)
        except Turned as turned:
            writer.write(refusal(turned.status))
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        method, target = request_line(head)
        if method == b"CONNECT":
            upstream = await self._connect(urlsplit(f"//{target}"))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._splice((reader, writer), upstream)
        else:
            url = urlsplit(target)
            if url.scheme.lower() != "http":
                raise Turned(400)
            upstream = await self._connect(url)
            upstream[1].write(forwarded(head, method, url))
            await self._exchange((reader, writer), upstream, content_length(head))

    async def _connect(self, url: SplitResult) -> _Stream:
        host, port = host_and_port(url)
        if self.full:
            raise Turned(403)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                addresses = await asyncio.to_thread(self.egress.addresses, host, port)
                address, stream = await _first_of(addresses, port)
        except Refused as refusal:
            self._record(host, port, Verdict.REFUSED, why=str(refusal))
            raise Turned(403) from refusal
        except (OSError, ValueError) as fault:  # ValueError: a name no resolver can encode
            self._record(host, port, Verdict.UNREACHABLE, why=_why(fault))
            raise Turned(502) from fault
        self._record(host, port, Verdict.ALLOWED, address=address)
        return stream

    def _record(
        self, host: str, port: int, verdict: Verdict, *, address: str = "", why: str = ""
    ) -> None:
        decision = Decision(place=place(host, port), verdict=verdict, address=address, why=why)
        self._latest[decision.place] = decision
        if decision in self.decisions or len(self.decisions) < MAX_PLACES:
            self.decisions[decision] += 1
        else:
            self.unrecorded += 1

    async def _splice(self, client: _Stream, upstream: _Stream) -> None:
        try:
            await _until_first(
                self._copy(client[0], upstream[1]), self._copy(upstream[0], client[1])
            )
        finally:
            upstream[1].close()

    async def _exchange(self, client: _Stream, upstream: _Stream, length: int) -> None:
        """One request, one answer, then both ends close: the next may be for another place."""
        try:
            await self._copy(client[0], upstream[1], length)
            client[1].write(closing(await read_head(upstream[0])))
            await _until_first(self._copy(upstream[0], client[1]), client[0].read(1))
        finally:
            upstream[1].close()

    async def _copy(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        length: int | None = None,
    ) -> None:
        left = length
        while left is None or left > 0:
            chunk = await source.read(_CHUNK if left is None else min(_CHUNK, left))
            if not chunk:
                return
            self.bytes += len(chunk)
            if self.full:
                raise TooMuch
            left = None if left is None else left - len(chunk)
            target.write(chunk)
            await target.drain()


_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_Shown = tuple[bytes, str]


async def _first_of(addresses: list[str], port: int) -> tuple[str, _Stream]:
    """The first address that answers; raises the last one's OSError when none does."""
    fault = OSError("no address")
    for address in addresses:
        try:
            return address, await asyncio.open_connection(address, port, limit=MAX_HEAD)
        except OSError as error:
            fault = error
    raise fault


async def _until_first(*jobs: object) -> None:
    """Run the jobs until one of them ends, then end the others; a fault is passed on."""
    tasks = [asyncio.ensure_future(job) for job in jobs]  # type: ignore[call-overload]  # coroutines of several types
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _place_of(url: SplitResult) -> str:
    return place(url.hostname or "", url.port or (443 if url.scheme == "https" else 80))


def _why(fault: Exception) -> str:
    if isinstance(fault, TimeoutError):
        return "did not answer in time"
    return getattr(fault, "strerror", None) or "could not be reached"
